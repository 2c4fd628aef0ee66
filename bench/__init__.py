"""Measures what the hub promises, each figure beside its floor in the same run: ``make bench``.

    python -m bench [--quick] [--row NAME] [--json build/bench.json]

A floor is the simplest program that does the same work; a ratio against it means the same on a laptop and on a busy
machine. Nothing here is imported by the product, and nothing here passes or fails: it tells.

    __main__.py    the command line: which rows, what is printed, what is written
    hub.py         the hub under test: PostgreSQL with fsync, Redis, workers, a web server, all as in production
    stub.py        a platform that costs next to nothing and remembers what it was sent
    client.py      twenty clients of the API in one cheap process
    world.py       tenants, accounts and posts, by the hub's own services
    processes.py   programs that are started, waited for and ended by their id
    meter.py       CPU seconds and memory of those programs
    machine.py     what it all ran on
    figures.py     what a row tells, and how it is printed
    floors/        the programs we are measured against
    rows/          one file a row
"""
