"""Publishing a video or photos, at once or as a draft; and following it until TikTok is done.

Source: https://developers.tiktok.com/doc/content-posting-api-reference-direct-post, .../content-posting-api-reference-upload-video and
.../content-posting-api-reference-photo-post, text of 2026-09-11. The first request of an upload publishes nothing, so its loss costs no more than
a try; where TikTok fetches the files itself that one request is all, and is announced.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from connectors.errors import OutcomeUnknown, PlatformReply, RateLimited, TransientError
from connectors.tiktok import creator as creators
from connectors.tiktok import posts, status, tasks
from connectors.tiktok.api import INIT_DRAFT, INIT_PHOTOS, INIT_VIDEO, Api
from connectors.tiktok.chunks import plan
from connectors.tiktok.codes import LOOK
from connectors.tiktok.creator import Creator
from connectors.tiktok.errors import PLATFORM, strange
from connectors.tiktok.people import PUBLISH, SITE, UPLOAD, profile_link
from connectors.tiktok.settings import FOLLOWERS, FRIENDS, ONLY_ME
from connectors.tiktok.status import State, Status
from connectors.tiktok.tasks import Stage, Task
from connectors.tiktok.upload import Sender
from connectors.types import Content, Journal, Processing, Published, Safe, Target
from foundation.secret import Secret

_COUNTED: Final = "counted"
_NOT_YET: Final = "TikTok names no public link yet: it looks at the post first."
#: By who can see it: why there is no link, and never will be.
_WITHOUT_LINK: Final = {
    ONLY_ME: "Only the creator sees it, so there is no public link.",
    FRIENDS: "Only friends see it, so there is no public link.",
    FOLLOWERS: "Only followers see it, so there is no public link.",
}
_AT_WORK: Final = "TikTok is working on it."


@dataclass(frozen=True, slots=True)
class Habits:
    """What the operator has set: the size of a chunk, and whether TikTok fetches videos itself."""

    chunk_size: int
    by_address: bool


@dataclass(frozen=True, slots=True)
class Publishing:
    """One attempt to publish one content."""

    api: Api
    safe: Safe
    content: Content
    target: Target
    journal: Journal
    habits: Habits

    def go(self) -> Published | Processing:
        """Go on from what the journal knows."""
        task = self._living()
        if task is None:
            begun = self._begin()
            return begun if isinstance(begun, Processing) else self._send(begun, resumed=False)
        if task.stage is Stage.WORKING:
            return self._follow(task)
        return self._send(task, resumed=True)

    def _living(self) -> Task | None:
        """Return the upload to go on with. One of what the post said before a change is left, unless it may have become a post."""
        task = tasks.living_task(self.journal)
        if task is None or task.of == self._mark or task.stage is Stage.WORKING:
            return task
        if task.stage is Stage.CLOSING and not status.look(self.api, task.publish_id).lacks_bytes(task.size):
            return tasks.moved(self.journal, task, Stage.WORKING)
        tasks.forget(self.journal)
        return None

    @property
    def _mark(self) -> str:
        return posts.mark_of(self.content)

    # --- beginning --------------------------------------------------------------------------------------------------------

    def _begin(self) -> Task | Processing:
        """Ask what the account allows, then open an upload, or have TikTok fetch the files."""
        draft = posts.wants_draft(self.content)
        self.api.require_room("drafts" if draft else "posts", operation="begin_upload", count=False)
        creator = None
        if not draft:
            creator = creators.ask(self.api)
            creators.require(creator, self.content)
        self._count(draft=draft)
        self.journal.renew()
        if not posts.has_video(self.content):
            urls = [posts.photo(attachment.file).public_url for attachment in self.content.media]
            self.journal.renew()  # pictures that had to be made anew took their time
            return self._fetched(INIT_PHOTOS, posts.photos_body(self.content, urls, creator), creator)
        file = self.content.media[0].file
        endpoint = INIT_DRAFT if creator is None else INIT_VIDEO
        if self.habits.by_address:
            return self._fetched(endpoint, posts.video_body(self.content, posts.by_address(file), creator), creator)
        cut = plan(file.size_bytes, self.habits.chunk_size)
        body = posts.video_body(self.content, posts.by_upload(cut), creator)
        told = self.api.post(endpoint, body, operation="begin_upload", authored=True, scope=_scope(creator))
        publish_id, url = told.get("publish_id"), told.get("upload_url")
        if not (isinstance(publish_id, str) and publish_id and isinstance(url, str) and url):
            raise strange("an upload without an id or an address", "begin_upload", 200)
        self.api.require_own_address(url)
        tasks.keep_address(self.journal, self.safe, publish_id, Secret(url))
        sizes = {"size": file.size_bytes, "chunk_size": self.habits.chunk_size}
        return tasks.keep(self.journal, self._task(publish_id, creator, Stage.SENDING, **sizes))

    def _fetched(self, endpoint: str, body: dict[str, Any], creator: Creator | None) -> Processing:
        """Give TikTok the addresses of the files, which is all it takes to publish them."""
        self.journal.announce("init")
        told = self.api.post(
            endpoint,
            body,
            operation="publish",
            changes=True,
            authored=True,
            scope=_scope(creator),
            last_moment=self.journal.last_moment,
        )
        publish_id = told.get("publish_id")
        if not isinstance(publish_id, str) or not publish_id:
            raise strange("a post without an id", "publish", 200, changes=True)
        tasks.keep(self.journal, self._task(publish_id, creator, Stage.WORKING))
        return Processing(status.FIRST, "TikTok is fetching the files.")

    def _task(
        self, publish_id: str, creator: Creator | None, stage: Stage, *, size: int = 0, chunk_size: int = 0
    ) -> Task:
        username = creator.username if creator else ""
        return Task(
            publish_id=publish_id,
            of=self._mark,
            stage=stage,
            begun=self.journal.started_at,
            size=size,
            photos=not posts.has_video(self.content),
            draft=creator is None,
            username=username or str(self.target.facts.get("username") or ""),
            privacy="" if creator is None else str(self.content.settings.get("privacy_level") or ""),
            chunk_size=chunk_size,
            complete_since=self.journal.started_at if stage is Stage.WORKING else None,
        )

    def _count(self, *, draft: bool) -> None:
        """Count it towards what the account may publish today: a job once, however often it begins; of drafts TikTok counts each try."""
        if draft:
            self.api.require_room("drafts", operation="begin_upload", count=True)
        elif not self.journal.recall(_COUNTED):
            self.api.require_room("posts", operation="begin_upload", count=True)
            self.journal.note(_COUNTED, True)

    # --- sending and following ----------------------------------------------------------------------------------------------

    def _send(self, task: Task, *, resumed: bool) -> Published | Processing:
        file = self.content.media[0].file
        sent = Sender(self.api, self.safe, self.journal, task, file).send(resumed=resumed)
        if isinstance(sent, Processing):
            return sent
        return self._follow(sent) if resumed else Processing(status.FIRST, _AT_WORK)

    def _follow(self, task: Task) -> Published | Processing:
        """Ask TikTok how it is; raises when it failed, and when nobody can tell after a day."""
        age = self.journal.started_at - (task.complete_since or task.begun)
        try:
            told = status.look(self.api, task.publish_id)
        except TransientError as error:
            if age > status.PATIENCE:
                raise
            wait = error.retry_after if isinstance(error, RateLimited) and error.retry_after else timedelta()
            return status.again(age, f"TikTok could not be asked just now. {error.cause}", at_least=wait)
        if told.state is State.FAILED:
            raise failed(self.journal, told)
        published = outcome(task, told)
        if published is not None and task.of != self._mark:
            return replace(published, note="It went out as it was before the last change. " + published.note)
        if published is not None:
            return published
        if age > status.PATIENCE:
            self.journal.announce("unknown")
            raise OutcomeUnknown(
                "TikTok has been working on this for a day.",
                remedy=LOOK,
                platform=PLATFORM,
                operation="publish_status",
                reply=PlatformReply(status=200),
            )
        return status.again(age, _AT_WORK)


def failed(journal: Journal, told: Status) -> Exception:
    """Strike the failed upload out and return why it failed: only now another one may be begun."""
    tasks.forget(journal)
    return status.failure(told.reason, earlier=tasks.count_round(journal, told.reason or "failed") - 1)


def outcome(task: Task, told: Status) -> Published | None:
    """Return what an upload has become, or None while TikTok is at it."""
    if told.state is State.COMPLETE:
        if told.post_ids:
            return Published(told.post_ids[0], post_link(task.username, told.post_ids[0]))
        return Published(task.publish_id, profile_link(task.username), note=_WITHOUT_LINK.get(task.privacy, _NOT_YET))
    if told.state is State.IN_INBOX and task.draft:
        return Published(
            task.publish_id,
            f"{SITE}/",
            note="It waits as a draft: open the inbox of the TikTok app and publish it there.",
        )
    return None


def post_link(username: str, post_id: str) -> str:
    """Return the public address of a post."""
    return f"{SITE}/@{username}/video/{post_id}"


def _scope(creator: Creator | None) -> str:
    return UPLOAD if creator is None else PUBLISH
