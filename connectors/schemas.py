"""The JSON Schema documents of what authors set for each kind of destination, as the API serves them.

A document describes settings as a post carries them: the platform's members, and ``version``, which is ours.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from connectors.base import Connector, DestinationKind
from foundation.errors import NotFound

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Served:
    """One kind's document, and a mark that changes whenever the document does."""

    kind: str
    name: str
    version: int
    schema: dict[str, Any]

    @property
    def mark(self) -> str:
        """What stands in the ETag."""
        return hashlib.sha256(json.dumps(self.schema, sort_keys=True).encode()).hexdigest()[:32]


def documents_of(connector: type[Connector]) -> list[Served]:
    """Return the document of every kind of a platform."""
    return [_document(connector, kind) for kind in connector.kinds]


def document_of(connector: type[Connector], kind: str, version: str = "") -> Served:
    """Return the document of one kind; raises ``NotFound``, also for a version that is not today's."""
    known = {one.slug: one for one in connector.kinds}
    if kind not in known:
        raise NotFound(
            f"{connector.name} has no kind of destination called {kind!r}.",
            remedy=f"Choose among {', '.join(known)}.",
            code="unknown_kind",
        )
    today = known[kind].settings.version
    if version and version != str(today):
        raise NotFound(
            f"The schema of {known[kind].name} is not served in version {version[:20]!r}.",
            remedy=f"Today's version is {today}.",
            code="settings_version_unsupported",
        )
    return _document(connector, known[kind])


def _document(connector: type[Connector], kind: DestinationKind) -> Served:
    said, version = kind.settings.schema, kind.settings.version
    ours = {"const": version, "default": version, "description": "The version of this schema; left out: today's."}
    schema = {
        "$schema": DIALECT,
        "$id": f"{settings.PUBLIC_URL}/api/platforms/{connector.slug}/schemas/{kind.slug}/?version={version}",
        "title": f"Settings for {kind.name}",
        "version": version,
        **said,
        "properties": {"version": ours, **said.get("properties", {})},
    }
    return Served(kind.slug, kind.name, version, schema)
