"""The model town: the five platforms in miniature, on loopback.

Written from `docs/platforms/`, importing none of the rooms. It refuses what the platforms refuse, with their own error
bodies, and keeps a journal of every call so that a test can say "exactly one post".

    python -m sandbox --port 8801            on a port, for people and for other processes
    sandbox.adapter.SandboxAdapter(app)      in-process, mounted on a `requests` session, for tests

Nothing in here is secret: app ids, app secrets and people are public constants of a demo world.
"""
