"""News from the hall for the rooms above."""

from django.dispatch import Signal

#: A key will end within a week; sent once for each end, in the transaction that notes it, with ``key_id`` and ``tenant_id``.
api_key_expiring = Signal()
#: Calls go uncounted because Redis does not answer; sent at most every few seconds.
limits_unknown = Signal()
#: Somebody knocked with a key that does not open.
api_key_refused = Signal()
#: A tenant is being erased, in its transaction: what a room keeps beyond the tenant's own rows goes now. With ``tenant``.
tenant_erased = Signal()
#: A feature was switched, in the transaction that does it, with ``name``, ``standing`` (of ``Flag.Standing``) and ``now``.
feature_switched = Signal()
