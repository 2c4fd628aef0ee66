"""Writing a post: the form as it was typed, and what is found wrong with it, field by field."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django.http import QueryDict

from connectors.registry import CONNECTORS
from connectors.selectors import destinations_of
from foundation.errors import Finding
from foundation.listing import read_uuid
from publishing import drafts
from publishing.drafts import Draft
from publishing.serializers import DraftSerializer
from tenants.models import Tenant, User

#: Our names of fields, and the field of the page that shows what is found there.
_FIELDS: Final = {
    "text": "text",
    "link": "link",
    "destinations": "destinations",
    "publish_at": "when",
    "time_zone": "when",
}
_NO_MOMENT: Final = Finding("publish_at", "no_moment", "Say on which day and at what time.", "Or choose Now.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    text: str = ""
    link: str = ""
    when: str = "now"
    date: str = ""
    time: str = ""
    zone: str = ""
    destinations: tuple[str, ...] = ()
    idempotency_key: str = ""

    @classmethod
    def of(cls, sent: QueryDict) -> "Typed":
        """Return what was sent. Browsers send line ends as CRLF; platforms and counters know LF."""
        return cls(
            text=sent.get("text", "").replace("\r\n", "\n"),
            link=sent.get("link", "").strip(),
            when="later" if sent.get("when") == "later" else "now",
            date=sent.get("date", "")[:20],
            time=sent.get("time", "")[:20],
            zone=sent.get("zone", "")[:64],
            destinations=tuple(dict.fromkeys(sent.getlist("destination"))),
            idempotency_key=sent.get("idempotency_key", ""),
        )

    def with_fresh_key(self) -> "Typed":
        """Return the same with a key of its own, so that sending it makes a new post."""
        return replace(self, idempotency_key=f"compose:{uuid.uuid4()}")

    def read(self) -> tuple[Draft | None, list[Finding]]:
        """Return the draft, or why there is none; the same rules as the API's."""
        later = self.when == "later"
        if later and not (self.date and self.time):
            return None, [_NO_MOMENT]
        said = {
            "text": self.text,
            "link": self.link,
            "destinations": list(self.destinations),
            "publish_at": f"{self.date}T{self.time}" if later else "",
            "time_zone": self.zone if later else "",
        }
        form = DraftSerializer(data=said)
        if form.is_valid():
            return form.to_draft(), []
        return None, [
            Finding(str(name), "invalid_request", _first(said_wrong)) for name, said_wrong in form.errors.items()
        ]


def _first(said: Any) -> str:
    """Return the first message in what a serializer found wrong, however deep it lies."""
    while isinstance(said, dict | list) and said:
        said = next(iter(said.values())) if isinstance(said, dict) else said[0]
    return str(said)


def compose_page(
    tenant: Tenant,
    user: User,
    typed: Typed,
    *,
    findings: Sequence[Finding] = (),
    checked: bool = False,
    now: datetime,
) -> dict[str, Any]:
    """Return what ``publishing/compose.html`` shows."""
    groups = _groups(tenant, set(typed.destinations))
    zone = typed.zone or (user.time_zone if user.time_zone != "UTC" else tenant.time_zone)
    errors = [_told(finding) for finding in findings]
    return {
        "form": {
            "text": typed.text,
            "link": typed.link,
            "when": typed.when,
            "date": typed.date,
            "time": typed.time,
            "idempotency_key": typed.idempotency_key,
        },
        "groups": groups,
        "zones": [{**entry, "selected": entry["value"] == zone} for entry in _zones(zone, now)],
        "zone_chosen": bool(typed.zone) or zone != "UTC",
        "errors": errors,
        "invalid": sorted({error["field"] for error in errors if error["severity"] == "error"}),
        "checked": checked,
    }


def _told(finding: Finding) -> dict[str, str]:
    field = _FIELDS.get(finding.field.rpartition(".")[2] or finding.field, "general")
    remedy = finding.remedy
    if finding.code == "repeated_time":
        remedy = "Choose another time, or say it in UTC."
    return {
        "field": field,
        "message": finding.message,
        "remedy": remedy,
        "destination": "",  # the message names it
        "severity": finding.severity,
    }


def _groups(tenant: Tenant, selected: set[str]) -> list[dict[str, Any]]:
    places = list(destinations_of(tenant).filter(enabled=True))
    only = len(places) == 1 and not selected
    groups: dict[str, dict[str, Any]] = {}
    for place in places:
        known = CONNECTORS[place.platform_id].kinds if place.platform_id in CONNECTORS else ()
        kind = next((kind for kind in known if kind.slug == place.kind), None)
        obstacle = drafts.obstacle_at(place)
        group = groups.setdefault(
            place.platform_id,
            {"platform": place.platform_id, "platform_name": place.platform.name, "destinations": []},
        )
        reason = obstacle[1].removeprefix(f"{place.name}: ") if obstacle else ""
        group["destinations"].append(
            {
                "id": place.pk,
                "name": place.name,
                "kind": kind.name if kind else place.kind,
                "limit": kind.longest_text if kind else None,
                "unit": "characters",
                "selected": not reason and (only or str(place.pk) in selected),
                "disabled": bool(reason),
                "reason": reason,
            }
        )
    return [groups[slug] for slug in sorted(groups)]


def _zones(chosen: str, now: datetime) -> list[dict[str, str]]:
    zones = _known_zones(now.strftime("%Y-%m-%d %H"))
    if chosen in available_timezones() and all(entry["value"] != chosen for entry in zones):
        return [*zones, {"value": chosen, "label": _label(chosen, now)}]
    return zones


@lru_cache(maxsize=2)
def _known_zones(hour: str) -> list[dict[str, str]]:
    """Return the zones of places people live in, by city; offsets change with the seasons, so they are kept an hour."""
    now = datetime.fromisoformat(f"{hour}:00+00:00")
    old = ("Etc/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "SystemV/", "posix/", "right/")
    names = [name for name in available_timezones() if "/" in name and not name.startswith(old)]
    zones = [{"value": name, "label": _label(name, now)} for name in names]
    return [{"value": "UTC", "label": "UTC"}, *sorted(zones, key=lambda entry: (entry["label"], entry["value"]))]


def _label(name: str, now: datetime) -> str:
    offset = now.astimezone(ZoneInfo(name)).strftime("%z")
    return f"{name.rpartition('/')[2].replace('_', ' ')} (UTC{offset[:3]}:{offset[3:5]})"


def prefilled(asked: QueryDict) -> Typed:
    """Return a fresh form; ``?destination=<id>`` chooses places beforehand."""
    wanted = tuple(str(pk) for text in asked.getlist("destination")[:500] if (pk := read_uuid(text)))
    return Typed(destinations=wanted).with_fresh_key()
