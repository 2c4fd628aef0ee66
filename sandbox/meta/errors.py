"""The platform's errors, in its own shape (docs/platforms/meta.md section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DOCS_URL = "https://developers.facebook.com/docs/graph-api"


@dataclass
class GraphError(Exception):
    """Refuse a call; `status` is the HTTP status, the rest goes into the body."""

    code: int
    message: str
    subcode: int = 0
    status: int = 400
    type: str = "OAuthException"
    is_transient: bool = False
    user_title: str = ""
    user_msg: str = ""

    def body(self, trace_id: str) -> dict[str, Any]:
        """Return the error as the JSON the platform sends."""
        error: dict[str, Any] = {"message": self.message, "type": self.type, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.is_transient or self.code in (1, 2, 4, 17, 32) or self.user_title:
            error["is_transient"] = self.is_transient
        if self.user_title or self.user_msg:
            error["error_user_title"] = self.user_title
            error["error_user_msg"] = self.user_msg
        error["fbtrace_id"] = trace_id
        return {"error": error}


# Code (or code/subcode) to HTTP status, message and transience, for faults that name only the number.
_KNOWN: dict[tuple[int, int], tuple[int, str, bool]] = {
    (1, 0): (500, "An unknown error occurred", False),
    (2, 0): (503, "Service temporarily unavailable", True),
    (4, 0): (403, "(#4) Application request limit reached", True),
    (4, 2207051): (400, "(#4) Application request limit reached", False),
    (10, 0): (403, "(#10) Application does not have permission for this action", False),
    (17, 0): (400, "(#17) User request limit reached", True),
    (32, 0): (403, "(#32) Page request limit reached", True),
    (100, 33): (400, "Unsupported request. The object does not exist or cannot be loaded.", False),
    (-2, 0): (400, "The media could not be fetched in time.", False),
    (-1, 0): (400, "Instagram could not process the request.", True),
    (9, 2207042): (400, "Application request limit reached", False),
    (24, 2207006): (400, "The requested resource does not exist", False),
    (24, 2207008): (400, "The requested resource does not exist", False),
    (25, 2207050): (400, "The Instagram account is restricted.", False),
    (9004, 2207052): (400, "Only photo or video can be accepted as media type.", False),
    (9007, 2207027): (400, "Media ID is not available", False),
    (190, 0): (400, "Invalid OAuth access token.", False),
    (200, 0): (403, "(#200) Permissions error", False),
    (341, 0): (400, "(#341) Feed action request limit reached", True),
    (368, 0): (400, "(#368) The action attempted has been deemed abusive or is otherwise disallowed", False),
    (506, 0): (400, "(#506) Duplicate status message", False),
    (613, 0): (400, "(#613) Calls to this api have exceeded the rate limit.", True),
    (80001, 0): (
        400,
        "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
        True,
    ),
    (80002, 0): (
        400,
        "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.",
        True,
    ),
}


def scripted(wish: Mapping[str, Any], status: int | None) -> GraphError:
    """Make the error a fault asks for: code, subcode, message, is_transient, type, user_title, user_msg."""
    code, subcode = whole(wish.get("code"), 1), whole(wish.get("subcode"), 0)
    known = _KNOWN.get((code, subcode)) or _KNOWN.get((code, 0)) or (400, f"(#{code}) An error occurred", False)
    return GraphError(
        code,
        str(wish.get("message") or known[1]),
        subcode,
        status or known[0],
        str(wish.get("type") or "OAuthException"),
        bool(wish.get("is_transient", known[2])),
        str(wish.get("user_title") or ""),
        str(wish.get("user_msg") or ""),
    )


def whole(value: object, default: int) -> int:
    """Read a whole number of a fault; what is none becomes the default."""
    text = str(value)
    return int(text) if text.removeprefix("-").isdecimal() else default


def invalid(message: str, subcode: int = 0, *, title: str = "", advice: str = "") -> GraphError:
    """Refuse a bad parameter."""
    return GraphError(100, f"(#100) {message}", subcode, user_title=title, user_msg=advice)


def missing_object(method: str, node_id: str) -> GraphError:
    """Refuse an object that is not there, or that this token may not know of: the platform tells nobody which."""
    verb = {"GET": "get", "POST": "post", "DELETE": "delete"}.get(method, "get")
    return GraphError(
        100,
        f"Unsupported {verb} request. Object with ID '{node_id}' does not exist, cannot be loaded due to missing "
        f"permissions, or does not support this operation. Please read the Graph API documentation at {DOCS_URL}",
        33,
        type="GraphMethodException",
    )


def unknown_path(path: str) -> GraphError:
    """Refuse a path with no meaning."""
    return GraphError(2500, f"Unknown path components: {path}")


def unknown_field(name: str, node_type: str) -> GraphError:
    """Refuse a field that a type of object does not have."""
    return invalid(f"Tried accessing nonexisting field ({name}) on node type ({node_type})")


def no_permission(message: str) -> GraphError:
    """Refuse a write for want of a scope or a task on the Page."""
    return GraphError(200, f"(#200) {message}", status=403)


def no_read_permission(scope: str) -> GraphError:
    """Refuse a read for want of a scope."""
    return GraphError(10, f"(#10) This endpoint requires the '{scope}' permission or the matching feature.", status=403)


def needs_page_token() -> GraphError:
    """Refuse a user token where only the Page may speak."""
    return GraphError(210, "(#210) A page access token is required to request this resource.", status=403)
