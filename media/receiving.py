"""Multipart forms: the one file of a form goes straight to its place of work, hashed and bounded while it arrives."""

from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from foundation.errors import Invalid
from media.staging import Staged, largest_bytes, too_large

FIELD: Final = "file"
#: What a form may hold beside its file.
_FRAME_BYTES: Final = 1024**2


class Received(UploadedFile[bytes]):
    """A file that came in a form, and lies where it is worked on."""

    def __init__(self, staged: Staged, name: str | None) -> None:
        super().__init__(file=None, name=name, size=staged.size_bytes)
        self.staged = staged

    def close(self) -> None:
        """Free its place."""
        self.staged.close()


class Receiver(FileUploadHandler):
    """Take one file in the field ``file``; refuse others, and what is too long, while they are being read."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._staged: Staged | None = None

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's own name for it
        content_length: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Refuse a body that is announced as longer than anything taken here, before it is read."""
        if content_length > largest_bytes() + _FRAME_BYTES:
            raise too_large(largest_bytes())

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Make a place for the file."""
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self._staged is not None:
            self.upload_interrupted()
            raise Invalid(
                f"The form holds more than one file, or one in another field than {FIELD}.",
                remedy=f"Send one file, in the field {FIELD}.",
                code="file_field",
            )
        self._staged = Staged()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write it down; a refusal frees the place."""
        if self._staged is None:
            return
        try:
            self._staged.write(raw_data)
        except BaseException:
            self.upload_interrupted()
            raise

    def file_complete(self, file_size: int) -> Received | None:
        """Hand the file over."""
        return None if self._staged is None else Received(self._staged, self.file_name)

    def upload_interrupted(self) -> None:
        """Free the place of a file that does not come to an end."""
        if self._staged is not None:
            self._staged.close()
