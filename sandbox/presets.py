"""Faults that fit every platform."""

from __future__ import annotations

from sandbox.platforms import Preset

PRESETS = (
    Preset("any-429-once", "Next call, any platform: 429 once", {"kind": "http_status", "status": 429}),
    Preset("any-500-twice", "Next two calls, any platform: 500", {"kind": "http_status", "status": 500, "times": 2}),
    Preset("any-502-once", "Next call, any platform: 502 with an HTML page", {"kind": "http_status", "status": 502}),
    Preset("any-slow", "Next call, any platform: 10 s late", {"kind": "slow", "delay_s": 10.0}),
    Preset(
        "any-flaky",
        "Every fifth call or so, any platform: 500 (until cleared)",
        {"kind": "http_status", "status": 500, "probability": 0.2, "times": None},
    ),
)
