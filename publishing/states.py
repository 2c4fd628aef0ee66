"""The states of a publish job and every step allowed between them. One table; the database refuses the rest.

::

    scheduled ──┐
    queued ─────┼─► publishing ─► published
    retrying ───┘    │  │  │  └─► processing ⇄ polling ─► published
                     │  │  └────► retrying
                     │  └───────► reconciling ─► published │ retrying │ dlq │ failed
                     └──────────► failed (author or tenant) │ dlq (operator)

One thing goes beside this table: a database restored from a backup (``restoring``). What it says of unfinished jobs is no
longer true, so from any state they go to reconciling, as no worker could take them there.
"""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a job is."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    PUBLISHING = "publishing"
    PROCESSING = "processing"
    POLLING = "polling"
    RETRYING = "retrying"
    RECONCILING = "reconciling"
    PUBLISHED = "published"
    FAILED = "failed"
    DLQ = "dlq"
    CANCELLED = "cancelled"


#: As clients know them.
NAMES: Final = tuple(state.value for state in State)

#: From each state, where a job may go next.
TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.SCHEDULED: frozenset({State.PUBLISHING, State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.PUBLISHING, State.CANCELLED}),
    State.RETRYING: frozenset({State.PUBLISHING, State.CANCELLED}),
    State.PUBLISHING: frozenset(
        {State.PUBLISHED, State.PROCESSING, State.RETRYING, State.RECONCILING, State.FAILED, State.DLQ}
    ),
    State.PROCESSING: frozenset({State.POLLING}),
    State.POLLING: frozenset(
        {State.PUBLISHED, State.PROCESSING, State.RETRYING, State.RECONCILING, State.FAILED, State.DLQ}
    ),
    State.RECONCILING: frozenset({State.PUBLISHED, State.RETRYING, State.RECONCILING, State.FAILED, State.DLQ}),
    State.FAILED: frozenset({State.QUEUED, State.RECONCILING, State.CANCELLED, State.PUBLISHED}),
    State.DLQ: frozenset({State.QUEUED, State.RECONCILING, State.CANCELLED, State.PUBLISHED}),
    State.PUBLISHED: frozenset(),
    State.CANCELLED: frozenset(),
}

#: A worker holds the job; ``reconciling`` may be held or waiting.
HELD: Final = frozenset({State.PUBLISHING, State.POLLING})
#: The job waits for its ``due_at``.
WAITING: Final = frozenset({State.SCHEDULED, State.QUEUED, State.RETRYING, State.PROCESSING})
#: Nothing more happens by itself.
RESTING: Final = frozenset({State.PUBLISHED, State.FAILED, State.DLQ, State.CANCELLED})
#: Finished for good.
FINAL: Final = frozenset({State.PUBLISHED, State.CANCELLED})
#: A person is asked for.
NEEDS_A_PERSON: Final = frozenset({State.FAILED, State.DLQ})
#: The author may still take it back: nothing has been sent that could be public.
CANCELLABLE: Final = frozenset({State.SCHEDULED, State.QUEUED, State.RETRYING, State.FAILED, State.DLQ})
#: No announced step may be open here: from these states a job would be sent (again), so the database refuses the pair.
NEVER_IN_DOUBT: Final = frozenset(
    {State.SCHEDULED, State.QUEUED, State.RETRYING, State.PROCESSING, State.PUBLISHED, State.CANCELLED}
)

#: What a claim turns a due job into.
CLAIMED_AS: Final[dict[State, State]] = {
    State.SCHEDULED: State.PUBLISHING,
    State.QUEUED: State.PUBLISHING,
    State.RETRYING: State.PUBLISHING,
    State.PROCESSING: State.POLLING,
    State.RECONCILING: State.RECONCILING,
}


def may_go(here: str, there: str) -> bool:
    """Tell whether a job may go from one state to another."""
    return State(there) in TRANSITIONS[State(here)]
