"""Meta's ``signed_request``: who removed our app, or wants their data deleted.

Source: https://developers.facebook.com/docs/facebook-login/guides/advanced/existing-system, read 2026-11-21. Two parts of unpadded
base64url: an HMAC-SHA256 under the app secret of the second part as it was received, and JSON.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from connectors.errors import InvalidSignature
from connectors.meta.graph import read_time
from foundation.secret import Secret


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """Whom it is about, by the app-scoped id our grants carry, and when Meta signed it."""

    user_id: str
    issued_at: datetime | None


def read(signed: str, *, app_secret: Secret) -> SignedRequest:
    """Check the signature and return what it covers; raises ``InvalidSignature`` for anything Meta did not sign."""
    signature, _, payload = signed.partition(".")
    expected = hmac.new(app_secret.reveal().encode(), payload.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(_decoded(signature), expected):
        raise InvalidSignature("the signed_request was not signed with this app's secret")
    try:
        told = json.loads(_decoded(payload))
    except (ValueError, RecursionError) as error:
        raise InvalidSignature("the signed_request holds no JSON") from error
    if not isinstance(told, dict) or str(told.get("algorithm", "")).upper() != "HMAC-SHA256":
        raise InvalidSignature("the signed_request names another algorithm")
    user_id = told.get("user_id")
    if not isinstance(user_id, str | int) or isinstance(user_id, bool) or not str(user_id):
        raise InvalidSignature("the signed_request names nobody")
    return SignedRequest(str(user_id), read_time(told.get("issued_at")))


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidSignature("the signed_request is not base64url") from error
