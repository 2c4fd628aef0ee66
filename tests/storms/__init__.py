"""Storms over one promise each, with real processes, a real PostgreSQL and the real sandbox over HTTP.

``python -m tests.storms`` runs the one of renewals: many workers want the same tokens renewed, each of which is good for one
exchange, while the platform fails now and then and hangs. ``--break`` breaks the product, to see that the count finds it.
"""
