"""Listens to the news of the rooms below: what turns in a transaction is announced in it, the rest is put on a list."""

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.dispatch import receiver
from django.utils import timezone

from connectors import services as connections
from connectors.connect_link_guests import connect_link_completed
from connectors.expiring import connection_expiring
from connectors.models import Connection
from outbox import doorbell, hearing, news, payloads, telling
from outbox.events import EventType
from outbox.models import Mail, OutgoingEvent
from outbox.news import Rest
from outbox.services import announce, news_written
from outbox.stable import stable_id
from publishing import signals
from publishing.models import PublishJob
from tenants.models import ApiKey
from tenants.signals import api_key_expiring

#: Each turn is told, however soon it follows another: it decides whether anything is published with the account, and a client that is
#: told late acts on what is no longer so. Mails of the same are damped (``sorting.FLAPPING``), and so is news of health, which is an opinion.
_TURNS: Final = {
    connections.CREATED: EventType.CONNECTION_CREATED,
    connections.RENEWED: EventType.CONNECTION_RENEWED,
    connections.ATTENTION: EventType.CONNECTION_ATTENTION,
    connections.RECOVERED: EventType.CONNECTION_RECOVERED,
    connections.DISCONNECTED: EventType.CONNECTION_DISCONNECTED,
}


@receiver(news_written)
def _news_written(**kwargs: Any) -> None:
    doorbell.ring()


@receiver(signals.job_published)
def _published(job_id: UUID, tenant_id: UUID, **kwargs: Any) -> None:
    telling.note(Rest(job_id, tenant_id, published=True))


@receiver([signals.job_failed, signals.job_dead_lettered])
def _stopped(job_id: UUID, tenant_id: UUID, **kwargs: Any) -> None:
    telling.note(Rest(job_id, tenant_id, published=False))


@receiver(signals.post_standing_changed)
def _standing_changed(
    job_id: UUID, tenant_id: UUID, before: str, state: str, reason: str, remedy: str, now: datetime, **kwargs: Any
) -> None:
    kind = EventType.POST_STANDING_CHANGED
    if not hearing.hearers(kind, [tenant_id]):
        return
    standing = {"state": state, "before": before, "reason": reason, "remedy": remedy, "changed_at": now.isoformat()}
    data = news.standing_data(PublishJob(pk=job_id), **standing)
    announce(tenant_id=tenant_id, kind=kind, data=data, now=now)


@receiver(connections.connection_turned)
def _connection_turned(connection_id: UUID, turn: str, now: datetime, **kwargs: Any) -> None:
    connection = Connection.objects.get(pk=connection_id)
    announce(tenant_id=connection.tenant_id, kind=_TURNS[turn], data=payloads.connection_data(connection), now=now)


@receiver(connection_expiring)
def _connection_expiring(connection_id: UUID, days: int, ends_at: datetime, **kwargs: Any) -> None:
    """Announce, in the transaction that notes it, that a grant ends soon: once for each stage of each end."""
    connection = Connection.objects.get(pk=connection_id)
    announce(
        tenant_id=connection.tenant_id,
        kind=EventType.CONNECTION_EXPIRING,
        data=payloads.connection_data(connection, days=days, ends_at=ends_at.isoformat()),
        now=timezone.now(),
        event_id=stable_id(happened_at=timezone.now(), about=f"expiring:{connection_id}:{days}:{ends_at}"),
    )


@receiver(connect_link_completed)
def _link_completed(sender: Any, link_id: UUID, **kwargs: Any) -> None:
    """Announce that somebody went through a connect link to its end; once, however often it is said."""
    link = sender.objects.get(pk=link_id)
    announce(
        tenant_id=link.tenant_id,
        kind=EventType.CONNECT_LINK_COMPLETED,
        data={
            "connect_link_id": str(link.pk),
            "connection_id": str(link.result_id) if link.result_id else None,
            "external_user_id": link.external_user_id,
            "state": link.state,
        },
        now=link.finished_at,
        event_id=stable_id(happened_at=link.finished_at, about=f"connect_link:{link.pk}"),
    )


@receiver(api_key_expiring)
def _key_expiring(key_id: UUID, tenant_id: UUID, **kwargs: Any) -> None:
    """Announce, in the transaction that notes it, that an API key ends within a week."""
    key = ApiKey.objects.get(pk=key_id)
    announce(
        tenant_id=tenant_id,
        kind=EventType.API_KEY_EXPIRING,
        data={
            "api_key_id": str(key.pk),
            "name": key.name,
            "prefix": key.prefix,
            "ends_at": key.expires_at.isoformat() if key.expires_at else None,
        },
        now=timezone.now(),
    )


@receiver(connections.person_forgotten)
def _forgotten(connection_id: UUID, names: tuple[str, ...], instead: str, **kwargs: Any) -> None:
    """Strike a person's names out of what was told of their tenant's jobs and accounts."""
    tenant_id = Connection.objects.values_list("tenant_id", flat=True).get(pk=connection_id)
    for model, column in ((OutgoingEvent, "data"), (Mail, "facts")):
        rows: Any = model.objects.filter(tenant_id=tenant_id).annotate(text=Cast(column, TextField()))
        for name in names:
            written = json.dumps(name)[1:-1]
            for row in rows.filter(text__contains=name) | rows.filter(text__contains=written):
                struck = json.dumps(getattr(row, column), ensure_ascii=False).replace(name, instead)
                model.objects.filter(pk=row.pk).update(**{column: json.loads(struck)})
