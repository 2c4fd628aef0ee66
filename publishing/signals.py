"""News from the workshop for the rooms above. Sent after commit; a listener counts or queues, nothing else."""

from django.dispatch import Signal

#: Each is sent with ``job_id``, ``tenant_id`` and ``news`` (``publishing.writes.News``).
job_published = Signal()
job_failed = Signal()
job_dead_lettered = Signal()
job_retried = Signal()
#: Sent with ``outcome`` (accepted, repeated, refused) and ``seconds`` after each wish to publish.
post_accepted = Signal()
#: Sent with ``job_id``, ``tenant_id``, ``before``, ``state``, ``reason``, ``remedy`` and ``now`` inside the transaction that writes how a
#: published post stands by now.
post_standing_changed = Signal()
