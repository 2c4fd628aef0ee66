"""Which key provider holds a key: the one a row names, or the one the settings name."""

from django.conf import settings

from foundation.errors import ConfigurationError
from vault.keyholders import AWS_KMS, LOCAL, KeyProvider
from vault.local import LocalKeyProvider
from vault.models import MasterKey


def provider_for(master: MasterKey) -> KeyProvider:
    """Return the provider that holds this master key."""
    return named(master.provider, told=f"Master key {master.version} is held by {master.provider!r}")


def chosen() -> KeyProvider:
    """Return the provider that the settings name."""
    return named(settings.VAULT_KEY_PROVIDER, told=f"VAULT_KEY_PROVIDER is {settings.VAULT_KEY_PROVIDER!r}")


def named(name: str, *, told: str) -> KeyProvider:
    """Return a provider by its name; raises ``ConfigurationError``."""
    if name == LOCAL:
        return LocalKeyProvider()
    if name == AWS_KMS:
        # boto3 costs a third of a second and 30 MB: only who has a KMS pays for it.
        from vault.kms import KmsKeyProvider

        return KmsKeyProvider()
    raise ConfigurationError(
        f"{told}, which this version does not know.",
        remedy="Run the version of Switchboard that wrote it, or restore the matching backup.",
    )
