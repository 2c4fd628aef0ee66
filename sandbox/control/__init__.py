"""`/_sandbox/`: the feed of what was published, the switches, and both again as JSON."""

from sandbox.control.room import Control

__all__ = ["Control"]
