"""News is part of the transaction it tells of."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from outbox.events import EventType
from outbox.models import OutgoingEvent
from outbox.services import announce
from tenants.services import create_tenant


@pytest.mark.django_db
def test_news_of_what_was_rolled_back_is_not_told() -> None:
    tenant = create_tenant(name="Acme")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with transaction.atomic():
        announce(tenant_id=tenant.pk, kind=EventType.PING, data={"n": 1}, now=now)
        transaction.set_rollback(True)
    announce(tenant_id=tenant.pk, kind=EventType.PING, data={"n": 2}, now=now)

    assert [event.data for event in OutgoingEvent.objects.all()] == [{"n": 2}]
