"""Writing a post: the form as it was typed, and what is found wrong with it, field by field."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django.http import QueryDict

from connectors import composing
from connectors.base import DestinationKind
from connectors.models import Connection
from connectors.pages import reconnect_of
from connectors.registry import CONNECTORS
from connectors.selectors import destinations_of
from connectors.types import Capability, Composing
from foundation.errors import Finding
from foundation.listing import read_uuid
from publishing import drafts
from publishing.attachments import MOST_FILES
from publishing.contents import content_of, files_at, kind_of, settings_at
from publishing.drafts import Draft
from publishing.models import PublishJob
from publishing.pages import allowed, schema_form, settings_form
from publishing.pages.files import files_to_pick
from publishing.serializers import DraftSerializer
from tenants.models import Tenant, User
from tenants.principal import Principal

#: Our names of fields, and the field of the page that shows what is found there.
_FIELDS: Final = {
    "text": "text",
    "link": "link",
    "media": "media",
    "first_comment": "first_comment",
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
    in_order: bool = False
    destinations: tuple[str, ...] = ()
    #: Ids of the chosen files in their order, and by id what is said of them.
    files: tuple[str, ...] = ()
    alt_texts: Mapping[str, str] = field(default_factory=dict)
    first_comment: str = ""
    #: The controls of all kinds' settings; None on a fresh page, which shows their defaults.
    settings: Mapping[str, Sequence[str]] | None = None
    idempotency_key: str = ""
    #: The job that is changed and sent again, for which alone the form then speaks.
    job: str = ""

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
            in_order="in_order" in sent,
            files=tuple(dict.fromkeys(sent.getlist("media")))[:MOST_FILES],
            alt_texts={
                name.removeprefix("alt-"): sent.get(name, "").strip() for name in sent if name.startswith("alt-")
            },
            first_comment=sent.get("first_comment", "").replace("\r\n", "\n"),
            settings={name: sent.getlist(name) for name in sent if name.startswith("set-")},
            destinations=tuple(dict.fromkeys(sent.getlist("destination"))),
            idempotency_key=sent.get("idempotency_key", ""),
            job=sent.get("job", "")[:36],
        )

    @classmethod
    def of_job(cls, job: PublishJob) -> "Typed":
        """Return what a job says at its destination, to be changed."""
        said, kind = content_of(job.post, job.destination_id), kind_of(job.destination)
        files = files_at(job.post, job.destination_id)
        return cls(
            text=said.text,
            link=said.link,
            files=tuple(one["id"] for one in files),
            alt_texts={one["id"]: one.get("alt_text", "") for one in files},
            settings=settings_form.typed_of(kind, settings_at(job.post, job.destination)) if kind else None,
            destinations=(str(job.destination_id),),
            job=str(job.pk),
        )

    def with_fresh_key(self) -> "Typed":
        """Return the same with a key of its own, so that sending it makes a new post."""
        return replace(self, idempotency_key=f"compose:{uuid.uuid4()}")

    def read(self, kinds: Collection[DestinationKind]) -> tuple[Draft | None, list[Finding]]:
        """Return the draft, or why there is none; the same rules as the API's.

        ``kinds`` are those of the chosen destinations: what is set for others is not sent.
        """
        later = self.when == "later"
        if later and not (self.date and self.time):
            return None, [_NO_MOMENT]
        said = {
            "text": self.text,
            "link": self.link,
            "destinations": list(self.destinations),
            "publish_at": f"{self.date}T{self.time}" if later else "",
            "time_zone": self.zone if later else "",
            "in_order": self.in_order,
            "media": [{"id": pk, "alt_text": self.alt_texts.get(pk, "")} for pk in self.files],
            "first_comment": self.first_comment,
        }
        settings = {kind.slug: settings_form.read(kind, self.settings or {}) for kind in kinds}
        if wrong := [finding for _, found in settings.values() for finding in found]:
            return None, wrong
        said["settings"] = {slug: values for slug, (values, _) in settings.items() if values}
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
    principal: Principal,
    user: User,
    typed: Typed,
    *,
    findings: Sequence[Finding] = (),
    checked: bool = False,
    now: datetime,
) -> dict[str, Any]:
    """Return what ``publishing/compose.html`` shows."""
    tenant = principal.tenant
    groups = _groups(principal, set(typed.destinations), alone=bool(typed.job))
    places = [place for group in groups for place in group["destinations"]]
    kinds = {kind.slug: kind for place in places if (kind := place.pop("kind_of")) is not None}
    known = _known(places)
    takes_files = bool(typed.files) or any(place["most_media"] for place in places)
    zone = typed.zone or (user.time_zone if user.time_zone != "UTC" else tenant.time_zone)
    forms = [
        form
        for kind in kinds.values()
        if (form := settings_form.form_of(kind, typed.settings, zone=zone, allowed=known.get(kind.slug, ())))
    ]
    controls = {form["id"] for form in forms}.union(*(schema_form.controls_of(form["fields"]) for form in forms))
    errors = [_told(finding, next(iter(kinds), "") if typed.job else "", controls) for finding in findings]
    return {
        "files": files_to_pick(tenant, typed.files, typed.alt_texts, now=now) if takes_files else [],
        "takes_files": takes_files,
        "takes_comments": not typed.job and (bool(typed.first_comment) or any(place["comments"] for place in places)),
        "settings": [
            form | {"open": form["open"] or form["kind"] in known or _any_in(form["id"], errors)} for form in forms
        ],
        "form": {
            "in_order": typed.in_order,
            "first_comment": typed.first_comment,
            "text": typed.text,
            "link": typed.link,
            "when": typed.when,
            "date": typed.date,
            "time": typed.time,
            "idempotency_key": typed.idempotency_key,
            "job": typed.job,
        },
        "groups": groups,
        "zones": [{**entry, "selected": entry["value"] == zone} for entry in _zones(zone, now)],
        "zone_chosen": bool(typed.zone) or zone != "UTC",
        "errors": errors,
        "invalid": sorted({error["field"] for error in errors if error["severity"] == "error"}),
        "checked": checked,
    }


def kinds_chosen(tenant: Tenant, typed: Typed) -> list[DestinationKind]:
    """Return the kinds of the destinations that are chosen in a form."""
    ids = [pk for text in typed.destinations if (pk := read_uuid(text)) is not None]
    found = (kind_of(place) for place in destinations_of(tenant).filter(pk__in=ids))
    return list({kind.slug: kind for kind in found if kind is not None}.values())


def _known(places: Sequence[dict[str, Any]]) -> dict[str, list[Composing]]:
    """Return by kind what the chosen places that can be asked are known to allow; the list is empty where nobody has asked."""
    known: dict[str, list[Composing]] = {}
    for place in places:
        row = place.pop("row")
        if place["selected"] and place["asks"]:
            told = composing.kept_of(row)
            known.setdefault(place["kind_slug"], []).extend([told] if told is not None else [])
            place["panel"] = allowed.kept_panel(row)
    return known


def _any_in(group: str, errors: Sequence[dict[str, str]]) -> bool:
    return any(error["field"] == group or error["field"].startswith(f"{group}-") for error in errors)


def _field_of(finding: Finding, kind: str, controls: Collection[str]) -> str:
    """Return the control that shows a finding: that of the innermost setting it names which has one."""
    first, _, rest = finding.field.partition(".")
    if first == "overrides" and kind:
        # What a job says is found wrong as its destination's own; the form knows it by the kind.
        first, _, rest = rest.partition(".")[2].partition(".")
        rest = f"{kind}.{rest}"
    if first == "settings":
        kind, _, member = rest.partition(".")
        return schema_form.control_at(f"set-{kind}", member, controls) or "general"
    return _FIELDS.get(first) or _FIELDS.get(finding.field.rpartition(".")[2], "general")


def _anchor_of(field: str) -> str:
    """Return the element of the page that a finding's field stands in."""
    if field in {"destinations", "when", "media"}:
        return f"{field}-field"
    return "main" if field == "general" else field


def _told(finding: Finding, kind: str, controls: Collection[str]) -> dict[str, str]:
    field = _field_of(finding, kind, controls)
    remedy = finding.remedy
    if finding.code == "repeated_time":
        remedy = "Choose another time, or say it in UTC."
    return {
        "field": field,
        "anchor": _anchor_of(field),
        "message": finding.message,
        "remedy": remedy,
        "destination": "",  # the message names it
        "severity": finding.severity,
    }


def _groups(principal: Principal, selected: set[str], *, alone: bool) -> list[dict[str, Any]]:
    """Return the places to choose among by platform; ``alone``: only those that are chosen already."""
    places = list(destinations_of(principal.tenant).filter(enabled=True))
    if alone:
        places = [place for place in places if str(place.pk) in selected]
    only = len(places) == 1 and not selected
    groups: dict[str, dict[str, Any]] = {}
    for place in places:
        kind = kind_of(place)
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
                "kind_of": kind,
                "row": place,
                "asks": not reason and allowed.tells(place),
                "panel": None,
                "kind_slug": place.kind,
                "most_media": kind.most_media if kind else 0,
                "comments": Capability.FIRST_COMMENT in CONNECTORS[place.platform_id].capabilities
                if place.platform_id in CONNECTORS
                else False,
                "selected": not reason and (only or str(place.pk) in selected),
                "disabled": bool(reason),
                "reason": reason,
                "reconnect": reconnect_of(principal, place.connection)
                if place.connection.status != Connection.Status.ACTIVE
                else None,
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
