"""What a hub has after some weeks, written as rows: accounts in every health, jobs in every state, letters, news, numbers.

Moments lie such that the hub, which runs meanwhile, leaves most of it as it is.
"""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from connectors.models import Connection, Destination, TokenPlan, TokenRefresh, WebhookEvent
from connectors.registry import CONNECTORS
from monitoring.analytics import rolling
from monitoring.models import AccountMetric, ConnectionHealth, HealthLogEntry, MetricWatch, PostMetric, PostSnapshot
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from publishing.models import Attempt, DeadLetter, Post, PublishJob
from publishing.states import HELD, WAITING, State
from tenants.models import Tenant

_NAMES: Final = (
    "Bäckerei Sonne", "Café Zoë", "Studio Nord", "Atelier Lune", "Kiosk 24", "Ferme du Lac", "Oficina São João",
    "Donaudampfschifffahrtsgesellschaft m. b. H., Abteilung Fahrkartenverkauf", "Galerie K", "本屋 さくら",
)  # fmt: skip
_TEXTS: Final = (
    "Fresh rolls every morning from six. Come by while they are warm.",
    "Ouvert demain de 8 h à midi",
    "New in the shop window: https://example.com/a/rather/long/address/that/does/not/want/to/break?with=parameters&and=more",
    "Thank you for twenty years! 🎉 Line one\nline two\nline three",
)
_VERDICTS: Final = {
    "healthy": ("", "", ""),
    "degraded": ("slow", "The platform answered after 9 seconds.", "Nothing: it is checked again soon."),
    "unhealthy": ("token_revoked", "The platform says that the token was revoked.", "Reconnect the account."),
}
_CAUSES: Final = (
    ("transient", "The platform was away for four tries.", "Redrive: it was a passing trouble.", "operator"),
    ("reconnect_required", "The platform says that the token was revoked.", "Reconnect, then redrive.", "tenant"),
    ("content_rejected", "The picture is too wide for the feed (2.4 : 1, at most 1.91 : 1).", "Crop it, then redrive.", "author"),
    ("unexpected_answer", "HTTP 418 with the code 99/1234 is not understood.", "Tell whoever runs this hub.", "operator"),
)  # fmt: skip
HOUR: Final = timedelta(hours=1)


class Past:
    """Writes it, the same for the same seed."""

    def __init__(self, seed: int = 4) -> None:
        self.now = timezone.now()
        self._later = self.now + timedelta(days=1)
        self.dice = random.Random(seed)  # noqa: S311 - for show

    def of(self, tenant: Tenant, *, accounts: int) -> None:
        """Give a tenant a past."""
        connections = [self._account(tenant, number) for number in range(accounts)]
        places = [self._place(connection) for connection in connections if connection.status != "inactive"]
        for connection in connections:
            self._checks(connection)
            self._renewals(connection)
        self._jobs(tenant, places)
        self._told_us(places)
        self._we_told(tenant)
        self._numbers(tenant, places[:6])

    def _id(self, at: datetime) -> uuid.UUID:
        """Return a key such as one made at that moment."""
        stamp = int(at.timestamp() * 1000) << 80
        return uuid.UUID(int=stamp | 7 << 76 | self.dice.getrandbits(12) << 64 | 2 << 62 | self.dice.getrandbits(62))

    def _ago(self, *, hours: float) -> datetime:
        return self.now - timedelta(hours=self.dice.random() * hours)

    # --- accounts -----------------------------------------------------------------------------------------------------

    def _account(self, tenant: Tenant, number: int) -> Connection:
        slug = list(CONNECTORS)[number % len(CONNECTORS)]
        health = ("healthy", "degraded", "unhealthy", "healthy", "")[number % 7 % 5]
        status = "inactive" if number % 9 == 8 else "attention" if health == "unhealthy" else "active"
        code, cause, remedy = _VERDICTS["unhealthy"] if status == "attention" else ("", "", "")
        ends = None if slug == "mailchimp" else self.now + HOUR * (30, 60, 150, 500, 900, 1300)[number % 6]
        made = Connection.objects.create(
            tenant=tenant, platform_id=slug, external_user_id=f"demo-{tenant.slug}-{number}",
            display_name=f"{_NAMES[number % len(_NAMES)]} {number + 1}",
            status=status, status_code=code, status_cause=cause, status_remedy=remedy, status_since=self._ago(hours=90),
            access_expires_at=ends, health=health, health_checked_at=self._ago(hours=6) if health else None,
            next_health_at=self.now + HOUR * self.dice.uniform(1, 6), token_version=1,
            connected_at=self.now - timedelta(days=40), refreshed_at=self.now - timedelta(days=2),
            disconnected_at=self.now - HOUR if status == "inactive" else None,
        )  # fmt: skip
        if status != "inactive" and ends:
            due, grant = ends - 12 * HOUR, self.now + timedelta(days=self.dice.randint(3, 55))
            TokenPlan.objects.create(
                connection=made, platform_id=slug, version=1, rule="demo", ends_at=ends, due_at=due,
                grant_ends_at=grant, failures=2 * (number % 5 == 1),
            )  # fmt: skip
        return made

    def _place(self, connection: Connection) -> Destination:
        kind = CONNECTORS[connection.platform_id].kinds[0].slug
        place = Destination.objects.create(
            tenant_id=connection.tenant_id, connection=connection, platform_id=connection.platform_id, kind=kind,
            external_id=f"place-{connection.pk}", name=f"Page of {connection.display_name}", enabled=True,
            subscribe_at=self.now + timedelta(days=3),
        )  # fmt: skip
        Destination.objects.filter(pk=place.pk).update(created_at=self.now - timedelta(days=40))
        # Whoever asked for its numbers would find that there is no account, and say so.
        MetricWatch.objects.create(
            kind="place", tenant=place.tenant, destination=place, platform=place.platform, due_at=self._later
        )
        return place

    def _checks(self, connection: Connection) -> None:
        if connection.health:
            code, cause, remedy = _VERDICTS[connection.health]
            ConnectionHealth.objects.create(
                connection=connection, state=connection.health, since=self._ago(hours=200), code=code, cause=cause, remedy=remedy
            )  # fmt: skip
        rows = []
        for number in range(60):
            at = self.now - 6 * HOUR * number - HOUR * self.dice.random() * 5
            state = self.dice.choices(list(_VERDICTS), [30, 3, 1])[0]
            code, cause, remedy = _VERDICTS[state]
            rows.append(
                HealthLogEntry(
                    pk=self._id(at),
                    tenant_id=connection.tenant_id,
                    connection=connection,
                    platform=connection.platform_id,
                    checked_at=at,
                    state=state,
                    latency_ms=int(self.dice.lognormvariate(5.2, 0.5)),
                    code=code,
                    cause=cause,
                    remedy=remedy,
                    findings=[],
                )
            )
        HealthLogEntry.objects.bulk_create(rows)

    def _renewals(self, connection: Connection) -> None:
        causes = {"refreshed": "", "failed": "The platform answered 503.", "ended": "The grant was withdrawn."}
        for outcome in self.dice.choices(list(causes), [7, 2, 1], k=3):
            at = self._ago(hours=100)
            TokenRefresh.objects.create(
                pk=self._id(at), tenant_id=connection.tenant_id, connection=connection, reason="due", outcome=outcome,
                started_at=at, took_ms=240, cause=causes[outcome],
            )  # fmt: skip

    # --- posts --------------------------------------------------------------------------------------------------------

    def _jobs(self, tenant: Tenant, places: Sequence[Destination]) -> None:
        for number in range(70):
            self._job(tenant, self.dice.choice(places), State.PUBLISHED, at=self._ago(hours=48 if number % 2 else 160))
        for state in State:
            why = _CAUSES[0] if state in {State.FAILED, State.DLQ, State.RETRYING} else None
            self._job(tenant, self.dice.choice(places), state, at=self._ago(hours=2), why=why)
        for number in range(26):
            kind, cause, remedy, who = _CAUSES[min(number % 6, 3)]
            at = self._ago(hours=150)
            state = State.FAILED if who in {"tenant", "author"} else State.DLQ
            job = self._job(tenant, self.dice.choice(places), state, at=at, why=(kind, cause, remedy, who))
            DeadLetter.objects.create(
                job=job, tenant=tenant, platform_id=job.platform_id, fingerprint=f"{job.platform_id}:{kind}", kind=kind,
                cause=cause, remedy=remedy, who=who, opened_at=at,
            )  # fmt: skip

    def _job(
        self,
        tenant: Tenant,
        place: Destination,
        state: State,
        *,
        at: datetime,
        why: tuple[str, str, str, str] | None = None,
    ) -> PublishJob:
        post = Post.objects.create(
            pk=self._id(at), tenant=tenant, text=self.dice.choice(_TEXTS), created_by="key:demo", request_digest="demo"
        )  # fmt: skip
        kind, cause, remedy, who = why or ("", "", "", "")
        done = at + timedelta(seconds=self.dice.lognormvariate(0.5, 0.8)) if state == State.PUBLISHED else None
        waits = state in WAITING or state == State.RECONCILING
        job = PublishJob.objects.create(
            pk=self._id(at), tenant=tenant, post=post, destination=place, platform_id=place.platform_id, state=state,
            planned_at=at, due_at=self._later if waits else None, published_at=done, tries=2 if why else 0,
            lease_token=uuid.uuid4() if state in HELD else None, lease_until=self._later if state in HELD else None,
            lease_owner="worker-1" if state in HELD else "", external_id=f"demo-{self.dice.getrandbits(60)}" if done else "",
            error_kind=kind, error_cause=cause, error_remedy=remedy, error_who=who,
        )  # fmt: skip
        if done:
            MetricWatch.objects.create(
                kind="post", tenant=tenant, destination=place, platform_id=place.platform_id, job=job, published_at=done,
                due_at=self._later,
            )  # fmt: skip
        if done or why:
            Attempt.objects.create(
                job=job, number=1, purpose=Attempt.Purpose.PUBLISH, worker="worker-1", opened_at=at, closed_at=done or at,
                outcome=Attempt.Outcome.PUBLISHED if done else Attempt.Outcome.FAILED, error_kind=kind, cause=cause, remedy=remedy,
                facts={"status": 200 if done else 503, "request_id": "demo"},
            )  # fmt: skip
        return job

    # --- news ---------------------------------------------------------------------------------------------------------

    def _told_us(self, places: Sequence[Destination]) -> None:
        rows = []
        for number in range(150):
            at, place = self._ago(hours=24), self.dice.choice(places)
            state = "failed" if number % 30 == 0 else "processed"
            rows.append(
                WebhookEvent(
                    pk=self._id(at),
                    platform_id=place.platform_id,
                    key=f"demo-{place.pk}-{number}",
                    kind=self.dice.choice(["comment", "reaction", "post_changed"]),
                    external_id=place.external_id,
                    received_at=at,
                    state=state,
                    processed_at=at + timedelta(seconds=self.dice.random() * 4),
                    tries=5 * (state == "failed"),
                    error="The post is not known." if state == "failed" else "",
                    raw={
                        "entry": [
                            {"id": place.external_id, "changes": [{"field": "feed", "value": {"item": "comment"}}]}
                        ]
                    },
                )
            )
        WebhookEvent.objects.bulk_create(rows)

    def _we_told(self, tenant: Tenant) -> None:
        for number, (off, cause, failures) in enumerate(
            [("", "", 0), ("failing", "It failed for five days.", 0), ("", "", 7)]
        ):
            endpoint = WebhookEndpoint.objects.create(
                tenant=tenant, url=f"https://app{number}.example/hooks/{tenant.slug}", description=("Shop", "Old CRM", "")[number],
                listens_since=self.now - timedelta(days=20), disabled=off, disabled_at=self.now - 24 * HOUR if off else None,
                disabled_cause=cause, failures_in_row=failures, failing_since=self._ago(hours=5) if failures else None,
                probe_at=self.now + 24 * HOUR if failures else None, last_success_at=self._ago(hours=30),
            )  # fmt: skip
            for _ in range(12):
                at = self._ago(hours=24)
                event = OutgoingEvent.objects.create(
                    pk=self._id(at), tenant=tenant, type="job.published", happened_at=at
                )
                state = self.dice.choice(["failed", "waiting", "delivered"]) if failures else "delivered"
                good = state == "delivered"
                told = {
                    "at": at.isoformat(),
                    "took_ms": 80,
                    "status": 200 if good else 503,
                    "error": "",
                    "answer": "busy",
                }
                WebhookDelivery.objects.create(
                    pk=self._id(at), tenant=tenant, endpoint=endpoint, event=event, state=state, tries=1, attempted_at=at,
                    due_at=self.now + 24 * HOUR if state == "waiting" else None, delivered_at=at if good else None,
                    attempts=[told], last_status=200 if good else 503, last_error="" if good else "It answered 503.",
                )  # fmt: skip

    # --- numbers ------------------------------------------------------------------------------------------------------

    def _numbers(self, tenant: Tenant, places: Sequence[Destination]) -> None:
        common: dict[str, Any] = {"tenant": tenant, "taken_at": self.now, "as_of": self.now, "raw_name": "demo"}
        for place in places:
            for back in range(40):
                day = (self.now - timedelta(days=back)).date()
                wave = 100 + 60 * math.sin(back / 5) + 20 * self.dice.random()
                for metric, window, value in (("views", "day", wave), ("followers", "moment", 900 - 3 * back)):
                    AccountMetric.objects.create(
                        destination=place, platform_id=place.platform_id, metric=metric, day=day, window=window,
                        value=round(value), **common,
                    )  # fmt: skip
            for job in PublishJob.objects.filter(destination=place, state=State.PUBLISHED):
                for metric, most in (("views", 4000), ("reactions", 300), ("comments", 40), ("shares", 20)):
                    PostMetric.objects.create(
                        job=job, destination=place, platform_id=place.platform_id, published_at=job.published_at or self.now,
                        metric=metric, value=self.dice.randint(0, most), **common,
                    )  # fmt: skip
                for back in range(6):
                    PostSnapshot.objects.create(
                        job=job, taken_at=self.now - 4 * HOUR * back, values={"views": 4000 - 500 * back}
                    )  # fmt: skip
        rolling.build(tenant, now=self.now)
