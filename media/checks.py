"""What is wrong with the archive's settings, told at start-up."""

import importlib.util
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


@register("media")
def files_can_be_kept(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """media.E001: the directory for files cannot be written; media.E002: a bucket is wished for and not named."""
    messages: list[CheckMessage] = []
    nearest = Path(settings.MEDIA_ROOT)
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        messages.append(
            Error(
                f"Files cannot be kept: {settings.MEDIA_ROOT} cannot be written.",
                hint="Let MEDIA_ROOT name a directory that the hub's user may write. Files are received there with a bucket too.",
                id="media.E001",
            )
        )
    if settings.MEDIA_STORAGE == "s3" and not settings.S3_BUCKET:
        messages.append(
            Error(
                "MEDIA_STORAGE is s3, and no bucket is named.",
                hint="Set S3_BUCKET, and S3_ENDPOINT_URL unless the bucket is at AWS.",
                id="media.E002",
            )
        )
    return messages


@register("media")
def files_can_be_looked_into(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """media.E003: a library that reads files is not installed."""
    needed = {"PIL": "pillow", "pymediainfo": "pymediainfo"}
    if settings.MEDIA_STORAGE == "s3":
        needed |= {"storages": "django-storages", "boto3": "boto3"}
    return [
        Error(
            f"{package} is not installed: files would be refused.",
            hint="Install requirements.lock again.",
            id="media.E003",
        )
        for module, package in needed.items()
        if importlib.util.find_spec(module) is None
    ]


@register("media", deploy=True)
def no_loopback_in_production(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """media.W001: strangers may have files fetched from this machine."""
    if not settings.MEDIA_FETCH_ALLOW_LOOPBACK:
        return []
    return [
        Warning(
            "Files may be fetched from this machine itself, by whoever may upload.",
            hint="Set MEDIA_FETCH_ALLOW_LOOPBACK=0; it is for trying things on one machine.",
            id="media.W001",
        )
    ]
