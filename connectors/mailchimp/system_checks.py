"""What is wrong with Mailchimp's settings, told at start-up."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from connectors.errors import ConfigurationError
from connectors.mailchimp.credentials import PLACEHOLDER, root_of

_HOST = "https://{dc}.api.mailchimp.com"


@register("connectors")
def keys_go_to_mailchimp_alone(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """mailchimp.E001: the address makes no host; E002: keys would leave unencrypted; W001: every data centre is one host."""
    address: str = settings.MAILCHIMP_API_URL
    hint = f"Leave MAILCHIMP_API_URL out, or write it as {_HOST}."
    try:
        root_of(address, "us1")
    except ConfigurationError as error:
        return [Error(error.detail, hint=hint, id="mailchimp.E001")]
    messages: list[CheckMessage] = []
    if urlsplit(address).scheme != "https" and not settings.SANDBOX and not settings.PLATFORM_GATEWAY_URL:
        told = "MAILCHIMP_API_URL is no https address, so API keys would leave this machine unencrypted."
        messages.append(Error(told, hint=hint, id="mailchimp.E002"))
    if PLACEHOLDER not in address:
        told = "MAILCHIMP_API_URL names no data centre, so keys of all of them go to one host."
        messages.append(
            Warning(told, hint=f"Put {PLACEHOLDER} where the data centre stands: {_HOST}.", id="mailchimp.W001")
        )
    return messages
