"""How operators look at rows, whichever room's: lists that stay fast, links, secrets left out, and deeds that call services."""

from foundation.admin.deeds import Deed, Turn
from foundation.admin.filters import among, narrowed, since
from foundation.admin.lists import BoundedPaginator
from foundation.admin.rows import OperatorAdmin, ReadOnlyAdmin, ReadOnlyInline
from foundation.admin.showing import bare, linked, moment, shown, state

__all__ = [
    "BoundedPaginator",
    "Deed",
    "OperatorAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "Turn",
    "among",
    "bare",
    "linked",
    "moment",
    "narrowed",
    "shown",
    "since",
    "state",
]
