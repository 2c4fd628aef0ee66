"""A refresh token with its end, where Google names one.

Source: docs/platforms/google_business.md, "Tokens", read 2026-11-21. A Google app in Testing gets refresh tokens of seven days, and a
dead one is refused with the same words as one that was revoked. So the end is sealed beside the token: whoever is refused can
then say which of the two it was.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from foundation.secret import Secret

_UNTIL: Final = "until="
#: Clocks differ.
_SLACK: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What is traded for a fresh access token."""

    token: Secret
    ends_at: datetime | None = None

    def sealed(self) -> Secret:
        """Return it as the hub keeps it. Google's tokens hold no blank, so one parts the two."""
        if self.ends_at is None:
            return self.token
        return Secret(f"{_UNTIL}{int(self.ends_at.timestamp())} {self.token.reveal()}")

    def is_over(self, now: datetime) -> bool:
        """Tell whether its own time is up."""
        return self.ends_at is not None and now >= self.ends_at - _SLACK


def unsealed(kept: Secret) -> RefreshToken:
    """Return a token as it was sealed, with or without its end."""
    head, blank, token = kept.reveal().partition(" ")
    figure = head.removeprefix(_UNTIL)
    if not blank or head == figure or not figure.isdecimal():
        return RefreshToken(kept)
    return RefreshToken(Secret(token), datetime.fromtimestamp(int(figure), tz=UTC))
