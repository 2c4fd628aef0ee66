"""The hosts of the town, and the faults people want most when they try a hub against Mailchimp."""

from __future__ import annotations

import re

from sandbox.platforms import Preset

GLOBAL_HOST = "api.mailchimp.com"
ARCHIVE_HOST = "mailchi.mp"
FILES_HOST = "mcusercontent.com"
RESULTS_HOST = "mailchimp-api-batch.s3.amazonaws.com"
_DC = r"(?P<dc>[a-z]{2,4}\d{1,3})"
_API = re.compile(rf"{_DC}\.api\.mailchimp\.com")
_ADMIN = re.compile(rf"{_DC}\.admin\.mailchimp\.com")
_LONG_ARCHIVE = re.compile(rf"{_DC}\.campaign-archive\.com")
_FORMS = re.compile(rf"{_DC}\.list-manage\.com")

_ANY = {"host": "*api.mailchimp.com"}
_CREATE = {**_ANY, "method": "POST", "path": "/3.0/campaigns"}
_CONTENT = {**_ANY, "method": "PUT", "path": "*/content"}
_SEND = {**_ANY, "method": "POST", "path": "*/actions/send"}
_SCHEDULE = {**_ANY, "method": "POST", "path": "*/actions/schedule"}
_FILE = {**_ANY, "method": "POST", "path": "/3.0/file-manager/files"}


def data_centre(host: str) -> str | None:
    """Return the data centre an API host names, nothing for the one without, None for other hosts."""
    if host == GLOBAL_HOST:
        return ""
    found = _API.fullmatch(host)
    return found["dc"] if found else None


def admin_of(host: str) -> str | None:
    """Return the data centre of a host for people, None for other hosts."""
    found = _ADMIN.fullmatch(host)
    return found["dc"] if found else None


def is_archive(host: str) -> bool:
    """Say whether sent campaigns are shown to everybody on this host."""
    return host == ARCHIVE_HOST or _LONG_ARCHIVE.fullmatch(host) is not None


def has_forms(host: str) -> bool:
    """Say whether people join and leave audiences on this host."""
    return _FORMS.fullmatch(host) is not None


def _refused(name: str) -> dict[str, object]:
    return {"kind": "platform_error", "error": {"code": name}}


PRESETS = (
    Preset(
        "mailchimp-send-lost",
        "Mailchimp, next send: answer lost after success",
        {"kind": "lost_after_success", **_SEND},
    ),
    Preset(
        "mailchimp-send-502-after",
        "Mailchimp, next send: 502 with an HTML page although it was sent",
        {"kind": "error_after_success", "status": 502, **_SEND},
    ),
    Preset(
        "mailchimp-send-500-after",
        "Mailchimp, next send: 500 although it was sent",
        {"kind": "error_after_success", "error": {"code": "InternalServerError"}, **_SEND},
    ),
    Preset(
        "mailchimp-send-stall",
        "Mailchimp, next send: done, and answered 130 s later",
        {"kind": "slow_after", "delay_s": 130, **_SEND},
    ),
    Preset(
        "mailchimp-send-refused",
        "Mailchimp, next send: connection lost before any work",
        {"kind": "lost_before", **_SEND},
    ),
    Preset("mailchimp-send-not-ready", "Mailchimp, next send: not ready (400)", {**_refused("NotReady"), **_SEND}),
    Preset(
        "mailchimp-schedule-lost",
        "Mailchimp, next schedule: answer lost after success",
        {"kind": "lost_after_success", **_SCHEDULE},
    ),
    Preset(
        "mailchimp-schedule-plan",
        "Mailchimp, next schedule: the plan does not allow it (403)",
        {**_refused("AuthorizationFailure"), **_SCHEDULE},
    ),
    Preset(
        "mailchimp-create-lost",
        "Mailchimp, next campaign: draft made, answer lost",
        {"kind": "lost_after_success", **_CREATE},
    ),
    Preset(
        "mailchimp-content-502-after",
        "Mailchimp, next content: 502 with an HTML page although it was saved",
        {"kind": "error_after_success", "status": 502, **_CONTENT},
    ),
    Preset("mailchimp-file-lost", "Mailchimp, next file: kept, answer lost", {"kind": "lost_after_success", **_FILE}),
    Preset(
        "mailchimp-too-many",
        "Mailchimp, next call: more than 10 at once (429)",
        {**_refused("TooManyRequests"), **_ANY},
    ),
    Preset(
        "mailchimp-throttled", "Mailchimp, next call: throttled, 403 without a body", {**_refused("Throttled"), **_ANY}
    ),
    Preset(
        "mailchimp-akamai-403",
        "Mailchimp, next call: blocked by the CDN, 403 HTML",
        {**_refused("AkamaiBlocked"), **_ANY},
    ),
    Preset(
        "mailchimp-akamai-503",
        "Mailchimp, next call: the CDN's own 503 JSON",
        {**_refused("AkamaiUnavailable"), **_ANY},
    ),
    Preset("mailchimp-500", "Mailchimp, next call: 500", {**_refused("InternalServerError"), **_ANY}),
    Preset(
        "mailchimp-forbidden",
        "Mailchimp, next call: the key's role is too low (403)",
        {**_refused("Forbidden"), **_ANY},
    ),
    Preset(
        "mailchimp-disabled", "Mailchimp, next call: the account is closed (403)", {**_refused("UserDisabled"), **_ANY}
    ),
    Preset(
        "mailchimp-key-dies", "Mailchimp, next call: somebody deleted the key (401)", {"kind": "revoke_token", **_ANY}
    ),
)
