"""Forgetting a person who asked their platform for it, and proving that it was done.

One grant serves every tenant that the person connected, so all their connections go. What a tenant published stays the
tenant's: its destinations keep the names of its pages, and lose what they say of the person.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from connectors import unsubscribing
from connectors.models import Connection, DataDeletion, Destination, WebhookEvent
from connectors.services import DISCONNECTED, connection_changed, person_forgotten, say_turned
from foundation.errors import NotFound
from tenants.services import record, strike_out
from vault import services as vault

#: Stands where a person's name stood.
NOBODY: Final = "Deleted person"
#: 160 bits, in letters that survive being read aloud or typed.
_CODE_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class DeletionStatus:
    """How far a deletion is, in what a stranger with its code may know."""

    code: str
    platform_name: str
    requested_at: datetime
    finished_at: datetime | None
    erased: dict[str, int]


def request_deletion(*, event: WebhookEvent, now: datetime) -> str:
    """Write down that somebody wants to be forgotten; return the confirmation code, the same for the same event."""
    wish = DataDeletion(
        platform_id=event.platform_id,
        code=secrets.token_hex(_CODE_BYTES),
        event_key=event.key,
        person=person_digest(event.platform_id, event.external_user_id),
        requested_at=now,
    )
    DataDeletion.objects.bulk_create([wish], ignore_conflicts=True)
    return DataDeletion.objects.values_list("code", flat=True).get(platform_id=event.platform_id, event_key=event.key)


def carry_out(*, event: WebhookEvent, connections: QuerySet[Connection], now: datetime) -> None:
    """Erase what we hold of the event's person, in these connections of theirs, and close the wish."""
    erased = {"connections": 0, "tokens": 0, "destinations": 0}
    for connection in connections.select_for_update(of=("self",)).select_related("tenant").order_by("pk"):
        erased["connections"] += 1
        names = _names_of(connection)
        erased["destinations"] += _erase_places(connection, now=now)
        person_forgotten.send(sender=Connection, connection_id=connection.pk, names=names, instead=NOBODY)
        unsubscribing.forget(connection.destinations.all())
        erased["tokens"] += vault.erase_secrets(tenant_id=connection.tenant_id, connection_id=connection.pk)
        _erase_connection(connection, now=now)
    told = WebhookEvent.objects.filter(platform_id=event.platform_id, external_user_id=event.external_user_id)
    erased["events"] = told.update(external_user_id="", raw={}, updated_at=now)
    DataDeletion.objects.filter(platform_id=event.platform_id, event_key=event.key, finished_at=None).update(
        finished_at=now, erased=erased, updated_at=now
    )


def status_of(platform: str, code: str) -> DeletionStatus:
    """Return how far a deletion is; raises ``NotFound`` for a code that was never given out."""
    row = DataDeletion.objects.select_related("platform").filter(platform_id=platform, code=code).first()
    if row is None:
        raise NotFound(
            "There is no request under this code.", remedy="Check the address.", code="unknown_confirmation_code"
        )
    return DeletionStatus(row.code, row.platform.name, row.requested_at, row.finished_at, row.erased)


def status_url(platform: str, code: str) -> str:
    """Return where anybody who has the code sees how far it is."""
    return f"{settings.PUBLIC_URL}{reverse('deletion_status', args=[platform, code])}"


def person_digest(platform: str, external_user_id: str) -> str:
    """Return what stands for a person once their id is erased: equal for equal persons, and of no use elsewhere."""
    return salted_hmac("connectors.deleted_person", f"{platform}:{external_user_id}", algorithm="sha256").hexdigest()


def _erase_connection(connection: Connection, *, now: datetime) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        external_user_id=f"deleted:{connection.pk}",
        display_name=NOBODY,
        status=Connection.Status.INACTIVE,
        status_code="data_deleted",
        status_cause="The person asked the platform to have their data deleted.",
        status_remedy="Connect an account again to publish with it.",
        status_since=now,
        scopes_granted=[],
        scopes_missing=[],
        # Whoever is exchanging the tokens of before must not store new ones.
        token_version=F("token_version") + 1,
        disconnected_at=now,
        next_health_at=None,
        health="",
        updated_at=now,
    )
    strike_out(subject=connection, names=("name",))
    record(
        tenant=connection.tenant,
        actor=f"platform:{connection.platform_id}",
        action="connection.data_deleted",
        subject=connection,
    )
    changed = connection.pk
    say_turned(changed, DISCONNECTED, now=now)
    transaction.on_commit(lambda: connection_changed.send(sender=Connection, connection_id=changed), robust=True)


def _names_of(connection: Connection) -> tuple[str, ...]:
    """Return what the person is called in texts of ours: their name, and those of the places that are themselves."""
    themselves = _places_that_are(connection)
    names = {connection.display_name, *themselves.values_list("name", flat=True)}
    return tuple(sorted(names - {"", NOBODY}, key=len, reverse=True))


def _places_that_are(connection: Connection) -> QuerySet[Destination]:
    person = connection.external_user_id
    places = Destination.objects.filter(connection=connection)
    return places.filter(Q(external_id=person) | Q(external_id__endswith=f":{person}"))


def _erase_places(connection: Connection, *, now: datetime) -> int:
    """Switch the places off and take from them what was read with the grant; a place that is the person goes wholly."""
    places = Destination.objects.filter(connection=connection)
    themselves = list(_places_that_are(connection))
    count = places.update(
        enabled=False,
        gone_at=now,
        username="",
        picture_url="",
        url="",
        facts={},
        subscribe_problem="",
        updated_at=now,
    )
    for place in themselves:
        Destination.objects.filter(pk=place.pk).update(external_id=f"deleted:{place.pk}", name=NOBODY)
    return count
