"""Is this delivery from the hub? Standard Webhooks: https://www.standardwebhooks.com"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping


class BadSignature(Exception):
    """The delivery was not signed with this secret, was changed on its way, or is a replay of an old one."""


def verify(body: bytes, headers: Mapping[str, str], secret: str, *, tolerance_s: float = 300.0) -> None:
    """Raise ``BadSignature`` unless the raw body was signed with the endpoint's secret (``whsec_…``) lately."""
    told = {name.lower(): value for name, value in headers.items()}
    number, moment = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
    if not (number and moment.isascii() and moment.isdecimal()) or abs(time.time() - int(moment)) > tolerance_s:
        raise BadSignature("The delivery has no id, or is older than it may be.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.digest(key, f"{number}.{moment}.".encode() + body, hashlib.sha256)).decode()
    sent = [one.removeprefix("v1,") for one in told.get("webhook-signature", "").split() if one.startswith("v1,")]
    if not any(hmac.compare_digest(wanted, one) for one in sent):
        raise BadSignature("No signature fits the secret.")
