"""The switches of the Meta town."""

from __future__ import annotations

from sandbox.switches import Switch

SWITCHES = (
    Switch("meta.require_appsecret_proof", False, "Refuse calls without appsecret_proof."),
    Switch("meta.expiry_not_extended", False, "Exchanging a long-lived token keeps its old expiry."),
    Switch("meta.no_expires_in", False, "Token answers leave expires_in out."),
    Switch("meta.portfolio_pages_listed", False, "/me/accounts also lists Pages held in a business portfolio."),
    Switch("meta.accounts_page_size", 25, "Page size of /me/accounts when the caller names no limit.", minimum=1),
    Switch("meta.list_lag_s", 0, "Lists of posts trail writes by this many seconds."),
    Switch("meta.duplicate_window_s", 60, "The same text on a Page within this many seconds is refused with 506."),
    Switch(
        "meta.schedule_max_days", 30, "How far ahead a post may be scheduled (30 in the guide, 75 in the reference)."
    ),
    Switch("meta.feed_shows_unpublished", False, "/{page}/feed also lists posts that are not published."),
    Switch("meta.link_errors_as", "subcode", "Where 1609005 and 1609008 stand in the error.", ("subcode", "code")),
    Switch("meta.dead_version", "upgrade", "A call to an ended version.", ("upgrade", "refuse")),
    Switch("meta.unknown_version", "refuse", "A call to a version that never was.", ("refuse", "upgrade")),
    Switch("meta.unversioned", "refuse", "A call without a version.", ("refuse", "oldest")),
    Switch("meta.usage_headers_after", 20, "Usage headers appear after this many calls in a window."),
    Switch("meta.limit_app_calls", 1_000_000, "Calls with app and user tokens per hour, per app (error 4).", minimum=1),
    Switch("meta.limit_user_calls", 1_000_000, "Calls with one person's tokens per hour (error 17).", minimum=1),
    Switch(
        "meta.limit_page_user_calls", 1_000_000, "Calls on one Page with user tokens per hour (error 32).", minimum=1
    ),
    Switch("meta.limit_page_calls", 1_000_000, "Calls with one Page's tokens per 24 hours (error 80001).", minimum=1),
    Switch("meta.limit_penalty_s", 60, "Each call while blocked makes the block this many seconds longer."),
)
