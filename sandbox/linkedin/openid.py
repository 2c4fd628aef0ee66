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
# A public demo key of 2048 bits: it protects nothing, so both halves stand here.
_MODULUS = int(
    "92f5f4b66712133256e8c65d55a99b46fcb2b4bd044eb0d4e8bea549f59d43374655b219ef4d3185d0b8ef7b600ebbf192a242a76768154bc3"
    "de5acf31f3659ed268469cd014caef3c67afbac078373920f1379f18c3265eec115393dad0ebaab77541a63d1398e96108985bcc9e7c77796270"
    "fdc15385526ac3906e6071912a5915af208253085645fe989f1ae9516198e37339d9761d4461a986ad09e2855afb2751e5963e4d4397b42a0a96"
    "b9aba2da8f454aedf68355b24e89c23d11a0b716fca9c7810777e9e8cc99606dc7a3bac657ffeed4058280edaafc92c51cc38d7a96f267a91f33"
    "24190faa4f9663a21a7da91a783c78a97c20b8e036b56436e1",
    16,
)
_DEMO_HALF = int(
    "289f09a43d7b36892c92acf9f18aaf1c010f587c02abc99f20324a37d64740e40f71f287cea894aebb51d3085435de6758b3b71ed4ab656f8a"
    "d5745e5f1d3b129a702e4c7c0bb3484b771190da50a05b0f2afdc7e12d57f6d6e3b729604b6d48c3eb0a596bfa75c2d48a6eaab935798c00a660"
    "3b13ec052711d1baa377cf0c63affc9f9fe79821777dd250d83c2ad7cb5f438976baef9dddd496ac71b7ac0516e503cac71f0c70d56a6d7fda28"
    "9dd817fd3c4801c279d5bcb181986589074c57c8ab863e89578a3a47fcaffdd886b84eb1926c1fd0d1cfb7d121b86d8f242f886324e73df14d57"
    "bb22573841dfdb71af81a3a031f25fd273d2566ccc6f64f9bd",
    16,
)
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
    return pow(int.from_bytes(padded, "big"), _DEMO_HALF, _MODULUS).to_bytes(size, "big")


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
