"""What an error body of Google's says, in any of its shapes; what is missing or of another type is nothing.

Source: docs/platforms/google_business.md, "Errors", read 2026-11-21.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_INFO: Final = "google.rpc.ErrorInfo"
_BAD_REQUEST: Final = "google.rpc.BadRequest"
_RETRY: Final = "google.rpc.RetryInfo"
_VALIDATION: Final = "ValidationError"


@dataclass(frozen=True, slots=True)
class Told:
    """What of an error can be told apart."""

    is_json: bool = False
    #: The word of the status, such as ``INVALID_ARGUMENT``.
    status: str = ""
    #: The reason of an ErrorInfo, such as ``SERVICE_DISABLED``.
    reason: str = ""
    #: The number of the first error of the old API, such as ``1000``.
    number: str = ""
    #: The figure of the quota that is spent.
    quota: str = ""
    #: Whether that quota is the whole project's, and not one profile's.
    of_project: bool = False
    retry_delay: str = ""
    #: What people read: the particulars where there are any, else the message.
    words: str = ""


def read_error(data: Any) -> Told:
    """Read an error body; some of Google's hosts put it into a list of one."""
    if isinstance(data, list) and data:
        data = data[0]
    error = data.get("error") if isinstance(data, Mapping) else None
    if not isinstance(error, Mapping):
        return Told()
    details = list(_objects(error.get("details")))
    infos = [detail for detail in details if _is(detail, _INFO) or "reason" in detail]
    metadata = [info["metadata"] for info in infos if isinstance(info.get("metadata"), Mapping)]
    particulars = [one for detail in details for one in _particulars(detail)]
    return Told(
        is_json=True,
        status=_text(error.get("status")),
        reason=next((reason for info in infos if (reason := _text(info.get("reason")))), ""),
        number=next((number for one in particulars if (number := _number(one.get("code")))), ""),
        quota=next((str(value) for one in metadata if (value := one.get("quota_limit_value")) is not None), ""),
        of_project=any(str(one.get("quota_limit")).endswith("PerProject") for one in metadata),
        retry_delay=next((_text(detail.get("retryDelay")) for detail in details if _is(detail, _RETRY)), ""),
        words=" ".join(dict.fromkeys(filter(None, map(_sentence, particulars)))) or _text(error.get("message")),
    )


def _particulars(detail: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if _VALIDATION in _text(detail.get("@type")) or "errorDetails" in detail:
        yield from _objects(detail.get("errorDetails"))
    if _is(detail, _BAD_REQUEST) or "fieldViolations" in detail:
        yield from _objects(detail.get("fieldViolations"))


def _sentence(one: Mapping[str, Any]) -> str:
    words = _text(one.get("message")) or _text(one.get("description"))
    field = _text(one.get("field"))
    return f"{words} ({field})" if words and field else words


def _objects(told: Any) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in told if isinstance(one, Mapping)) if isinstance(told, list) else ()


def _is(detail: Mapping[str, Any], kind: str) -> bool:
    return _text(detail.get("@type")).endswith(kind)


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _number(told: Any) -> str:
    """Read a number that may be text; anything else is none."""
    if isinstance(told, int) and not isinstance(told, bool):
        return str(told)
    return told if isinstance(told, str) and told.isascii() and told.isdecimal() else ""
