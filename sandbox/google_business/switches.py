"""The switches of the Google town. Where the sheet calls a fact weak, a switch has both readings."""

from __future__ import annotations

from sandbox.google_business.hosts import SERVICES
from sandbox.switches import Switch

FATES = ("live", "live_now", "rejected_now", "rejected_in_processing", "rejected_later", "processing_for_ever")

SWITCHES = (
    # Sign-in and tokens.
    Switch(
        "google_business.testing", False, "Every project is in Testing: refresh tokens handed out now end in 7 days."
    ),
    Switch("google_business.code_life_s", 600, "An authorization code lives this long.", minimum=1),
    Switch("google_business.most_refresh_tokens", 100, "Living refresh tokens per person and client.", minimum=1),
    Switch("google_business.untick_business", False, "People leave the permission to manage their business unticked."),
    Switch(
        "google_business.refresh_fate",
        "works",
        "What a refresh answers.",
        ("works", "invalid_rapt", "rapt_required", "admin_policy_enforced"),
    ),
    Switch(
        "google_business.sign_in",
        "open",
        "Whether Google lets people answer at all, or shows a page of its own that leads nowhere.",
        ("open", "org_internal", "admin_policy_enforced"),
    ),
    Switch("google_business.token_json", "refused", "A JSON body on the token endpoint.", ("refused", "taken")),
    # The Cloud project.
    Switch("google_business.unapproved", False, "No project is approved: every API answers 429 with a quota of 0."),
    *(
        Switch(service.switch, True, f"The project has switched on the {service.title}.")
        for service in SERVICES.values()
        if service.switch
    ),
    Switch("google_business.limit_minute", 300, "Calls per API, project and minute; 0: no limit."),
    Switch("google_business.limit_writes", 10, "Writes per location and minute; 0: no limit."),
    Switch("google_business.retry_after_s", 0, "Retry-After of a 429; 0: there is no such header."),
    # Accounts and locations.
    Switch(
        "google_business.foreign_location", 403, "What a location of somebody else answers: 403 or 404.", minimum=403
    ),
    Switch("google_business.oversize_page", "cut", "A pageSize beyond the limit.", ("cut", "refused")),
    Switch("google_business.empty_pages", False, "Every list begins with a page that holds nothing but a token."),
    # Posts.
    Switch("google_business.post_fate", "live", "What becomes of posts from now on.", FATES),
    Switch("google_business.processing_s", 5, "A post is PROCESSING this long."),
    Switch("google_business.reject_after_s", 3600, "rejected_later: LIVE this long, then REJECTED."),
    Switch(
        "google_business.policy",
        "lenient",
        "strict rejects posts with a telephone number or an address of a site in their text.",
        ("lenient", "strict"),
    ),
    Switch("google_business.nameless", False, "The answer to a created post has no name."),
    Switch("google_business.call_with_url", "refused", "A CALL button that has a URL.", ("refused", "ignored")),
    Switch("google_business.schedule_times", "required", "The times of an event's schedule.", ("required", "optional")),
    Switch("google_business.title_limit", 58, "Characters of an event's title; 0: no limit."),
    Switch("google_business.summary_limit", 1500, "Characters of a summary; 0: no limit."),
    Switch("google_business.past_time", "refused", "A scheduledTime that is over.", ("refused", "published")),
    Switch("google_business.media_most", 10, "Photos of one post.", minimum=1),
    Switch(
        "google_business.photo_floor", "400x300", "The smallest photo of a post, in pixels.", ("400x300", "250x250")
    ),
    Switch("google_business.list_order", "newest", "The order of a list of posts.", ("newest", "shuffled")),
    Switch("google_business.list_lag_s", 0, "A list of posts trails what was posted by this many seconds."),
    Switch("google_business.time_digits", "6", "Digits of a second's fraction.", ("6", "9", "3", "0")),
    # Reviews and metrics.
    Switch("google_business.unverified_reviews", 403, "Reviews of an unverified location: 403 or 400.", minimum=400),
    Switch("google_business.reply_fate", "approved", "What becomes of replies.", ("approved", "rejected", "pending")),
    Switch("google_business.reply_wait_s", 10, "A reply is PENDING this long."),
    Switch("google_business.metrics_delay_days", 3, "The newest days that have no numbers yet."),
    # All answers.
    Switch("google_business.extra_fields", False, "Answers carry fields nobody has heard of."),
)
