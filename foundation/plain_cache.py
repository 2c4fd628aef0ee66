"""How values lie in Redis as a cache: numbers as they are, all else as JSON.

Django would pickle them, and who can write to Redis could then have every process of the hub run what they like.
"""

import json
from typing import Any


class PlainSerializer:
    """Numbers and plain JSON, and nothing else; named by ``CACHES``."""

    def dumps(self, obj: Any) -> int | bytes:
        """Return what is stored; raises ``TypeError`` for what JSON cannot say. Whole numbers stay such, so that Redis can count."""
        return obj if type(obj) is int else json.dumps(obj).encode()

    def loads(self, data: bytes) -> Any:
        """Return what was stored; None, as if nothing were there, for what is no JSON, such as values of an earlier version."""
        try:
            return json.loads(data)
        except ValueError:
            return None
