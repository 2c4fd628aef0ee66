"""Chaos: publish while everything around it is killed, stopped, flushed and restarted; then count at the platform.

    python -m tests.chaos [--jobs 2000] [--workers 3] [--tenants 8] [--seed N] [--seconds MAX] [--short] [--keep]

PostgreSQL (with fsync), Redis, the sandbox, workers and two beats run as in production, on loopback, on servers brought
along. What counts is what stands in the sandbox afterwards: nothing lost, nothing doubled, nothing left open.

    __main__.py   the command line, progress on stderr, one line of JSON on stdout
    run.py        one run from start to verdict, and the end of everything it started
    storm.py      the trouble: what is done to whom, in which order
    author.py     tenants with connected accounts, and posts accepted through the real services
    town.py       the sandbox: consents, faults, and what stands there in the end
    crew.py       workers and beats, hired and ended by their process id
    nursery.py    the program that forks them, so that a new worker costs milliseconds and not seconds
    worker.py     a worker that dies at a labelled point when the parent wishes it; no hook in the product
    wishes.py     the files by which the parent says so
    watch.py      what the ledger says, read past Django
    checking.py   jobs against posts: lost, doubled, unresolved

Nobody is spared. A job whose workers keep dying is handed to a person, but only when nothing else explains the deaths
(``publishing.blame``); in a storm something else does, so not one job may end there.
"""
