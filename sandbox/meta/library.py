"""The stock of a town's Page media: collections, what is still being processed, and who used what."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.meta.media_records import Photo, Story, UploadSession, Video
from sandbox.store import Store


class Library:
    """Photos, videos and stories. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.photos = store.collection("meta.photos", Photo)
        self.videos = store.collection("meta.videos", Video)
        self.stories = store.collection("meta.stories", Story)
        self.sessions = store.collection("meta.upload_sessions", UploadSession)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self._photos: dict[str, dict[str, None]] = {}
        self._videos: dict[str, dict[str, None]] = {}
        self._stories: dict[str, dict[str, None]] = {}
        self._chunked: dict[str, str] = {}
        self.processing: dict[str, None] = {}
        for photo in self.photos:
            self._photos.setdefault(photo.page_id, {})[photo.id] = None
        for video in self.videos:
            self._index_video(video)
        for story in self.stories:
            self._stories.setdefault(story.page_id, {})[story.id] = None

    def save_photo(self, photo: Photo) -> Photo:
        """Keep a photo."""
        self._photos.setdefault(photo.page_id, {})[photo.id] = None
        return self.photos.put(photo.id, photo)

    def save_video(self, video: Video) -> Video:
        """Keep a video."""
        self._index_video(video)
        return self.videos.put(video.id, video)

    def save_story(self, story: Story) -> Story:
        """Keep a story."""
        self._stories.setdefault(story.page_id, {})[story.id] = None
        return self.stories.put(story.id, story)

    def remove_photo(self, photo: Photo) -> None:
        """Drop a photo."""
        self._photos.get(photo.page_id, {}).pop(photo.id, None)
        self.photos.remove(photo.id)

    def remove_video(self, video: Video) -> None:
        """Drop a video."""
        self._videos.get(video.page_id, {}).pop(video.id, None)
        self._chunked.pop(video.session_id, None)
        self.processing.pop(video.id, None)
        self.videos.remove(video.id)

    def photos_of(self, page_id: str) -> Iterator[Photo]:
        """Yield a Page's photos, newest first."""
        for photo_id in reversed(self._photos.get(page_id, {})):
            photo = self.photos.get(photo_id)
            if photo is not None:
                yield photo

    def videos_of(self, page_id: str) -> Iterator[Video]:
        """Yield a Page's videos of every kind, newest first."""
        for video_id in reversed(self._videos.get(page_id, {})):
            video = self.videos.get(video_id)
            if video is not None:
                yield video

    def stories_of(self, page_id: str) -> Iterator[Story]:
        """Yield a Page's stories, newest first."""
        for story_id in reversed(self._stories.get(page_id, {})):
            story = self.stories.get(story_id)
            if story is not None:
                yield story

    def in_session(self, session_id: str) -> Video | None:
        """Return the video that an upload session belongs to."""
        return self.videos.get(self._chunked.get(session_id, ""))

    def due(self, now: float) -> list[Video]:
        """Return the videos whose processing has ended and who wait for their post."""
        videos = [self.videos.get(video_id) for video_id in self.processing]
        return [video for video in videos if video is not None and video.ready_at <= now]

    def _index_video(self, video: Video) -> None:
        self._videos.setdefault(video.page_id, {})[video.id] = None
        if video.session_id:
            self._chunked[video.session_id] = video.id
        waits = bool(video.finished) and not video.live and video.fate == "works" and not video.trouble
        if waits and video.state != "DRAFT":
            self.processing[video.id] = None
        else:
            self.processing.pop(video.id, None)
