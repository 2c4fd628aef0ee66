"""Why what was accepted can no longer be sent: the author must act, and nothing was sent for it."""

from typing import ClassVar


class Unsendable(Exception):
    """What was accepted can no longer be sent as it is; its author must act."""

    kind: ClassVar[str]

    def __init__(self, cause: str, *, remedy: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy


class SettingsOutdated(Unsendable):
    """The settings were written for a version of their schema that is gone, or no longer hold."""

    kind = "settings_outdated"


class ParentGone(Unsendable):
    """The post that a comment belongs under is not known at the platform."""

    kind = "parent_gone"
