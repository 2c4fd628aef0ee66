"""What a new installation needs once: a place for its data, a key for sessions, a master key for the vault."""

import os
import secrets
from pathlib import Path

from django.conf import settings


def prepare() -> list[str]:
    """Make what is missing and return what was made, in words; an empty list when all was there.

    Files are made with mode 600 and never overwritten. Nothing is made where a setting names another source.
    """
    var = Path(settings.VAR_DIR)
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    made = []
    if not _given("SECRET_KEY") and _write_once(var / "secret-key"):
        made.append(f"A key that signs sessions: {var / 'secret-key'} (mode 600)")
    if not _given("VAULT_MASTER_KEY") and _write_once(var / "vault-master-key"):
        made.append(
            f"The vault's master key: {var / 'vault-master-key'} (mode 600). It is outside git. Back it up apart from the "
            "database: without it every account must be connected anew."
        )
    return made


def _given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def _write_once(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    return True
