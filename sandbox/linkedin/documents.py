"""`/rest/documents`: like images, for PDF, PPT and DOC."""

from __future__ import annotations

from typing import Any

from sandbox.linkedin import media
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.images import initialize_single


def initialize(ask: Ask) -> dict[str, Any]:
    """Register a document and hand out its upload address."""
    return initialize_single(ask, "document")


def read(ask: Ask) -> dict[str, Any]:
    """Tell how a document stands."""
    return media.show(ask, media.readable(ask, "document"))
