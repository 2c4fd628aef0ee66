"""The faults people want most when they try a hub against Meta."""

from __future__ import annotations

from sandbox.meta.ask import GRAPH_HOST
from sandbox.platforms import Preset

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
)
