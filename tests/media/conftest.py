"""What the tests of the archive share: a place of its own for files, and ways to put some there."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from media.models import Leftover, Media
from media.services import store_file
from media.staging import Staged
from tests.conftest import House
from tests.media import making

Keep = Callable[..., Media]


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    """Where files lie in this test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def keep(house: House, now: datetime) -> Keep:
    """Store a file for a tenant, the way a door would."""

    def put(content: bytes, name: str = "a file", *, of: House = house, at: datetime = now, **more: Any) -> Media:
        staged = Staged()
        try:
            staged.write(content)
            media, _ = store_file(tenant=of.tenant, actor=of.principal.actor, staged=staged, name=name, now=at, **more)
        finally:
            staged.close()
        return media

    return put


@pytest.fixture
def photo(keep: Keep) -> Media:
    return keep(making.picture(), "photo.jpg")


def send(client: Client, content: bytes, name: str = "photo.jpg", **more: Any) -> Any:
    """Send a file as a form does."""
    return client.post("/api/media/", {"file": SimpleUploadedFile(name, content), **more})


def files_in(root: Path) -> list[Path]:
    """Every file below the archive's directory, on its way in or kept."""
    return sorted(path for path in root.rglob("*") if path.is_file())


def nothing_is_kept(root: Path) -> bool:
    """Whether no file, no row and no promise to remove something is there."""
    return files_in(root) == [] and not Media.objects.exists() and not Leftover.objects.exists()
