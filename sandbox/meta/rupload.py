"""rupload.facebook.com: the bytes of reels, video stories and Instagram videos, whole, in parts, or by address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.meta import arrivals, instagram_containers, videos
from sandbox.meta.access import as_page, need_write_scope
from sandbox.meta.answers import new_trace_id, respond
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError
from sandbox.meta.instagram_access import may_publish
from sandbox.meta.instagram_records import Container
from sandbox.meta.media_records import Video
from sandbox.meta.state import State
from sandbox.meta.tokens import identify
from sandbox.meta.versions import answering
from sandbox.probing import probe

if TYPE_CHECKING:
    from sandbox.world import World


class UploadError(Exception):
    """Refuse an upload in the host's own shape."""

    def __init__(self, kind: str, message: str, *, status: int = 400, retriable: bool = False) -> None:
        super().__init__(message)
        self.kind, self.message, self.status, self.retriable = kind, message, status, retriable


class Rupload:
    """Answer calls to the upload host."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        headers = {"x-fb-trace-id": new_trace_id()}
        try:
            ask, row = self._enter(call)
            return respond(self._take(ask, row), 200, headers)
        except UploadError as refusal:
            said = {"retriable": refusal.retriable, "type": refusal.kind, "message": refusal.message}
            return respond({"debug_info": said}, refusal.status, headers)
        except GraphError as refusal:
            said = {"retriable": False, "type": "NotAuthorizedError", "message": refusal.message}
            return respond({"debug_info": said}, 403 if refusal.code in (10, 200, 210) else refusal.status, headers)

    @staticmethod
    def scripted(wish: Mapping[str, Any], status: int | None) -> Response:
        """Answer with an error that was not earned: `type`, `message` and `retriable` of a fault."""
        said = {
            "retriable": bool(wish.get("retriable", wish.get("is_transient", False))),
            "type": str(wish.get("type") or "ProcessingFailedError"),
            "message": str(wish.get("message") or "Request processing failed"),
        }
        return respond({"debug_info": said}, status or 400, {"x-fb-trace-id": new_trace_id()})

    def _enter(self, call: Call) -> tuple[Ask, Video | Container]:
        """Recognise the address and the token, which stands behind the word `OAuth` here."""
        parts = call.path.strip("/").split("/")
        if len(parts) != 3 or parts[0] not in ("video-upload", "ig-api-upload") or call.method != "POST":
            raise UploadError("NotFoundError", "There is no such upload.", status=404)
        version = answering(parts[1], call.path, self._world.clock.now(), self._world.switches)
        scheme, _, presented = call.request.headers.get("Authorization", "").partition(" ")
        if scheme != "OAuth" or not presented.strip():
            raise UploadError("NotAuthorizedError", "The header Authorization: OAuth <token> is missing.", status=401)
        ask = Ask(self._world, self._state, call, version, call.path, self._world.now(), presented.strip())
        ask.token = identify(self._state, ask.presented, ask.now)
        row: Video | Container | None
        if parts[0] == "video-upload":
            row = self._state.library.videos.get(parts[2])
            page = self._state.pages.get(row.page_id) if row else None
            if row is None or page is None or row.session_id:
                raise UploadError("NotFoundError", "There is no such upload.", status=404)
            as_page(ask, page)
            need_write_scope(ask, "pages_manage_posts", page, "CREATE_CONTENT")
        else:
            row = self._state.instagram.containers.get(parts[2])
            account = self._state.instagram.accounts.get(row.account_id) if row else None
            gone = row is not None and instagram_containers.status_of(ask, row) == "EXPIRED"
            if row is None or account is None or not row.resumable or gone:
                raise UploadError("NotFoundError", "There is no such upload.", status=404)
            may_publish(ask, account)
        return ask, row

    def _take(self, ask: Ask, row: Video | Container) -> dict[str, Any]:
        if row.complete:
            raise UploadError("OffsetInvalidError", "The upload is complete.")
        url = ask.call.request.headers.get("file_url", "")
        if url:
            answer = arrivals.fetched(ask, url)
            if not answer.ok:
                raise UploadError("ProcessingFailedError", f"The file could not be fetched: {answer.problem}")
            row.size = len(answer.body)
            row.chunks, row.arrived = [ask.world.media.keep(answer.body)], row.size
            return self._complete(ask, row, answer.body)
        return self._append(ask, row)

    def _append(self, ask: Ask, row: Video | Container) -> dict[str, Any]:
        """Add the bytes of this call at their offset."""
        offset, size = (ask.call.request.headers.get(name, "") for name in ("offset", "file_size"))
        if not size.isdecimal() or int(size) == 0 or not offset.isdecimal():
            raise UploadError("PartialRequestError", "The headers offset and file_size are whole numbers.")
        if row.size and int(size) != row.size:
            raise UploadError("OffsetInvalidError", f"file_size was {row.size} before.")
        if int(offset) != row.arrived:
            raise UploadError("OffsetInvalidError", f"The next byte wanted is {row.arrived}.", retriable=True)
        row.size = int(size)
        most = ask.world.switches.number("meta.upload_takes_bytes")
        body = ask.call.raw_body
        taken = body[:most] if most else body
        if row.arrived + len(taken) > row.size:
            raise UploadError("OffsetInvalidError", "More came than file_size announced.")
        if taken:
            row.chunks.append(ask.world.media.keep(taken))
            row.arrived += len(taken)
        if row.arrived < row.size:
            self._save(row)
            raise UploadError("PartialRequestError", f"{row.arrived} of {row.size} bytes are here.", retriable=True)
        return self._complete(ask, row, arrivals.joined(ask, row.chunks))

    def _complete(self, ask: Ask, row: Video | Container, body: bytes) -> dict[str, Any]:
        if probe(body).kind != "video":
            row.upload_error = "The file is not a video this host understands."
            row.chunks, row.arrived, row.size = [], 0, 0
            self._save(row)
            raise UploadError("ProcessingFailedError", "Request processing failed: " + row.upload_error)
        row.upload_error = ""
        if isinstance(row, Video):
            videos.complete(ask, row, arrivals.video(body))
            ask.state.library.save_video(row)
            return {"success": True}
        instagram_containers.arrive(ask, row, arrivals.Arrived(body, probe(body)))
        return {"success": True, "message": "Upload successful."}

    def _save(self, row: Video | Container) -> None:
        if isinstance(row, Video):
            self._state.library.save_video(row)
        else:
            self._state.instagram.save_container(row)
