"""What a key provider is: who holds the key-encryption key, and seals and opens tenants' data keys with it."""

from typing import Final, NamedTuple, Protocol
from uuid import UUID

from foundation.errors import Unavailable
from vault import sealing
from vault.models import MasterKey

LOCAL: Final = "local"
AWS_KMS: Final = "aws_kms"
#: What every key-encryption key seals once, so that a wrong one is told at start, not at first use.
CHECK_TEXT: Final = b"switchboard vault check"


class VaultUnavailable(Unavailable):
    """Who holds the keys cannot be reached just now; time heals it, and nothing was done."""

    code = "vault_unavailable"


class Place(NamedTuple):
    """What ties a wrapped data key to where it stands."""

    tenant_id: UUID
    data_key_id: UUID
    version: int

    def bound(self) -> bytes:
        """Return it as associated data."""
        return sealing.bind("data-key", str(self.data_key_id), str(self.tenant_id), self.version)

    def context(self) -> dict[str, str]:
        """Return it as a KMS takes it and writes it into its own log: no part of it is secret."""
        return {
            "switchboard:tenant": str(self.tenant_id),
            "switchboard:data-key": str(self.data_key_id),
            "switchboard:version": str(self.version),
        }


class KeyProvider(Protocol):
    """Wrap and unwrap data keys under one version of the key-encryption key.

    Each verb may raise ``ConfigurationError`` when the operator must act, and ``VaultUnavailable`` when time heals it.
    """

    name: str

    def wrap(self, master: MasterKey, data_key: bytes, *, place: Place) -> sealing.Sealed:
        """Seal a data key."""

    def unwrap(self, master: MasterKey, wrapped: sealing.Sealed, *, place: Place) -> bytes:
        """Open a data key; raises ``SealBroken``."""

    def new_version(self, version: int) -> MasterKey:
        """Return the row, not yet saved, of a key-encryption key such as the settings ask for now."""

    def is_current(self, master: MasterKey) -> bool:
        """Tell whether this is the key-encryption key that the settings ask for."""

    def verify(self, master: MasterKey) -> None:
        """Return when the key opens what it once sealed; raises ``ConfigurationError``, or ``VaultUnavailable``."""
