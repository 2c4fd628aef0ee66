"""What is wrong with the vault's settings, told at start-up."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from foundation.errors import ConfigurationError
from vault import local


@register("vault")
def master_key_is_there(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """vault.E001: the master key is missing or too weak."""
    try:
        local.master_secret()
    except ConfigurationError as error:
        return [Error(error.detail, hint=error.remedy, id="vault.E001")]
    return []
