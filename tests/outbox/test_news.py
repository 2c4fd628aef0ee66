"""What happens becomes one piece of news: never none, never two, and nothing where nobody listens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from connectors import services as connections
from connectors.deletions import NOBODY
from connectors.models import Connection, Destination
from connectors.types import LiveState, Standing
from outbox import endpoints, news, payloads, sorting, telling
from outbox.events import EventType
from outbox.models import Bookmark, OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.services import announce
from publishing import ledger, live, watching
from publishing.models import PublishJob, Watch
from tenants.principal import Principal
from tests.conftest import House
from tests.outbox.conftest import Publish, Send
from tests.outbox.receiver import Receiver
from tests.village import Village

URL = "http://127.0.0.1:1/hook"
Listen = Callable[..., tuple[WebhookEndpoint, str]]
RunDue = Callable[[datetime], int]


def told(kind: EventType | None = None) -> list[OutgoingEvent]:
    rows = OutgoingEvent.objects.order_by("id")
    return list(rows.filter(type=kind) if kind else rows.exclude(type__startswith="connection."))


def tell_committed() -> None:
    """Put what was published on the list, as the signals do after a commit, which a test's transaction never makes."""
    for job in PublishJob.objects.filter(state__in=["published", "failed", "dlq"]):
        telling.note(news.Rest(job.pk, job.tenant_id, published=job.state == "published"))
    telling.tell_waiting()


def test_a_published_job_is_told_once_with_its_link_and_the_clients_own_reference(
    listen: Listen, publish: Publish, run_due: RunDue
) -> None:
    listen(URL)
    job = publish("Hello", key="order-1")
    run_due(timezone.now())
    tell_committed()
    news.sweep(now=timezone.now())
    tell_committed()

    (event,) = told()
    job.refresh_from_db()
    assert event.type == "job.published"
    assert event.happened_at == job.published_at
    assert event.data["idempotency_key"] == "order-1"
    assert event.data["permalink"] == job.permalink
    assert event.data["job_id"] == str(job.pk)
    assert "Hello" not in str(event.data)


def test_what_a_worker_that_died_did_not_tell_is_found_by_the_sweep(
    listen: Listen, publish: Publish, run_due: RunDue
) -> None:
    endpoint, _ = listen(URL)
    news.sweep(now=timezone.now())
    publish()
    run_due(timezone.now())
    assert told() == []
    assert news.sweep(now=timezone.now()) == 1
    assert news.sweep(now=timezone.now()) == 0
    sorting.sort(now=timezone.now())
    assert WebhookDelivery.objects.filter(endpoint=endpoint, event__type="job.published").count() == 1


def test_a_job_recorded_late_with_an_early_moment_is_found_because_the_sweep_waits_for_who_is_held(
    listen: Listen, publish: Publish, settings: Any
) -> None:
    listen(URL)
    publish()
    start = timezone.now()
    (claimed,) = ledger.claim(now=start, limit=1, lease=settings.PUBLISH_LEASE)
    for hours in range(1, 4):  # a worker that stands still, and sweeps that go on
        news.sweep(now=start + timedelta(hours=hours))
    place = Bookmark.objects.get(name="jobs")
    assert place.at is not None
    assert place.at <= start
    from connectors.types import Published

    ledger.record_published(claimed, Published("1_2", "https://example.org/1_2"), now=start + timedelta(seconds=1))
    news.sweep(now=start + timedelta(hours=4))
    assert [event.type for event in told()] == ["job.published"]


def test_where_nobody_listens_to_jobs_nothing_is_written(
    listen: Listen, publish: Publish, run_due: RunDue, make_house: Callable[[str], House]
) -> None:
    listen(URL, EventType.CONNECTION_ATTENTION)
    listen(URL, who=make_house("Elsewhere").principal)
    publish()
    run_due(timezone.now())
    tell_committed()
    news.sweep(now=timezone.now())
    assert told() == []


def test_a_job_that_fails_twice_is_told_twice_and_says_why(
    listen: Listen,
    publish: Publish,
    run_due: RunDue,
    village: Village,
    well: Destination,
    principal: Principal,
) -> None:
    from publishing import redriving
    from publishing.accepting import publish_post
    from publishing.drafts import Draft

    listen(URL)
    village.says["publish"] = (422, {"words": "Too loud."})
    draft = Draft(text="Hear", destinations=(well.pk,))
    post, _ = publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
    run_due(timezone.now())
    tell_committed()
    redriving.retry_job(principal=principal, job=post.jobs.get(), now=timezone.now())
    run_due(timezone.now())
    news.sweep(now=timezone.now())
    tell_committed()

    events = told(EventType.JOB_FAILED)
    assert len(events) == 2
    assert events[0].data["error"] == {
        "code": "content_rejected", "cause": "Too loud.", "remedy": "Say it otherwise.", "who": "author",
    }  # fmt: skip
    assert events[0].data["state"] == "failed"
    assert len({event.data["dead_letter_id"] for event in events}) == 2


def test_a_published_post_that_is_taken_back_is_told_and_one_found_live_is_not(
    listen: Listen, publish: Publish, run_due: RunDue
) -> None:
    listen(URL)
    job = publish()
    run_due(timezone.now())
    job.refresh_from_db()
    watch, _ = Watch.objects.get_or_create(job=job, defaults={"tenant": job.tenant, "platform": job.platform})
    for state in (LiveState.LIVE, LiveState.REJECTED, LiveState.REJECTED):
        watching._store(watch, Standing(state, reason="Against the rules."), now=timezone.now())
        watch.refresh_from_db()
    (event,) = told(EventType.POST_STANDING_CHANGED)
    assert (event.data["standing"]["before"], event.data["standing"]["state"]) == ("live", "rejected")
    live.note_removed(
        platform="meta", external_id=job.destination.external_id, post_id=job.external_id, now=timezone.now()
    )
    assert told(EventType.POST_STANDING_CHANGED)[-1].data["standing"]["state"] == "removed"


def test_each_turn_of_a_connection_is_one_piece_of_news(connection: Connection, principal: Principal) -> None:
    now = timezone.now()
    for _ in range(3):
        connections.mark_attention(connection_id=connection.pk, code="x", cause="Revoked.", remedy="Redo.", now=now)
    connections.mark_recovered(connection_id=connection.pk, now=now)
    connection.refresh_from_db()
    connections.disconnect(principal=principal, connection=connection, now=now)

    kinds = list(OutgoingEvent.objects.order_by("id").values_list("type", flat=True))
    assert kinds == [
        "connection.created", "connection.attention", "connection.recovered", "connection.disconnected",
    ]  # fmt: skip
    attention = OutgoingEvent.objects.get(type="connection.attention").data
    assert attention["error"] == {"code": "x", "cause": "Revoked.", "remedy": "Redo."}
    assert connection.display_name not in str(attention)


def test_a_turn_that_is_rolled_back_is_not_told(connection: Connection) -> None:
    with transaction.atomic():
        connections.mark_attention(connection_id=connection.pk, code="x", cause="", remedy="", now=timezone.now())
        transaction.set_rollback(True)
    assert not OutgoingEvent.objects.filter(type="connection.attention").exists()


def test_a_persons_name_is_struck_out_of_news_when_they_are_forgotten(connection: Connection) -> None:
    name = "Ängström"
    announce(
        tenant_id=connection.tenant_id,
        kind=EventType.JOB_FAILED,
        data={"error": {"cause": f"{name} withdrew it."}},
        now=timezone.now(),
    )
    connections.person_forgotten.send(sender=Connection, connection_id=connection.pk, names=(name,), instead=NOBODY)
    assert OutgoingEvent.objects.get(type="job.failed").data == {"error": {"cause": f"{NOBODY} withdrew it."}}


def test_what_the_database_says_of_a_job_is_what_we_say_of_it(
    listen: Callable[..., Any], publish: Publish, receiver: Any
) -> None:
    listen(receiver.url)
    jobs = [publish("Hello"), publish("Grüße", key="order-4711")]
    for number, job in enumerate(jobs):
        at = timezone.now().replace(microsecond=number * 1250)  # a whole second is written without a fraction
        PublishJob.objects.filter(pk=job.pk).update(
            state="published", published_at=at, external_id=f"x{number}", due_at=None, ready=False
        )
    news.tell([news.Rest(job.pk, job.tenant_id, published=True) for job in jobs], now=timezone.now())
    said = {event.data["job_id"]: event.data for event in OutgoingEvent.objects.filter(type="job.published")}
    assert said == {str(row.job_id): row.data for row in payloads.jobs_data([job.pk for job in jobs])}


def test_numbers_are_given_without_a_gap_and_only_once(tenant: Any) -> None:
    now = timezone.now()
    for number in range(7):
        announce(tenant_id=tenant.pk, kind=EventType.ALERT_RAISED, data={"n": number}, now=now)
    assert sorting.sort(now=now) == 7
    announce(tenant_id=tenant.pk, kind=EventType.ALERT_RAISED, data={"n": 7}, now=now)
    assert sorting.sort(now=now) == 1
    assert sorting.sort(now=now) == 0
    rows = list(OutgoingEvent.objects.order_by("sequence").values_list("sequence", "data"))
    assert [(number, data["n"]) for number, data in rows] == [(n + 1, n) for n in range(8)]


def test_an_endpoint_is_told_of_what_it_asked_for_and_of_nothing_before_it_was_there(
    listen: Listen, principal: Principal, receiver: Receiver, send: Send
) -> None:
    announce(
        tenant_id=principal.tenant.pk, kind=EventType.ALERT_RAISED, data={}, now=timezone.now() - timedelta(days=1)
    )
    endpoint, _ = listen(receiver.url, EventType.ALERT_RAISED)
    announce(tenant_id=principal.tenant.pk, kind=EventType.ALERT_CLEARED, data={}, now=timezone.now())
    wanted = announce(tenant_id=principal.tenant.pk, kind=EventType.ALERT_RAISED, data={}, now=timezone.now())
    send()
    assert receiver.ids() == [str(wanted.pk)]
    endpoints.change_endpoint(principal=principal, endpoint=endpoint, enabled=False, now=timezone.now())
    announce(tenant_id=principal.tenant.pk, kind=EventType.ALERT_RAISED, data={}, now=timezone.now())
    send()
    assert len(receiver.got) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_puts_what_came_to_rest_on_the_list_after_its_commit(
    principal: Principal, connect: Callable[[House], Connection], house: House, run_due: RunDue
) -> None:
    from publishing.accepting import publish_post
    from publishing.drafts import Draft

    place = connect(house).destinations.filter(enabled=True).first()
    assert place is not None
    endpoints.create_endpoint(principal=principal, url=URL, now=timezone.now())
    draft = Draft(text="Hello", destinations=(place.pk,))
    publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
    run_due(timezone.now())
    assert telling.tell_waiting() == 1
    assert [event.type for event in told()] == ["job.published"]
    assert all(event.sequence for event in told())


def test_what_comes_to_rest_while_news_are_written_waits_for_the_next_look(house: House) -> None:
    """Under load something always does; a look for each would be one after the other without end."""
    rest = news.Rest(house.tenant.pk, house.tenant.pk, published=True)
    looks = 0

    def one_more(execute: Callable[..., Any], *asked: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks < 5:
            telling.note(rest)
        return execute(*asked)

    telling.note(rest)
    with connection.execute_wrapper(one_more):
        assert telling.tell_waiting() == 1
    assert telling.tell_waiting() == looks
