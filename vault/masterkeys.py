"""Versions of the key-encryption key: which is in use, the first one, and whether they open.

The newest that is not retired wraps what is new. While keys are rotated there are two, and both open.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from vault import providers
from vault.models import MasterKey


def newest() -> MasterKey:
    """Return the version that wraps new data keys; an empty database is given its first."""
    return MasterKey.objects.filter(retired_at=None).order_by("-version").first() or _first()


def make(provider: providers.KeyProvider) -> MasterKey:
    """Save and return a new version such as the settings ask for; when another process was faster, return that one."""
    version = 1 + (MasterKey.objects.aggregate(last=Max("version"))["last"] or 0)
    row = provider.new_version(version)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return MasterKey.objects.get(version=version)
    return row


def verify() -> None:
    """Return when every version in use opens.

    Raises ``ConfigurationError`` when a master key is missing, weak, or not the one this database was sealed with, and
    ``VaultUnavailable`` when who holds it cannot be reached. A database without a master key yet is given its first one.
    """
    if settings.VAULT_KEY_PROVIDER == providers.LOCAL:
        providers.master_secret()
    in_use = list(MasterKey.objects.filter(retired_at=None).order_by("version")) or [_first()]
    for master in in_use:
        providers.provider_for(master).verify(master)


def _first() -> MasterKey:
    return make(providers.chosen())
