"""How everything behaves as tables grow: ``make bench-scale``.

    python -m bench.scale [--sizes 1e4,1e5,1e6] [--only PART] [--json build/scale.json]

    __main__.py    the command line, and the table that is printed
    filling.py     rows of every table that grows, made in the database itself
    looks.py       what is asked of them: looks of the clock, views, pages, lists of the API
    forgetting.py  deleting what is old beside somebody who publishes; partitions, for comparison
    wall.py        what row-level security costs requests
    rotating.py    new keys for every secret

Each figure is told at each size, with the exponent by which it grew from the size before: 0 does not grow, 1 grows as the
tables do. Nothing passes or fails here.
"""
