"""Outages of a real hub, timed from their cause to their name on ``/readyz`` and on the overview. A program, run by hand."""
