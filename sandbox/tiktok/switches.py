"""The switches of the TikTok town. Where the sheet calls a fact weak, a switch has both readings."""

from __future__ import annotations

from sandbox.switches import Switch

FAIL_REASONS = (
    "file_format_check_failed",
    "duration_check_failed",
    "frame_rate_check_failed",
    "picture_size_check_failed",
    "internal",
    "video_pull_failed",
    "photo_pull_failed",
    "publish_cancelled",
    "auth_removed",
    "spam_risk_too_many_posts",
    "spam_risk_user_banned_from_posting",
    "spam_risk_text",
    "spam_risk",
)

SWITCHES = (
    # Signing in.
    Switch(
        "tiktok.oauth_error_status",
        "200",
        "HTTP status of OAuth errors; 400 means 401 for invalid_client.",
        ("200", "400"),
    ),
    Switch(
        "tiktok.token_lives",
        "2h_180d",
        "How long access and refresh tokens live: as the pages of November 2026 say, or as older copies do.",
        ("2h_180d", "24h_365d"),
    ),
    Switch(
        "tiktok.refresh_token",
        "rotates",
        "What a refresh does to the refresh token: a new one and the old one dead, or the same again.",
        ("rotates", "stays"),
    ),
    Switch(
        "tiktok.refresh_life",
        "restarts",
        "Whether a new refresh token has a full life or the rest of the old one's.",
        ("restarts", "absolute"),
    ),
    Switch("tiktok.refresh_kills_access", False, "A refresh ends the access token that was there before."),
    Switch("tiktok.sandbox_refresh", "works", "Refreshing in apps of sandbox mode.", ("works", "invalid_grant")),
    Switch(
        "tiktok.scope_errors",
        "redirect",
        "Where a wrong scope is told: on the way back, or on TikTok's own page.",
        ("redirect", "page"),
    ),
    # Posting.
    Switch(
        "tiktok.invalid_params",
        "invalid_params",
        "How posting endpoints spell it: as they really do, or as documented.",
        ("invalid_params", "invalid_param"),
    ),
    Switch(
        "tiktok.chunk_bounds",
        "strict",
        "What MB means for chunks: 5 242 880 to 64 000 000 bytes, or 5 000 000 to 67 108 864.",
        ("strict", "loose"),
    ),
    Switch(
        "tiktok.branded_self_only", "refuse", "Branded content that only its creator may see.", ("refuse", "accept")
    ),
    Switch("tiktok.put_stored_range", "416", "A chunk that was stored already is sent again.", ("416", "206")),
    Switch("tiktok.put_after_end", "404", "A chunk is sent after the last one was stored.", ("404", "201", "416")),
    Switch(
        "tiktok.progress_header", "count", "The last number in Content-Range of an answer.", ("count", "last_index")
    ),
    Switch("tiktok.put_with_bearer", "refuse", "A chunk that carries a token in Authorization.", ("refuse", "note")),
    Switch(
        "tiktok.pull_from_this_machine",
        True,
        "Addresses on this machine pass as verified https; off: refused as http and IP hosts are.",
    ),
    Switch(
        "tiktok.wrong_photo",
        "processing",
        "Where a photo of a type that is not taken (PNG) is refused: in processing, or at once as invalid_file_upload.",
        ("processing", "init"),
    ),
    # What becomes of a post.
    Switch("tiktok.processing_s", 3, "Processing takes this long after the last byte, by the town's clock."),
    Switch("tiktok.moderation_s", 20, "A public post has no id before this many seconds after it was posted."),
    Switch("tiktok.fate", "works", "What becomes of what arrives from now on.", ("works", "stuck", *FAIL_REASONS)),
    Switch(
        "tiktok.status_word",
        "documented",
        "Processing is told in a documented word, or in one nobody knows.",
        ("documented", "unknown"),
    ),
    Switch("tiktok.no_post_id", "empty", "How status tells that there is no post id.", ("empty", "missing")),
    Switch("tiktok.inbox_advances", True, "Once the creator posts a draft its status becomes PUBLISH_COMPLETE."),
    # Limits; 0 lifts one.
    Switch("tiktok.limit_init", 6, "Inits per creator, endpoint and minute; 0: no limit."),
    Switch("tiktok.limit_creator_info", 20, "creator_info per creator and minute; 0: no limit."),
    Switch("tiktok.limit_status", 30, "status/fetch per creator and minute; 0: no limit."),
    Switch("tiktok.limit_display", 600, "Each display endpoint per app and minute; 0: no limit."),
    Switch("tiktok.limit_daily_posts", 15, "Direct posts per creator in 24 hours, over all apps; 0: no limit."),
    Switch("tiktok.limit_pending_shares", 5, "Drafts per creator that wait in 24 hours; 0: no limit."),
    Switch("tiktok.limit_unaudited_users", 5, "Creators who post through an unaudited app in 24 hours; 0: no limit."),
    Switch("tiktok.rate_headers", "none", "What a 429 says about when to come back.", ("none", "retry_after", "reset")),
    # Answers.
    Switch(
        "tiktok.fields_outside_scope",
        "scope_not_authorized",
        "Asking for profile fields that no granted scope opens.",
        ("scope_not_authorized", "scope_permission_missed", "omit"),
    ),
    Switch("tiktok.failure_data", "absent", "The data of a failed call.", ("absent", "empty")),
    Switch("tiktok.log_id", "present", "log_id in the envelope.", ("present", "missing")),
    Switch("tiktok.extra_fields", False, "Every answer carries fields that no document mentions."),
    Switch("tiktok.audience", "lively", "Whether public posts gather views by themselves.", ("lively", "quiet")),
    Switch("tiktok.list_has_photos", True, "video/list and video/query tell photo posts too."),
    # Webhooks.
    Switch(
        "tiktok.webhook_retry_t",
        "fresh",
        "The time in the signature of a retry: its own, or that of the first try.",
        ("fresh", "same"),
    ),
    Switch("tiktok.webhook_skew_s", 0, "TikTok's clock is this far ahead when it signs.", minimum=-86_400),
    Switch("tiktok.webhook_copies", 1, "How often each event is delivered.", minimum=1),
    Switch(
        "tiktok.webhook_order",
        "as_happened",
        "In which order events leave that wait together.",
        ("as_happened", "reversed"),
    ),
    Switch("tiktok.webhook_spelling", "typo", "The event of a post that is no longer public.", ("typo", "correct")),
    Switch("tiktok.webhook_post_id", "string", "post_id in events.", ("string", "number")),
    Switch("tiktok.webhook_direct_complete", False, "Direct posts are told with post.publish.complete too."),
)
