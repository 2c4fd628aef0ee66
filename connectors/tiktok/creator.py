"""What an account may publish right now: asked when somebody writes for it, and again before each direct post.

Source: https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info, text of 2026-09-11. Choices may change between
scheduling and publishing. An account that may not publish today is told by a code beside HTTP 200. Whether the app has
passed TikTok's audit cannot be seen here, so that is a setting.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from connectors.errors import ConnectorError, ContentRejected, PlatformReply
from connectors.tiktok.api import CREATOR_INFO, Api
from connectors.tiktok.codes import BANNED, TOO_MANY_POSTS, USER_CAP
from connectors.tiktok.errors import PLATFORM, has_code
from connectors.tiktok.people import PUBLISH
from connectors.tiktok.settings import EVERYONE, ONLY_ME, PRIVACY_LEVELS
from connectors.types import Composing, Content, MediaKind

#: Codes that mean "not now", beside HTTP 200.
NOT_NOW: Final = (TOO_MANY_POSTS, BANNED, USER_CAP)
_TAKES_MINUTES: Final = "TikTok works on a post for some minutes before it can be seen."
_SET_PRIVATE: Final = (
    "This TikTok app has not passed TikTok's audit: posts are for the creator alone, "
    "and the account must be set to private in TikTok first."
)


@dataclass(frozen=True, slots=True)
class Creator:
    """An account as it stands."""

    nickname: str
    username: str
    picture_url: str
    privacy_levels: tuple[str, ...]
    comment_disabled: bool
    duet_disabled: bool
    stitch_disabled: bool
    longest_video: timedelta | None

    @property
    def is_public(self) -> bool:
        """Whether strangers see what the account publishes: TikTok offers that to public accounts alone."""
        return EVERYONE in self.privacy_levels


def ask(api: Api) -> Creator:
    """Ask TikTok; raises what keeps the account from publishing at all."""
    told = api.post(CREATOR_INFO, {}, operation="creator_info", scope=PUBLISH)
    levels = told.get("privacy_level_options")
    return Creator(
        nickname=str(told.get("creator_nickname") or ""),
        username=str(told.get("creator_username") or ""),
        picture_url=str(told.get("creator_avatar_url") or ""),
        privacy_levels=tuple(level for level in levels if isinstance(level, str)) if isinstance(levels, list) else (),
        comment_disabled=told.get("comment_disabled") is True,
        duet_disabled=told.get("duet_disabled") is True,
        stitch_disabled=told.get("stitch_disabled") is True,
        longest_video=_span(told.get("max_video_post_duration_sec")),
    )


def composing(api: Api, *, audited: bool) -> Composing:
    """Return what an author may choose at this moment."""
    try:
        creator = ask(api)
    except ConnectorError as error:
        if not has_code(error, *NOT_NOW):
            raise
        return Composing(obstacle=f"{error.cause} {error.remedy}")
    levels = tuple(level for level in creator.privacy_levels if level in PRIVACY_LEVELS)
    notices = [_TAKES_MINUTES]
    if not audited:
        levels = tuple(level for level in levels if level == ONLY_ME)
        notices.append(_SET_PRIVATE)
    fixed = {
        name: False
        for name, disabled in (
            ("allow_comment", creator.comment_disabled),
            ("allow_duet", creator.duet_disabled),
            ("allow_stitch", creator.stitch_disabled),
        )
        if disabled
    }
    return Composing(
        name=creator.nickname,
        username=creator.username,
        picture_url=creator.picture_url,
        choices={"privacy_level": levels},
        fixed=fixed,
        longest_video=creator.longest_video,
        notices=tuple(notices),
    )


def require(creator: Creator, content: Content) -> None:
    """Raise ``ContentRejected`` when the account no longer offers what the author chose: TikTok counts wrong tries against the app."""
    level = content.settings.get("privacy_level")
    if creator.privacy_levels and level not in creator.privacy_levels:
        _refuse(
            f"The account no longer offers {level} as the choice of who can see a post; it offers {', '.join(creator.privacy_levels)}.",
            "Open the post in Compose, choose anew who can see it, and publish it again.",
            "privacy_level_option_mismatch",
        )
    longest = creator.longest_video
    for attachment in content.media:
        length = attachment.file.duration
        if attachment.file.kind is MediaKind.VIDEO and longest and length and length > longest:
            _refuse(
                f"The video plays {_seconds(length)}; this account may publish {_seconds(longest)} at most.",
                "Shorten it, or send it as a draft.",
                "duration_check_failed",
            )


def _refuse(cause: str, remedy: str, code: str) -> Any:
    raise ContentRejected(
        cause, remedy=remedy, platform=PLATFORM, operation="creator_info", reply=PlatformReply(code=code)
    )


def _span(seconds: Any) -> timedelta | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**6
    return timedelta(seconds=seconds) if known else None


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():,.0f} seconds"
