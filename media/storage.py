"""Where files lie: a directory of this machine, or a bucket that speaks S3. Names are ours and hold nothing of a stranger's."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from foundation.errors import Unavailable

CHUNK_BYTES: Final = 256 * 1024
#: What a bucket's file may hold in memory before it goes on in a temporary file.
MEMORY_BYTES: Final = 4 * 1024**2


class Store(Protocol):
    """A place for files. A name that is not there raises ``FileNotFoundError``, a store out of reach ``Unavailable``."""

    def keep(self, name: str, path: Path) -> None:
        """Take a finished file; its path may be gone afterwards."""

    def keep_bytes(self, name: str, content: bytes) -> None:
        """Take a few bytes, such as one part of an upload."""

    def open(self, name: str) -> BinaryIO:
        """Return a file as a seekable stream, which the caller closes."""

    def chunks(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from ``start`` up to ``stop``; the file is found, or not, before the first is asked for."""

    def drop(self, name: str) -> None:
        """Delete a file; one that is not there is no trouble."""

    def link(self, name: str, *, content_type: str, shown_as: str, seconds: int) -> str:
        """Return an address of the store's own where the file can be had for so long; empty where it has none."""


class _Moved(File[bytes]):
    """A finished file that Django's storage may move instead of copying it."""

    def __init__(self, file: Any, path: Path) -> None:
        super().__init__(file)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


class Disk:
    """A directory of this machine, readable by the hub alone."""

    def __init__(self, root: Path) -> None:
        self._storage = FileSystemStorage(
            location=root / "store", file_permissions_mode=0o600, directory_permissions_mode=0o700
        )

    def keep(self, name: str, path: Path) -> None:
        """Move it here."""
        with _out_of_reach(OSError), path.open("rb") as file:
            self._storage.save(name, _Moved(file, path))

    def keep_bytes(self, name: str, content: bytes) -> None:
        """Write them."""
        with _out_of_reach(OSError):
            self._storage.save(name, ContentFile(content))

    def open(self, name: str) -> BinaryIO:
        """Open it."""
        with _out_of_reach(OSError):
            return Path(self._storage.path(name)).open("rb")

    def chunks(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Read it piece by piece."""
        file = self.open(name)
        file.seek(start)
        return _pieces(file, stop - start)

    def drop(self, name: str) -> None:
        """Delete it, and the directories it leaves empty stay: they are few."""
        with _out_of_reach(OSError):
            self._storage.delete(name)

    def link(self, name: str, *, content_type: str, shown_as: str, seconds: int) -> str:
        """Return nothing: the hub serves it."""
        return ""


class Bucket:
    """A bucket at AWS or anything else that speaks S3."""

    def __init__(self, options: dict[str, Any]) -> None:
        # boto3 costs a third of a second and 30 MB: only who has a bucket pays for it.
        from botocore.exceptions import BotoCoreError, ClientError
        from storages.backends.s3 import S3Storage

        self._troubles: tuple[type[Exception], ...] = (BotoCoreError, ClientError, OSError)
        self._storage = S3Storage(**options, max_memory_size=MEMORY_BYTES, file_overwrite=True, default_acl=None)

    def keep(self, name: str, path: Path) -> None:
        """Send it, in parts where it is long."""
        with self._reached(), path.open("rb") as file:
            self._storage.save(name, File(file))

    def keep_bytes(self, name: str, content: bytes) -> None:
        """Send them."""
        with self._reached():
            self._storage.save(name, ContentFile(content))

    def open(self, name: str) -> BinaryIO:
        """Fetch it into a temporary file, so that it can be read twice and from anywhere."""
        with self._reached():
            file = self._storage.open(name, "rb")
            file.seek(0)
            return cast(BinaryIO, file)

    def chunks(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Stream just this stretch."""
        if stop <= start:
            return iter(())
        with self._reached():
            whole = self._storage.bucket.Object(self._key(name))
            body = whole.get(Range=f"bytes={start}-{stop - 1}")["Body"]
        return cast(Iterator[bytes], body.iter_chunks(CHUNK_BYTES))

    def drop(self, name: str) -> None:
        """Delete it."""
        with self._reached():
            self._storage.delete(name)

    def link(self, name: str, *, content_type: str, shown_as: str, seconds: int) -> str:
        """Return an address that the bucket itself checks."""
        said = {"ResponseContentType": content_type, "ResponseContentDisposition": shown_as}
        return str(self._storage.url(name, parameters=said, expire=seconds))

    def _key(self, name: str) -> str:
        return f"{self._storage.location.rstrip('/')}/{name}".lstrip("/")

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            with _out_of_reach(*self._troubles):
                yield
        except Unavailable as error:
            cause: Any = error.__context__
            if getattr(cause, "response", {}).get("Error", {}).get("Code") in {"404", "NoSuchKey"}:
                raise FileNotFoundError("there is no such file in the bucket") from None
            raise


def store() -> Store:
    """Return the store that the settings name."""
    return _bucket() if settings.MEDIA_STORAGE == "s3" else _disk(Path(settings.MEDIA_ROOT))


@lru_cache(maxsize=8)
def _disk(root: Path) -> Disk:
    return Disk(root)


@lru_cache(maxsize=1)
def _bucket() -> Bucket:
    secret = settings.S3_SECRET_ACCESS_KEY
    options = {
        "bucket_name": settings.S3_BUCKET,
        "region_name": settings.S3_REGION or None,
        "endpoint_url": settings.S3_ENDPOINT_URL or None,
        "access_key": settings.S3_ACCESS_KEY_ID or None,
        "secret_key": secret.reveal() if secret else None,
        "location": settings.S3_PREFIX,
        "addressing_style": "path" if settings.S3_PATH_STYLE else "auto",
        "signature_version": "s3v4",
    }
    return Bucket(options)


@contextmanager
def _out_of_reach(*troubles: type[Exception]) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except troubles as error:
        # The words of these errors may hold addresses and keys.
        raise Unavailable(
            f"The store of files cannot be used just now ({type(error).__name__}).",
            remedy="Try again; if it stays so, the operator looks at MEDIA_ROOT or the bucket.",
            code="media_store_unavailable",
        ) from None


def _pieces(file: BinaryIO, left: int) -> Iterator[bytes]:
    with file:
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
