"""Versions of the key-encryption key: which is in use, the first one, and whether they open.

The newest that is not retired wraps what is new. While keys are rotated there are two, and both open.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from foundation import wall
from foundation.errors import Conflict
from vault import providers
from vault.keyholders import LOCAL, KeyProvider
from vault.local import master_secret
from vault.models import MasterKey


def newest() -> MasterKey:
    """Return the version that wraps new data keys; an empty database is given its first."""
    with wall.lifted():  # the first one may be made on behalf of a tenant, and is nobody's
        return MasterKey.objects.filter(retired_at=None).order_by("-version").first() or _first()


def draft(provider: KeyProvider) -> MasterKey:
    """Return a new version such as the settings ask for, not yet saved: making it may take a call."""
    return provider.new_version(1 + (MasterKey.objects.aggregate(last=Max("version"))["last"] or 0))


def save(row: MasterKey) -> None:
    """Save a drafted version; raises ``Conflict`` when another process was faster."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("Another process makes a master key just now.", remedy="Run it again.") from None


def verify() -> None:
    """Return when every version in use opens.

    Raises ``ConfigurationError`` when a master key is missing, weak, or not the one this database was sealed with, and
    ``VaultUnavailable`` when who holds it cannot be reached. A database without a master key yet is given its first one.
    """
    if settings.VAULT_KEY_PROVIDER == LOCAL:
        master_secret()
    with wall.lifted():
        in_use = list(MasterKey.objects.filter(retired_at=None).order_by("version")) or [_first()]
    for master in in_use:
        providers.provider_for(master).verify(master)


def _first() -> MasterKey:
    row = draft(providers.chosen())
    try:
        save(row)
    except Conflict:
        return MasterKey.objects.get(version=row.version)
    return row
