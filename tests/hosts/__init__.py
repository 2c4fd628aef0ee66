"""Several hosts: publish while hosts are cut off from each other without a word; then count at the platform.

    sudo python -m tests.hosts [--jobs 600] [--seed N] [--short] [--act NAME ...] [--keep] [--break fence]

Every host is a network namespace with a name and an address of its own: PostgreSQL on one, Redis on one, the platforms (the
sandbox, and the server from which it fetches files) on one, who accepts posts on one, four workers, two beats. Between them stands a
router which can be told to drop what one of them sends another: nothing is refused and nothing ends, as when a cable is cut or a
firewall forgets. No host knows anything of another's processes: that a worker is dead can only be told by its lease.

    __main__.py     the command line, progress on stderr, one line of JSON on stdout
    run.py          one run from start to verdict, and the end of everything it started
    acts.py         what is done to whom, and how long the one it was done to takes to be back at work
    scene.py        what acts act upon, and what they look at
    staff.py        the processes, each on its host, by its process id
    network.py      the hosts, the router between them, and its cuts
    namespaces.py   one namespace for a host, and how a thread enters it

The storm over one host is tests/chaos, whose author, sandbox and count serve here too. The account needs the right to make network
namespaces: root, or a container with SYS_ADMIN and NET_ADMIN.
"""
