"""An upgrade from the first version on: a database as that version's own code left it, brought up to today.

``python -m tests.upgrade`` (``make upgrade``) does it on SQLite and on PostgreSQL. ``0.1.0.json`` holds the migrations that version had, and rows
that it wrote: three tenants, jobs in every state, sealed tokens, open and closed dead letters, workers that died with jobs in their hands.
"""
