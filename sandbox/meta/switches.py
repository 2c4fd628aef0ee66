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
    Switch(
        "meta.link_errors_as",
        "subcode",
        "Where 13xxxxx, 14xxxxx, 16xxxxx and 20xxxxx stand in the error.",
        ("subcode", "code"),
    ),
    Switch("meta.dead_version", "upgrade", "A call to an ended version.", ("upgrade", "refuse")),
    Switch("meta.unknown_version", "refuse", "A call to a version that never was.", ("refuse", "upgrade")),
    Switch("meta.unversioned", "refuse", "A call without a version.", ("refuse", "oldest")),
    Switch("meta.usage_headers_after", 20, "Usage headers appear after this many calls in a window."),
    Switch("meta.limit_app_calls", 1_000_000, "Calls with app and user tokens per hour, per app (error 4).", minimum=1),
    Switch("meta.limit_user_calls", 1_000_000, "Calls with one person's tokens per hour (error 17).", minimum=1),
    Switch(
        "meta.limit_page_user_calls", 1_000_000, "Calls on one Page with user tokens per hour (error 32).", minimum=1
    ),
    Switch(
        "meta.limit_instagram_calls", 1_000_000, "Calls about one Instagram account per 24 hours (80002).", minimum=1
    ),
    Switch("meta.limit_page_calls", 1_000_000, "Calls with one Page's tokens per 24 hours (error 80001).", minimum=1),
    Switch("meta.limit_penalty_s", 60, "Each call while blocked makes the block this many seconds longer."),
    Switch("meta.page_usage_header", False, "Page tokens also get the older header X-Page-Usage."),
    # Fetching media.
    Switch("meta.fetch_redirects", 0, "Redirects followed when media is fetched from an address."),
    Switch("meta.fetch_timeout_s", 10, "Seconds a fetch of media may take.", minimum=1),
    Switch("meta.obey_robots", True, "robots.txt is read before media is fetched, as facebookexternalhit."),
    # Photos, videos, reels and stories of a Page.
    Switch("meta.photo_max_mb", 4, "Largest photo in MB (4 in the error's words, 10 in the reference).", minimum=1),
    Switch("meta.video_processing_s", 6, "Seconds a Page's video is processed before it is seen."),
    Switch("meta.video_fate", "works", "How the processing of Page videos ends.", ("works", "fails", "stalls")),
    Switch(
        "meta.video_errors_at", "create", "Where a bad format shows: in the call or in status.", ("create", "status")
    ),
    Switch("meta.check_codecs", True, "Page videos need a codec the reference names."),
    Switch("meta.video_chunk_bytes", 1_048_576, "Bytes wanted next in a chunked upload.", minimum=1),
    Switch("meta.upload_takes_bytes", 0, "The upload host takes this many bytes of a call, then breaks off; 0: all."),
    Switch("meta.status_spelling", "docs", "Words of a video's status.", ("docs", "spec")),
    Switch("meta.video_permalink_is_path", True, "permalink_url of a video has no host."),
    Switch("meta.video_post_id_is_full", False, "post_id of a video has the Page's id in front."),
    Switch("meta.reel_finish_tells_post", False, "Finishing a reel answers with its post_id too."),
    Switch("meta.reels_per_day", 30, "Reels a Page may publish in 24 hours."),
    Switch("meta.story_archive", True, "Pages keep an archive of their stories."),
    # Instagram.
    Switch("meta.ig_image_processing_s", 2, "Seconds a container with a picture is in progress."),
    Switch("meta.ig_video_processing_s", 8, "Seconds a container with a film is in progress."),
    Switch("meta.ig_fate", "works", "How containers made from now on end.", ("works", "fails", "stalls")),
    Switch("meta.ig_video_checks", "basic", "What a film is checked for.", ("basic", "documented")),
    Switch("meta.ig_quota_total", 50, "Posts an account may publish in 24 hours (50 or 100).", minimum=1),
    Switch("meta.ig_containers_per_day", 400, "Containers an account may make in 24 hours.", minimum=1),
    Switch(
        "meta.ig_second_publish",
        "24/2207008",
        "Answer to a second publish of one container.",
        ("24/2207008", "9007/2207027", "same_id"),
    ),
    Switch("meta.ig_page_token_reads", True, "Containers and media can be read with the Page's token (else 100/33)."),
    Switch("meta.ig_trial_reels", False, "Accounts may make trial reels."),
    Switch(
        "meta.ig_delete_scope",
        "instagram_manage_contents",
        "What deleting media takes.",
        ("instagram_manage_contents", "instagram_content_publish"),
    ),
    Switch("meta.ig_stories_deletable", True, "Stories can be deleted (else 2207073)."),
    Switch("meta.data_access_error", "10", "Code of Instagram calls after data access ended.", ("10", "190", "200")),
    # Statistics.
    Switch("meta.insights_delay_h", 48, "Hours until posts and media have numbers."),
    Switch("meta.page_video_views_alive", True, "page_video_views is still a metric."),
    Switch("meta.ig_reels_crossposted", False, "Reels were shared to Facebook, so crossposted_views works."),
    Switch("meta.ig_story_viewers", 0, "Viewers of every story (fewer than 5: code 10); 0: a number of its own."),
)
