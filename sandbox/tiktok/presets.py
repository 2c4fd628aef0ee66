"""The hosts of the town, and the faults people want most when they try a hub against TikTok."""

from __future__ import annotations

from sandbox.platforms import Preset

API_HOST, SITE_HOST, CDN_HOST = "open.tiktokapis.com", "www.tiktok.com", "p16-sign-va.tiktokcdn.com"
# Bytes go to one of these; which one, and on which path, changes from upload to upload.
UPLOADS = (
    ("open-upload.tiktokapis.com", "/video/"),
    ("open-upload-i18n.tiktokapis.com", "/upload/"),
    ("open-upload-va.tiktokapis.com", "/video/"),
    ("upload.us.tiktokapis.com", "/upload"),
)
UPLOAD_HOSTS = frozenset(host for host, _ in UPLOADS)

_API = {"host": API_HOST, "method": "POST"}
_INIT = {**_API, "path": "/v2/post/publish/*init/"}
_STATUS = {**_API, "path": "/v2/post/publish/status/fetch/"}
_CREATOR = {**_API, "path": "/v2/post/publish/creator_info/query/"}
_TOKEN = {**_API, "path": "/v2/oauth/token/"}
_CHUNK = {"host": "*upload*.tiktokapis.com", "method": "PUT"}


def _refused(code: str) -> dict[str, object]:
    return {"kind": "platform_error", "error": {"code": code}}


PRESETS = (
    Preset(
        "tiktok-init-lost", "TikTok, next post: answer lost after it began", {"kind": "lost_after_success", **_INIT}
    ),
    Preset(
        "tiktok-init-502-after",
        "TikTok, next post: 502 with an HTML page although it began",
        {"kind": "error_after_success", "status": 502, **_INIT},
    ),
    Preset("tiktok-init-500", "TikTok, next post: internal_error", {**_refused("internal_error"), **_INIT}),
    Preset(
        "tiktok-init-limit",
        "TikTok, next post: six a minute reached (429)",
        {**_refused("rate_limit_exceeded"), **_INIT},
    ),
    Preset(
        "tiktok-daily-cap",
        "TikTok, next post: enough posts for today (403)",
        {**_refused("spam_risk_too_many_posts"), **_INIT},
    ),
    Preset(
        "tiktok-banned",
        "TikTok, next post: barred from posting",
        {**_refused("spam_risk_user_banned_from_posting"), **_INIT},
    ),
    Preset(
        "tiktok-creator-full",
        "TikTok, next look at the creator: enough posts for today (with status 200)",
        {**_refused("spam_risk_too_many_posts"), **_CREATOR},
    ),
    Preset(
        "tiktok-unknown-code",
        "TikTok, next post: an error code nobody knows",
        {**_refused("weather_too_fine"), **_INIT},
    ),
    Preset(
        "tiktok-chunk-502-after",
        "TikTok, next chunk: 502 although its bytes were stored",
        {"kind": "error_after_success", "status": 502, **_CHUNK},
    ),
    Preset(
        "tiktok-chunk-lost",
        "TikTok, next chunk: answer lost after its bytes were stored",
        {"kind": "lost_after_success", **_CHUNK},
    ),
    Preset(
        "tiktok-chunk-refused", "TikTok, next chunk: connection lost before any byte", {"kind": "lost_before", **_CHUNK}
    ),
    Preset(
        "tiktok-chunk-slow", "TikTok, next chunk: answer 20 s late", {"kind": "slow_after", "delay_s": 20, **_CHUNK}
    ),
    Preset(
        "tiktok-status-504",
        "TikTok, next look at a post: 504 with an HTML page",
        {"kind": "http_status", "status": 504, **_STATUS},
    ),
    Preset(
        "tiktok-refresh-lost",
        "TikTok, next token: handed out, and the answer lost (the old refresh token is dead)",
        {"kind": "lost_after_success", **_TOKEN},
    ),
    Preset(
        "tiktok-refresh-503",
        "TikTok, next token: 503 with an HTML page",
        {"kind": "http_status", "status": 503, **_TOKEN},
    ),
    Preset(
        "tiktok-token-stale",
        "TikTok, next call: the access token is not taken (401)",
        {**_refused("access_token_invalid"), "host": API_HOST, "path": "/v2/[pvu]*"},
    ),
    Preset(
        "tiktok-token-dies",
        "TikTok, next call: the creator has disconnected the app",
        {"kind": "revoke_token", "host": API_HOST, "path": "/v2/[pvu]*"},
    ),
)
