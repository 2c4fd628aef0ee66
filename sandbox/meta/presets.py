"""The faults people want most when they try a hub against Meta."""

from __future__ import annotations

from sandbox.meta.ask import GRAPH_HOST, UPLOAD_HOST
from sandbox.platforms import Preset

_IG_PUBLISH = {"host": GRAPH_HOST, "method": "POST", "path": "*/media_publish"}
_IG_CREATE = {"host": GRAPH_HOST, "method": "POST", "path": "*/media"}
_UPLOAD = {"host": UPLOAD_HOST, "method": "POST"}
_PUBLISH = {"host": GRAPH_HOST, "method": "POST", "path": "*/feed"}

PRESETS = (
    Preset("meta-publish-lost", "Next publish: answer lost after success", {"kind": "lost_after_success", **_PUBLISH}),
    Preset(
        "meta-publish-500-after",
        "Next publish: 500 although it was published",
        {"kind": "error_after_success", "status": 500, **_PUBLISH},
    ),
    Preset(
        "meta-publish-blocked-after",
        "Next publish: “action blocked” (4/2207051) although it was published",
        {"kind": "error_after_success", "error": {"code": 4, "subcode": 2207051}, **_PUBLISH},
    ),
    Preset(
        "meta-publish-refused",
        "Next publish: connection lost before any work",
        {"kind": "lost_before", **_PUBLISH},
    ),
    Preset(
        "meta-publish-half",
        "Next publish: half an answer (broken JSON)",
        {"kind": "malformed_json", **_PUBLISH},
    ),
    Preset(
        "meta-publish-slow",
        "Next publish: answer 20 s late",
        {"kind": "slow_after", "delay_s": 20, **_PUBLISH},
    ),
    Preset(
        "meta-abusive",
        "Next publish: refused as abusive (368)",
        {"kind": "platform_error", "error": {"code": 368}, **_PUBLISH},
    ),
    Preset(
        "meta-token-dies",
        "Next Graph call: its token dies (190/460, password changed)",
        {"kind": "revoke_token", "error": {"subcode": 460}, "host": GRAPH_HOST},
    ),
    Preset(
        "meta-page-limit",
        "Next Graph call: Page call limit (80001)",
        {"kind": "platform_error", "error": {"code": 80001}, "host": GRAPH_HOST},
    ),
    Preset(
        "meta-transient",
        "Next Graph call: temporarily unavailable (2)",
        {"kind": "platform_error", "error": {"code": 2}, "host": GRAPH_HOST},
    ),
    Preset(
        "meta-ig-publish-lost",
        "Next Instagram publish: answer lost after success",
        {"kind": "lost_after_success", **_IG_PUBLISH},
    ),
    Preset(
        "meta-ig-publish-blocked-after",
        "Next Instagram publish: “action blocked” (4/2207051) although it is live",
        {"kind": "error_after_success", "error": {"code": 4, "subcode": 2207051}, **_IG_PUBLISH},
    ),
    Preset(
        "meta-ig-not-ready",
        "Next Instagram publish: not ready (9007/2207027)",
        {"kind": "platform_error", "error": {"code": 9007, "subcode": 2207027}, **_IG_PUBLISH},
    ),
    Preset(
        "meta-ig-quota",
        "Next Instagram publish: daily quota used (9/2207042)",
        {"kind": "platform_error", "error": {"code": 9, "subcode": 2207042}, **_IG_PUBLISH},
    ),
    Preset(
        "meta-ig-restricted",
        "Next Instagram publish: account restricted (25/2207050)",
        {"kind": "platform_error", "error": {"code": 25, "subcode": 2207050}, **_IG_PUBLISH},
    ),
    Preset(
        "meta-ig-container-lost",
        "Next Instagram container: answer lost after success",
        {"kind": "lost_after_success", **_IG_CREATE},
    ),
    Preset(
        "meta-ig-not-fetched",
        "Next Instagram container: media not fetched (9004/2207052)",
        {"kind": "platform_error", "error": {"code": 9004, "subcode": 2207052}, **_IG_CREATE},
    ),
    Preset(
        "meta-upload-lost",
        "Next upload of a video: answer lost after success",
        {"kind": "lost_after_success", **_UPLOAD},
    ),
    Preset(
        "meta-upload-cut", "Next upload of a video: connection lost before any byte", {"kind": "lost_before", **_UPLOAD}
    ),
    Preset(
        "meta-photo-lost",
        "Next photo: answer lost after success",
        {"kind": "lost_after_success", "host": GRAPH_HOST, "method": "POST", "path": "*/photos"},
    ),
)
