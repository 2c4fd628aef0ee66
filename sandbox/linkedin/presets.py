"""The faults people want most when they try a hub against LinkedIn."""

from __future__ import annotations

from sandbox.platforms import Preset

API_HOST, SITE_HOST, MEDIA_HOST = "api.linkedin.com", "www.linkedin.com", "media.licdn.com"

_PUBLISH = {"host": API_HOST, "method": "POST", "path": "/rest/posts"}
_ANY = {"host": API_HOST}
_UPLOAD = {"host": SITE_HOST, "method": "PUT", "path": "/dms-uploads/*"}


def _refused(code: str) -> dict[str, object]:
    return {"kind": "platform_error", "error": {"code": code}}


PRESETS = (
    Preset(
        "linkedin-publish-lost",
        "LinkedIn, next post: answer lost after success",
        {"kind": "lost_after_success", **_PUBLISH},
    ),
    Preset(
        "linkedin-publish-500-after",
        "LinkedIn, next post: 500 although it was published",
        {"kind": "error_after_success", "error": {"code": "INTERNAL_ERROR"}, **_PUBLISH},
    ),
    Preset(
        "linkedin-publish-504-after",
        "LinkedIn, next post: 504 with an HTML page although it was published",
        {"kind": "error_after_success", "status": 504, **_PUBLISH},
    ),
    Preset(
        "linkedin-publish-refused",
        "LinkedIn, next post: connection lost before any work",
        {"kind": "lost_before", **_PUBLISH},
    ),
    Preset("linkedin-publish-503", "LinkedIn, next post: 503", {**_refused("SERVICE_UNAVAILABLE"), **_PUBLISH}),
    Preset("linkedin-publish-conflict", "LinkedIn, next post: 409 once", {**_refused("CONFLICT"), **_PUBLISH}),
    Preset(
        "linkedin-publish-slow",
        "LinkedIn, next post: answer 20 s late",
        {"kind": "slow_after", "delay_s": 20, **_PUBLISH},
    ),
    Preset(
        "linkedin-publish-duplicate",
        "LinkedIn, next post: refused as a duplicate of a post that does not exist",
        {
            "kind": "platform_error",
            "status": 422,
            "error": {
                "code": "DUPLICATE_POST",
                "message": "Content is a duplicate of urn:li:share:7000000000000000001",
            },
            **_PUBLISH,
        },
    ),
    Preset(
        "linkedin-share-limit",
        "LinkedIn, next post: daily limit reached (429/101)",
        {**_refused("TOO_MANY_REQUESTS"), **_PUBLISH},
    ),
    Preset(
        "linkedin-version-sunset",
        "LinkedIn, every call: the version is dead (426, until cleared)",
        {**_refused("NONEXISTENT_VERSION"), "path": "/rest/*", "times": None, **_ANY},
    ),
    Preset(
        "linkedin-token-propagation",
        "LinkedIn, next two calls: the token is not known everywhere yet (65601)",
        {**_refused("REVOKED_ACCESS_TOKEN"), "times": 2, **_ANY},
    ),
    Preset(
        "linkedin-token-dies",
        "LinkedIn, next call: the member revoked the token (65601)",
        {"kind": "revoke_token", **_ANY},
    ),
    Preset(
        "linkedin-media-waiting",
        "LinkedIn, next post: its media is not ready (400)",
        {**_refused("MEDIA_ASSET_WAITING_UPLOAD"), **_PUBLISH},
    ),
    Preset(
        "linkedin-upload-lost",
        "LinkedIn, next upload: answer lost after the bytes arrived",
        {"kind": "lost_after_success", **_UPLOAD},
    ),
    Preset("linkedin-upload-500", "LinkedIn, next upload: 500", {"kind": "http_status", "status": 500, **_UPLOAD}),
)
