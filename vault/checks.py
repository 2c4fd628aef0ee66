"""What is wrong with the vault's settings and keys, told at start-up, by ``manage.py check`` and by ``manage.py doctor``."""

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from foundation.errors import ConfigurationError
from foundation.secret import Secret
from vault import local, providers
from vault.keyholders import AWS_KMS, LOCAL, VaultUnavailable
from vault.kms_settings import region_of
from vault.models import DataKey, MasterKey, Rotation

MAKE: Final = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
#: Where orchestrators put secrets, with modes of their own choice.
_ORCHESTRATORS: Final = ("/run/secrets", "/var/run/secrets")
#: Beginnings of what stands in examples and tutorials; nobody's random bytes begin like that.
_EXAMPLES: Final = ("0123456789", "1234567890", "abcdef", "abc123", "changeme", "change-me", "change_me", "example")
_EXAMPLES_WITHIN: Final = ("your-", "your_", "replace", "insecure", "password", "secret-key", "master-key", "masterkey")


@register("vault")
def master_key_is_there(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """vault.E001: the master key is missing or too weak."""
    if settings.VAULT_KEY_PROVIDER != LOCAL:
        return []
    try:
        local.master_secret()
    except ConfigurationError as error:
        return [Error(error.detail, hint=error.remedy, id="vault.E001")]
    return []


@register("vault")
def kms_is_named(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """vault.E002: keys are to be held by AWS KMS, and the settings do not say by which key or where."""
    if settings.VAULT_KEY_PROVIDER != AWS_KMS:
        return []
    if not settings.VAULT_KMS_KEY_ID:
        hint = "Set VAULT_KMS_KEY_ID to the ARN of a symmetric key at AWS KMS."
        return [Error("VAULT_KEY_PROVIDER is aws_kms, and no key is named.", hint=hint, id="vault.E002")]
    if not region_of(settings.VAULT_KMS_KEY_ID):
        hint = "Set VAULT_KMS_REGION, or name the key by its ARN in VAULT_KMS_KEY_ID."
        return [Error("VAULT_KEY_PROVIDER is aws_kms, and no region is named.", hint=hint, id="vault.E002")]
    return []


@register("vault")
def master_key_is_its_own(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """vault.E003: the master key is another secret too; vault.E004 (embedded W001): it is an example; E005: a previous one is weak."""
    messages: list[CheckMessage] = []
    secret: Secret | None = settings.VAULT_MASTER_KEY
    if secret is not None and secret == Secret(settings.SECRET_KEY):
        told = (
            "The vault's master key is SECRET_KEY too: whoever learns one has both, and neither can be changed alone."
        )
        messages.append(Error(told, hint=f"{MAKE}, and rotate: docs/operations.md, Keys.", id="vault.E003"))
    if secret is not None and _is_example(secret):
        told = "The vault's master key looks like an example, which strangers know."
        hint = f"{MAKE}, and rotate: docs/operations.md, Keys."
        if settings.EMBEDDED:
            messages.append(Warning(told, hint=hint, id="vault.W001"))
        else:
            messages.append(Error(told, hint=hint, id="vault.E004"))
    if secret is not None and secret in settings.VAULT_MASTER_KEY_PREVIOUS:
        told = "VAULT_MASTER_KEY_PREVIOUS names the present master key."
        messages.append(
            Error(told, hint="Put the new key into VAULT_MASTER_KEY, the one before here.", id="vault.E005")
        )
    return messages


@register("vault")
def key_file_is_private(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """vault.W002: other users of this machine may read the file of the master key."""
    path: Path | None = settings.VAULT_MASTER_KEY_PATH
    if path is None or str(path).startswith(_ORCHESTRATORS):
        return []
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return []
    if not mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        return []
    return [
        Warning(
            f"Other users of this machine may read or write the vault's master key ({path}, mode {mode:o}).",
            hint=f"chmod 600 {path}",
            id="vault.W002",
        )
    ]


@register("vault", deploy=True)
def master_key_is_elsewhere(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """vault.W003: in production, the key over all keys lies beside the hub."""
    if settings.EMBEDDED or settings.VAULT_KEY_PROVIDER != LOCAL or settings.VAULT_LOCAL_ACCEPTED:
        return []
    return [
        Warning(
            "The key over all keys is derived here: whoever gets into a process of the hub gets it for good.",
            hint="Let AWS KMS hold it (VAULT_KEY_PROVIDER=aws_kms, then 'manage.py rotate_keys'), or say that this is meant: "
            "VAULT_LOCAL_ACCEPTED=1.",
            id="vault.W003",
        )
    ]


@register(Tags.database)
def keys_of_the_database(
    app_configs: Any = None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """What the tables say; asked by ``migrate``, ``doctor`` and ``check --database default``.

    vault.E006: a key in use does not open; vault.W004: fewer rounds than are asked for now; vault.W005: data keys under a
    retired master key, or a rotation that was not finished; vault.W006: previous master keys that nothing needs.
    """
    if not databases:
        return []
    try:
        return _looked_through()
    except DatabaseError:
        return []  # before the first migration there is nothing to look through


def _looked_through() -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    masters = list(MasterKey.objects.order_by("version"))
    in_use = [one for one in masters if one.retired_at is None]
    for master in in_use:
        try:
            providers.provider_for(master).verify(master)
        except (ConfigurationError, VaultUnavailable) as error:
            messages.append(Error(error.detail, hint=error.remedy, id="vault.E006"))
    for master in in_use:
        if master.provider == LOCAL and master.iterations < settings.VAULT_PBKDF2_ITERATIONS:
            told = f"Master key version {master.version} was derived with {master.iterations:,} rounds; VAULT_PBKDF2_ITERATIONS asks for more."
            messages.append(Warning(told, hint="Run 'manage.py rotate_keys'; the key may stay.", id="vault.W004"))
    newest = in_use[-1] if in_use else None
    elsewhere = DataKey.objects.exclude(master_key=newest).count() if newest else DataKey.objects.count()
    open_run = Rotation.objects.filter(finished_at=None).order_by("pk").last()
    if elsewhere or open_run is not None:
        option = " --data-keys" if open_run is not None and open_run.kind == Rotation.Kind.DATA_KEYS else ""
        whose = f" --tenant {open_run.tenant.slug}" if open_run is not None and open_run.tenant else ""
        told = "A rotation of keys was not finished" + (
            f": {elsewhere:,} data keys are under a master key that is not the newest." if elsewhere else "."
        )
        hint = f"Run 'manage.py rotate_keys{option}{whose}'; it goes on. While one runs, this is no news."
        messages.append(Warning(told, hint=hint, id="vault.W005"))
    elif settings.VAULT_MASTER_KEY_PREVIOUS and newest is not None and _is_current(newest):
        told = "VAULT_MASTER_KEY_PREVIOUS names master keys that nothing uses any more."
        hint = "Take it out of the settings, and restart; keep the key as long as backups made under it."
        messages.append(Warning(told, hint=hint, id="vault.W006"))
    return messages


def _is_current(newest: MasterKey) -> bool:
    try:
        return providers.chosen().is_current(newest)
    except (ConfigurationError, VaultUnavailable):
        return False


def _is_example(secret: Secret) -> bool:
    text = secret.reveal().lower()
    return text.startswith(_EXAMPLES) or any(one in text for one in _EXAMPLES_WITHIN)
