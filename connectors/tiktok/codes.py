"""TikTok's words for what went wrong, and what each means: two tables, as data.

Source: https://developers.tiktok.com/doc/tiktok-api-v2-error-handling, the error sections of the Content Posting API and
.../content-posting-api-reference-get-video-status, text of 2026-09-11; with its evidence in docs/platforms/tiktok.md. ``CODES`` are of
answers, ``REASONS`` of posts that TikTok took and could not use; some words are in both.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Sort(Enum):
    """What a code asks of us; each leads to exactly one error class."""

    RETRY = auto()
    RATE = auto()
    #: A limit of a day: nothing helps before it has passed.
    DAY = auto()
    REAUTH = auto()
    PERMISSION = auto()
    ACCOUNT = auto()
    CONFIG = auto()
    INVALID = auto()
    #: Our request is not what TikTok wants; where it carries an author's words these may be the cause.
    REQUEST = auto()
    OURS = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of a table: what TikTok means, and what a person can do."""

    sort: Sort
    cause: str
    remedy: str


RECONNECT: Final = "Reconnect this account; the jobs that failed for it can then be redriven."
LATER: Final = "Switchboard tries again by itself."
LOOK: Final = "Switchboard looks at TikTok before it sends anything again."
REPORT: Final = "Retry; if it stays so, report it as a fault of Switchboard."
EDIT: Final = "Change the post and publish it again."
_CHOOSE: Final = "Open the post in Compose, choose anew who can see it, and publish it again."
_TOMORROW: Final = "Switchboard tries again after a day; or post by hand in the TikTok app meanwhile."
_RULES: Final = "Change the post so that it keeps to TikTok's Community Guidelines."

TOO_MANY_POSTS: Final = "spam_risk_too_many_posts"
TOO_MANY_DRAFTS: Final = "spam_risk_too_many_pending_share"
BANNED: Final = "spam_risk_user_banned_from_posting"
USER_CAP: Final = "reached_active_user_cap"
NO_SUCH_ID: Final = "invalid_publish_id"

CODES: Final[dict[str, Meaning]] = {
    "access_token_invalid": Meaning(Sort.REAUTH, "TikTok does not accept the access token any more.", RECONNECT),
    "scope_not_authorized": Meaning(
        Sort.PERMISSION,
        "The account did not grant what this needs.",
        "Reconnect the account and leave everything switched on.",
    ),
    "scope_permission_missed": Meaning(
        Sort.PERMISSION,
        "The account did not grant what this needs.",
        "Reconnect the account and leave everything switched on.",
    ),
    "rate_limit_exceeded": Meaning(Sort.RATE, "TikTok's limit for this kind of call is reached.", LATER),
    # Documented in the singular; posting endpoints answer in the plural.
    "invalid_params": Meaning(Sort.REQUEST, "TikTok refused a value of this request.", EDIT),
    "invalid_param": Meaning(Sort.REQUEST, "TikTok refused a value of this request.", EDIT),
    "invalid_file_upload": Meaning(
        Sort.INVALID, "TikTok does not take this file.", "Use another file, or encode it anew."
    ),
    TOO_MANY_POSTS: Meaning(
        Sort.DAY, "This account has published as much through apps as TikTok allows within 24 hours.", _TOMORROW
    ),
    TOO_MANY_DRAFTS: Meaning(
        Sort.DAY,
        "Five drafts of the last 24 hours wait in this account's TikTok inbox, which is all TikTok takes.",
        "Have the creator publish or delete drafts in the TikTok app. Switchboard tries again after a day.",
    ),
    BANNED: Meaning(
        Sort.ACCOUNT,
        "TikTok does not let this account publish at present.",
        "Its owner should open the TikTok app, see what is said there, and appeal if it is wrong; then redrive.",
    ),
    "spam_risk": Meaning(Sort.INVALID, "TikTok judged this post as spam.", _RULES),
    "spam_risk_text": Meaning(
        Sort.INVALID, "TikTok judged the text of this post as spam.", "Change the text and publish it again."
    ),
    USER_CAP: Meaning(
        Sort.DAY,
        "As many accounts as TikTok allows this app have published through it within 24 hours.",
        "Switchboard tries again after a day. The operator can ask TikTok for more; an app without an audit has five.",
    ),
    "unaudited_client_can_only_post_to_private_accounts": Meaning(
        Sort.CONFIG,
        "The TikTok app has not passed TikTok's audit, so it may publish to private accounts alone.",
        "Set the TikTok account to private in its privacy settings, or send it as a draft; once the audit is passed, set TIKTOK_AUDITED=1.",
    ),
    "url_ownership_unverified": Meaning(
        Sort.CONFIG,
        "TikTok fetches files only from addresses that were verified for the app.",
        "Verify the domain of PUBLIC_URL under 'URL properties' of the TikTok app.",
    ),
    "privacy_level_option_mismatch": Meaning(
        Sort.INVALID, "The account does not offer this choice of who can see a post (any more).", _CHOOSE
    ),
    "app_version_check_failed": Meaning(
        Sort.ACCOUNT,
        "The creator's TikTok app is too old for drafts from other apps, or is signed in nowhere.",
        "Update the TikTok app, open it once with this account, then redrive.",
    ),
    NO_SUCH_ID: Meaning(Sort.OURS, "TikTok does not know this upload.", REPORT),
    "token_not_authorized_for_specified_publish_id": Meaning(
        Sort.ACCOUNT,
        "The upload belongs to another TikTok account than the one that is connected now.",
        "Reconnect the account that the post was sent to, then redrive.",
    ),
    "publish_not_cancellable": Meaning(Sort.OURS, "TikTok has finished with this post already.", REPORT),
    "internal_error": Meaning(Sort.UNKNOWN, "TikTok had an inner fault.", LOOK),
}

#: Why a post failed that TikTok had taken.
REASONS: Final[dict[str, Meaning]] = {
    "file_format_check_failed": Meaning(
        Sort.INVALID, "TikTok does not take the format of this file.", "Use MP4 with H.264 video, or JPEG photos."
    ),
    "duration_check_failed": Meaning(
        Sort.INVALID, "The video is too long or too short for this account.", "Cut it anew."
    ),
    "frame_rate_check_failed": Meaning(
        Sort.INVALID, "TikTok takes 23 to 60 frames a second.", "Encode the video anew."
    ),
    "picture_size_check_failed": Meaning(
        Sort.INVALID,
        "TikTok does not take pictures of this size.",
        "Use 360 to 4,096 pixels a side; photos up to 1080p.",
    ),
    "internal": Meaning(Sort.RETRY, "TikTok had an inner fault with this post.", LATER),
    "video_pull_failed": Meaning(
        Sort.RETRY,
        "TikTok could not fetch the video.",
        "Check that PUBLIC_URL is reachable from the internet by https; then redrive.",
    ),
    "photo_pull_failed": Meaning(
        Sort.RETRY,
        "TikTok could not fetch the photos.",
        "Check that PUBLIC_URL is reachable from the internet by https; then redrive.",
    ),
    "publish_cancelled": Meaning(
        Sort.INVALID, "The post was cancelled at TikTok.", "Publish it again if it is still wanted."
    ),
    "auth_removed": Meaning(Sort.REAUTH, "The person removed the app's access while TikTok was at work.", RECONNECT),
    TOO_MANY_POSTS: CODES[TOO_MANY_POSTS],
    BANNED: CODES[BANNED],
    "spam_risk_text": CODES["spam_risk_text"],
    "spam_risk": CODES["spam_risk"],
}
#: How often such a failed post is sent anew before a person should know; the documents counsel it.
AGAIN: Final = {"internal": 2, "video_pull_failed": 1, "photo_pull_failed": 1}
