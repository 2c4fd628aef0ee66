"""What a platform told of a thing beyond what all platforms tell: plain JSON, by name."""

from collections.abc import Mapping
from typing import Any

Facts = Mapping[str, Any]
