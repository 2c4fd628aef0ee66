"""OpenID Connect: the discovery document, the key set, and identity tokens signed with a demo key."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from sandbox.linkedin.records import App, Member, Token

ISSUER = "https://www.linkedin.com/oauth"
KEY_ID = "sandbox-linkedin-1"
_EXPONENT = 65537
# A public demo key of 2048 bits: it protects nothing, so its factors stand here.
_P = int(
    "c4e0b6d8743cb227e74d2b22d44201451dbd05a8ef87c4090a36742e613ed4c3cdb0aa2e4e1a0c4d959efe2875969d9def21167b7c27a635"
    "4d0b6085991f8f282abbb90e4c49a18a786f0d1cfffcd3638da6465db7c12a605aa5acd3c62b1eb034301cb7c5ec94f46cef40fb01420b98"
    "78cc601bbb67d4de72c5d3d471cce023",
    16,
)
_Q = int(
    "bf17cafb2c98fc4b115a0a5ed32a9225912b4036819370cc2c61e329507956fb2c76ed34324923c7d23f4f13a0820dc0c8f1d520e4eb1c49"
    "f0a43c1647c3ec2d9c34bee4b5c03b55790e97d47525a0c44b1ee25cc43af3fabec79e21c8c06618a9766375f796091da7342532f2695ed7"
    "c7f74186742e417374cbdf6b024bbb2b",
    16,
)
_MODULUS = _P * _Q
# By its factors (RFC 8017 section 5.1.2) a signature costs a quarter: every demo login asks for one.
_D_P, _D_Q = pow(_EXPONENT, -1, _P - 1), pow(_EXPONENT, -1, _Q - 1)
_Q_INVERSE = pow(_Q, -1, _P)
# DER of "SHA-256 digest follows" (RFC 8017 section 9.2).
_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def discovery(base: str) -> dict[str, Any]:
    """Return the discovery document; its addresses lead to where the caller reached the sandbox."""
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{base}/oauth/v2/authorization",
        "token_endpoint": f"{base}/oauth/v2/accessToken",
        "userinfo_endpoint": f"{base.replace('www.linkedin.com', 'api.linkedin.com')}/v2/userinfo",
        "jwks_uri": f"{base}/oauth/openid/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email"],
        "claims_supported": [
            "iss",
            "aud",
            "iat",
            "exp",
            "sub",
            "name",
            "given_name",
            "family_name",
            "picture",
            "email",
        ],
    }


def key_set() -> dict[str, Any]:
    """Return the public half of the demo key."""
    key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID}
    return {"keys": [{**key, "n": _encoded(_octets(_MODULUS)), "e": _encoded(_octets(_EXPONENT))}]}


def id_token(app: App, member: Member, token: Token, *, nonce: str = "") -> str:
    """Sign who logged in, with the claims the scopes allow."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": app.id,
        "sub": member.id,
        "iat": int(token.issued_at),
        "exp": int(token.issued_at) + 3600,
    }
    if nonce:
        claims["nonce"] = nonce
    if "profile" in token.scopes:
        claims |= {"name": member.name, "given_name": member.given_name, "family_name": member.family_name}
    if "email" in token.scopes:
        claims |= {"email": member.email, "email_verified": "true"}
    head = {"typ": "JWT", "alg": "RS256", "kid": KEY_ID}
    signed = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
    return f"{signed}.{_encoded(_signature(signed.encode()))}"


def _signature(message: bytes) -> bytes:
    """Sign as PKCS #1 v1.5 says: the digest, padded to the length of the modulus, to the power of the secret half."""
    digest = _SHA256_PREFIX + hashlib.sha256(message).digest()
    size = (_MODULUS.bit_length() + 7) // 8
    padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    message_number = int.from_bytes(padded, "big")
    by_p, by_q = pow(message_number, _D_P, _P), pow(message_number, _D_Q, _Q)
    return (by_q + (by_p - by_q) * _Q_INVERSE % _P * _Q).to_bytes(size, "big")


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
