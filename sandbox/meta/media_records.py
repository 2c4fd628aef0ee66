"""The rows of a Page's media: photos, videos (reels and stories among them) and what stands in its story ring."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

VideoKind = Literal["video", "reel", "story"]
Fate = Literal["works", "fails", "stalls"]


@dataclass
class Photo:
    """A photo a Page uploaded. `post_id` is the post or story that shows it, nothing while it is unused."""

    id: str
    page_id: str
    app_id: str
    created: int
    digest: str
    mime: str
    width: int
    height: int
    caption: str = ""
    alt: str = ""
    temporary: bool = False
    post_id: str = ""


@dataclass
class Video:
    """A video from its first announcement on.

    `size` is what was announced, `arrived` what came so far, kept in `chunks`, and as a whole under `digest`. `finished` is when the app said it
    was done, `ready_at` when processing ends, in the way `fate` and `trouble` say. `state` is what the app wants:
    PUBLISHED, DRAFT or SCHEDULED.
    """

    id: str
    page_id: str
    app_id: str
    created: int
    kind: VideoKind
    session_id: str = ""
    size: int = 0
    arrived: int = 0
    chunks: list[str] = field(default_factory=list)
    digest: str = ""
    complete: bool = False
    upload_error: str = ""
    finished: int = 0
    ready_at: float = 0.0
    fate: Fate = "works"
    trouble: str = ""
    state: str = "PUBLISHED"
    scheduled_for: int = 0
    title: str = ""
    description: str = ""
    post_id: str = ""
    live: bool = False


@dataclass
class UploadSession:
    """A file on its way to a handle."""

    id: str
    app_id: str
    person_id: str
    size: int
    arrived: int = 0
    chunks: list[str] = field(default_factory=list)
    handle: str = ""


@dataclass
class Story:
    """A picture or a film that a Page shows for a day."""

    id: str
    page_id: str
    created: int
    media_type: Literal["photo", "video"]
    media_id: str
