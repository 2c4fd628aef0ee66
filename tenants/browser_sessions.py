"""Where sessions are kept: as Django keeps them, in rows that tell whose they are and where they were last seen."""

from datetime import datetime
from typing import Any, Final

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from tenants.models import BrowserSession

SIGNED_IN_AT: Final = "signed_in_at"
SEEN_AT: Final = "seen_at"
BROWSER: Final = "browser"
NETWORK: Final = "network"
#: Set once the session's person has shown a code besides the password.
SECOND_FACTOR: Final = "second_factor"


class SessionStore(DatabaseStore):
    """Keep sessions in ``BrowserSession``."""

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        """Return the row's class."""
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        """Return the row, with what people are shown of their sessions beside the sealed rest."""
        row: Any = super().create_model_instance(data)
        row.user_id = data.get("_auth_user_id")
        row.signed_in_at = _moment(data.get(SIGNED_IN_AT))
        row.seen_at = _moment(data.get(SEEN_AT))
        row.browser = data.get(BROWSER, "")
        row.network = data.get(NETWORK, "")
        return row  # type: ignore[no-any-return]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def browser_of(user_agent: str) -> str:
    """Return a browser's name and system as people know them, such as ``Firefox on Linux``."""
    families = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
        *(("Mac OS X", "macOS"), ("Linux", "Linux")),
    )
    family = next((name for mark, name in families if mark in user_agent), "Another browser")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return f"{family} on {system}" if system else family
