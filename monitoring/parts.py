"""A part of the hub and how it is, in the one shape that ``/readyz``, ``doctor``, the overview and alerts tell it in."""

from dataclasses import dataclass

from monitoring import runbook


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the hub and whether it works."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    #: It works, and yet somebody should look.
    warning: bool = False
    #: What is the matter, in a word that stays: ``docs/runbook.md`` has a section for each. Empty while all is well.
    code: str = ""
    #: How much: of workers silent, of seconds late, of percent left; 0 where there is nothing to count.
    value: float = 0

    @property
    def well(self) -> bool:
        """Tell whether nobody need look."""
        return self.ok and not self.warning

    def told(self) -> dict[str, str | bool]:
        """Return it as JSON tells it."""
        return {
            "name": self.name,
            "ok": self.ok,
            "detail": self.detail,
            "remedy": self.remedy,
            "warning": self.warning,
            "code": self.code,
            "runbook": runbook.path_of(self.code) if self.code else "",
        }
