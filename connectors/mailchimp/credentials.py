"""The key of an account, and the host it leads to.

Source: docs/platforms/mailchimp.md, "Keys and hosts". A key's last part names a data centre and becomes part of a host name that
the whole key is sent to. So it is read by one strict expression, and the host is put together from the operator's
setting and that word alone: nothing else of what a tenant typed ever reaches an address.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import ConfigurationError, ContentRejected
from connectors.mailchimp.errors import PLATFORM
from foundation.secret import Secret

#: Where the data centre stands in MAILCHIMP_API_URL.
PLACEHOLDER: Final = "{dc}"
#: The part before the dash has been 32 hexadecimal digits for ever, and no contract promises that.
_KEY: Final = re.compile(r"[0-9A-Za-z]{20,64}-(?P<dc>[a-z]{2,4}[0-9]{1,3})")
_BARE_KEY: Final = re.compile(r"[0-9A-Za-z]{20,64}")
_OAUTH: Final = re.compile(r"oauth:(?P<dc>[a-z]{2,4}[0-9]{1,3}):(?P<token>[0-9A-Za-z._~+/=-]{16,512})")
_LONGEST: Final = 600
_REMEDY: Final = "Copy the whole key from Mailchimp (Profile > Extras > API keys). It ends in a dash and a data centre, such as -us19."


class Scheme(StrEnum):
    """How a credential is presented."""

    BASIC = "Basic"
    BEARER = "Bearer"


@dataclass(frozen=True, slots=True)
class Credential:
    """What opens an account, and the data centre it lives in (empty: the root that serves all)."""

    secret: Secret
    dc: str
    scheme: Scheme = Scheme.BASIC

    @property
    def header(self) -> str:
        """The Authorization header: a key as password of any user, a token as it is."""
        told = self.secret.reveal()
        if self.scheme is Scheme.BASIC:
            told = base64.b64encode(f"switchboard:{told}".encode()).decode()
        return f"{self.scheme.value} {told}"

    @property
    def fingerprint(self) -> str:
        """What calls are counted under as long as nobody knows whose key it is."""
        return hashlib.sha256(self.secret.reveal().encode()).hexdigest()[:16]


def typed(key: Secret, *, allow_global: bool) -> Credential:
    """Read a key as a person typed it; raises ``ContentRejected``, and nothing has been sent then."""
    text = key.reveal().strip()
    if len(text) > _LONGEST or not text.isascii():
        raise _no_key("This is no Mailchimp API key.")
    if found := _KEY.fullmatch(text):
        return Credential(Secret(text), found["dc"])
    if _BARE_KEY.fullmatch(text):
        if allow_global:
            return Credential(Secret(text), "")
        raise _no_key("This key names no data centre, so it is not whole.")
    raise _no_key("This is no Mailchimp API key.")


def stored(secret: Secret, *, allow_global: bool) -> Credential:
    """Read what was sealed: a key, or ``oauth:<data centre>:<token>``, the form that tokens of OAuth 2 are kept in."""
    if found := _OAUTH.fullmatch(secret.reveal()):
        return Credential(Secret(found["token"]), found["dc"], Scheme.BEARER)
    return typed(secret, allow_global=allow_global)


def root_of(template: str, dc: str) -> str:
    """Return the address of the API's root without its final slash; raises ``ConfigurationError`` for an odd setting."""
    address = template.replace(PLACEHOLDER, dc) if dc else template.replace(f"{PLACEHOLDER}.", "")
    parts, wanted = urlsplit(address), urlsplit(template)
    plain = wanted.netloc.replace(PLACEHOLDER, dc) if dc else wanted.netloc.replace(f"{PLACEHOLDER}.", "")
    odd = parts.username is not None or parts.query or parts.fragment or PLACEHOLDER in address
    if odd or parts.scheme != wanted.scheme or parts.netloc != plain:
        raise ConfigurationError(
            "MAILCHIMP_API_URL does not make an address for a data centre.",
            remedy="Write it as https://{dc}.api.mailchimp.com, or leave it out.",
        )
    return f"{address.rstrip('/')}/3.0"


def _no_key(cause: str) -> ContentRejected:
    return ContentRejected(cause, remedy=_REMEDY, platform=PLATFORM, operation="connect_with_key")
