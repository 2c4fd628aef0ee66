"""Chaos: publish while everything around it is killed, stopped, flushed and restarted; then count at the platform.

    python -m tests.chaos [--jobs 2000] [--workers 3] [--tenants 8] [--seed N] [--seconds MAX] [--short] [--keep]
                          [--broker redis|sentinel|tls|rabbitmq]

PostgreSQL (with fsync), Redis (alone, by TLS, under sentinels, or beside RabbitMQ as the broker), the sandbox, workers, two
beats and a web server (from which platforms fetch pictures) run as in production, on loopback, on servers brought along; RabbitMQ
must be installed. Every kind of post of Meta and LinkedIn is published, and workers
die at each labelled point of each kind's own steps: a whole run wishes for all of them, a short one for a few that change
with the seed. What counts is what stands in the sandbox afterwards: nothing lost, nothing doubled, nothing left open.

    __main__.py   the command line, progress on stderr, one line of JSON on stdout
    run.py        one run from start to verdict, and the end of everything it started
    storm.py      the trouble: what is done to whom, in which order
    author.py     tenants with connected accounts, and posts accepted through the real services
    kinds.py      the kinds of posts, how often each is written, which points it passes
    files.py      their pictures, films and papers, made by code
    town.py       the sandbox: consents, faults, and what stands there in the end
    crew.py       workers, beats and the web server, hired and ended by their process id
    nursery.py    the program that forks them, so that a new worker costs milliseconds and not seconds
    worker.py     a worker that dies at a labelled point when the parent wishes it; no hook in the product
    wishes.py     the files by which the parent says so
    watch.py      what the ledger says, read past Django
    checking.py   jobs against posts: lost, doubled, out of order, unresolved

Nobody is spared. A job whose workers keep dying is handed to a person, but only when nothing else explains the deaths
(``publishing.blame``); in a storm something else does, so not one job may end there. A member's post on LinkedIn can be read by nobody but its
author: such a job may end as unknown (``honest_unknown``), if it stands there once at most.
"""
