"""Percentiles in SQL that both databases have: the smallest value that enough of the values do not exceed."""


def percentile(percent: int, value: str) -> str:
    """Return an aggregate over rows that know ``so_far``, how many values are at most theirs, and ``total``."""
    return f"MIN(CASE WHEN so_far * 100 >= {percent} * total THEN {value} END)"
