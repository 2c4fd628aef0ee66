"""What tests of the watchtower share."""

from tests.monitoring.numbers import tell

__all__ = ["tell"]
