"""What the hub lends a connector while it works: the journal of a publish, the secrets of a connection, a safe."""

from datetime import datetime
from typing import Any, Protocol

from foundation.secret import Secret


class Journal(Protocol):
    """Where a publish writes down what it must not forget. Every call is durable before it returns."""

    @property
    def started_at(self) -> datetime:
        """When this job first announced an irreversible step, else when this attempt began (UTC)."""

    def recall(self, key: str) -> Any:
        """Return what was noted under this key by this or an earlier attempt, else None."""

    def note(self, key: str, value: Any) -> None:
        """Write down a remote effect the moment it is known; plain JSON, never a secret.

        Keys that begin with an underscore are the connector's own business and shown to nobody.
        """

    def announce(self, step: str) -> None:
        """Write down that the irreversible step comes next. Raises when the job is no longer ours: then send nothing."""

    def belongs_to_other_job(self, external_id: str) -> bool:
        """Tell whether another job has already been recorded as this post."""

    def last_moment(self) -> None:
        """Raise when the lease has run out; called right before the bytes leave, costs no query."""

    def renew(self) -> None:
        """Ask for a whole lease from now on, before each further part of a long upload.

        Raises when the job is no longer ours: then send nothing.
        """


class KeyRing(Protocol):
    """Opens the secrets of one connection, one kind at a time."""

    def open(self, kind: str) -> Secret:
        """Return the secret; raises ``ReconnectRequired`` when it is not there or does not open."""


class Safe(Protocol):
    """Locks what a journal must remember and must not show, such as an upload address that is as good as a key."""

    def lock(self, secret: Secret) -> str:
        """Return it as text to be noted, which only the same connection's safe opens."""

    def unlock(self, locked: str) -> Secret | None:
        """Return what was locked, or None when it does not open any more."""
