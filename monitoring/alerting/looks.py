"""How each rule is looked at: one cheap question to the database each, answered by an index whatever the tables hold.

What is asked about a window of time is asked by ids, which begin with the moment they were made.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q
from django.urls import reverse

from connectors.checks import DAYS_OF_WARNING
from connectors.manager import get_connector, is_configured
from connectors.models import Connection, Platform, TokenPlan, WebhookEvent
from connectors.registry import CONNECTORS
from monitoring import refusals
from monitoring.alerting.rules import WARN, Sight
from monitoring.parts import Part
from outbox.models import WebhookEndpoint
from outbox.stable import first_id_at
from publishing.models import Attempt, DeadLetter
from tenants import flags

#: What concerns the whole installation is for operators, who may be members of no tenant or of another.
OF_ALL: Final = "tenants=all"
WINDOW: Final = timedelta(minutes=10)
USUAL: Final = timedelta(hours=24)
#: So many times the usual is unusual.
TIMES_USUAL: Final = 3
#: What is raised stays until it is below this share of its threshold.
STAYS: Final = 0.5
#: At most so many of the latest tries are looked at: with more, their share is known well enough.
TRIES_LOOKED_AT: Final = 1_500
#: Failures that say nothing about a platform: the author's, the tenant's, and ours.
_NOT_THEIRS: Final = (
    "content_rejected",
    "reconnect_required",
    "configuration",
    "crash",
    "worker_died",
    "not_there_yet",
    "restored",
)
_NOT_ENDED: Final = (Attempt.Outcome.OPEN, Attempt.Outcome.POSTPONED, Attempt.Outcome.ABANDONED)
_FAILED: Final = (Attempt.Outcome.FAILED, Attempt.Outcome.UNKNOWN)

#: The parts of the hub that rules watch: the code of what is wrong, and the rule.
PART_RULES: Final[dict[str, str]] = {
    "worker.never_seen": "worker_silent",
    "worker.silent": "worker_silent",
    "worker.one_silent": "worker_silent",
    "worker.queue_unserved": "queue_unserved",
    "beat.never_seen": "beat_late",
    "beat.silent": "beat_late",
    "queue.late": "queue_age",
    "queue.full": "queue_full",
    "broker.unreachable": "broker_unreachable",
    "redis.unreachable": "redis_unreachable",
    "vault.key_wrong": "vault_key_wrong",
    "vault.unreachable": "vault_unreachable",
    "vault.out_of_reach": "vault_unreachable",
    "disk.nearly_full": "disk_full",
    "disk.full": "disk_full",
    "disk.not_writable": "disk_full",
    "clock.off": "clock_off",
}


def of_parts(parts: Iterable[Part]) -> Iterator[Sight]:
    """Tell which of the hub's parts need somebody."""
    for part in parts:
        rule = PART_RULES.get(part.code)
        if rule is None or part.well:
            continue
        soft = part.warning and part.ok and part.code not in {"queue.late", "worker.one_silent"}
        yield Sight(
            rule,
            "",
            part.value,
            f"{part.detail[:1].upper()}{part.detail[1:]}."[:600].replace("..", "."),
            part.remedy,
            over=part.code != "queue.late" or part.value >= settings.ALERT_QUEUE_AGE.total_seconds(),
            # More workers that are silent are news; seconds that go by are not.
            step=int(part.value) if rule in {"worker_silent", "queue_unserved"} else int(not part.ok),
            severity=WARN if soft else "",
            link=f"{reverse('publishing_dashboard')}?{OF_ALL}" if rule == "queue_age" else "",
        )


def dead_letters(*, now: datetime) -> Iterator[Sight]:
    """Compare the latest ten minutes' dead letters with the usual of the day before, for each tenant and each platform."""
    recent = _letters(now - WINDOW, now)
    if sum(recent.values()) < settings.ALERT_DEAD_LETTERS * STAYS:
        return
    before = _letters(now - USUAL, now - WINDOW)
    windows = (USUAL - WINDOW) / WINDOW
    for rule, index, least in (
        ("dead_letters_rising", 0, settings.ALERT_DEAD_LETTERS),
        ("platform_dead_letters_rising", 1, 2 * settings.ALERT_DEAD_LETTERS),
    ):
        fresh, usual = _summed(recent, index), _summed(before, index)
        for key, count in fresh.items():
            normal = usual.get(key, 0) / windows
            threshold = max(least, TIMES_USUAL * normal)
            if count < threshold * STAYS:
                continue
            whose = "" if index == 0 else f" of {_platform(key)}"
            yield Sight(
                rule,
                str(key),
                count,
                f"{count:,} jobs{whose} became dead letters within ten minutes; usual are {_few(normal)}.",
                "Look at them grouped by cause. Mend the cause, then redrive the group: each job goes out once.",
                link=reverse("dead_letters") if index == 0 else f"{reverse('dead_letters')}?{OF_ALL}",
                tenant_id=UUID(str(key)) if index == 0 else None,
                over=count >= threshold,
            )


def _letters(since: datetime, until: datetime) -> dict[tuple[UUID, str], int]:
    rows = DeadLetter.objects.filter(pk__gte=first_id_at(since), pk__lt=first_id_at(until)).order_by()
    counted = rows.values_list("tenant_id", "platform_id").annotate(count=Count("pk"))
    return {(tenant, platform): count for tenant, platform, count in counted}


def _summed(counts: dict[tuple[UUID, str], int], index: int) -> dict[Any, int]:
    found: dict[Any, int] = defaultdict(int)
    for key, count in counts.items():
        found[key[index]] += count
    return found


def open_letters(*, now: datetime) -> Iterator[Sight]:
    """Count each tenant's open dead letters."""
    least = settings.ALERT_DEAD_LETTERS_OPEN
    rows = DeadLetter.objects.filter(closed_at=None).order_by().values_list("tenant_id").annotate(count=Count("pk"))
    for tenant_id, count in rows.filter(count__gte=math.ceil(least * STAYS)):
        yield Sight(
            "dead_letters_open",
            str(tenant_id),
            count,
            f"{count:,} dead letters are open.",
            "Decide on them group by group: redrive what was mended, discard what nobody needs any more.",
            link=reverse("dead_letters"),
            tenant_id=tenant_id,
            over=count >= least,
        )


def platform_errors(*, now: datetime) -> Iterator[Sight]:
    """Tell which platforms failed at a large share of the latest tries."""
    # Found first, and only then looked at with their jobs: a planner that thinks of all tries at once sends for help.
    tries = Attempt.objects.filter(pk__gte=first_id_at(now - WINDOW), purpose=Attempt.Purpose.PUBLISH).order_by("-pk")
    found = Attempt.objects.filter(pk__in=tries.values("pk")[:TRIES_LOOKED_AT]).order_by("-pk")
    latest = found.values_list("job__platform_id", "outcome", "error_kind", "cause")
    ended: dict[str, int] = defaultdict(int)
    causes: dict[str, Counter[str]] = defaultdict(Counter)
    for platform, outcome, kind, cause in latest:
        if outcome not in _NOT_ENDED:
            ended[platform] += 1
            if outcome in _FAILED and kind not in _NOT_THEIRS:
                causes[platform][cause] += 1
    for platform, count in ended.items():
        failed = causes[platform].total()
        share = 100 * failed / count
        if count < settings.ALERT_PLATFORM_ERRORS_LEAST or share < settings.ALERT_PLATFORM_ERRORS_PERCENT * STAYS:
            continue
        yield Sight(
            "platform_errors",
            platform,
            round(share, 1),
            f"{failed:,} of the latest {count:,} tries at {_platform(platform)} failed ({share:.0f} %)"
            f"{_most_often(causes[platform])}.",
            "See its status page. Jobs are tried again by themselves; what became a dead letter is redriven once it is over. "
            f"To stop trying meanwhile: manage.py flags set platform.{platform} off",
            link=f"{reverse('publishing_dashboard')}?{OF_ALL}&platform={platform}",
            over=share >= settings.ALERT_PLATFORM_ERRORS_PERCENT,
        )


def tokens_overdue(*, now: datetime) -> Iterator[Sight]:
    """Tell at which platforms renewals are late that nobody has done. What a switch holds is not late: somebody means it to wait."""
    least = settings.ALERT_TOKENS_OVERDUE
    plans = TokenPlan.objects.filter(
        flags.rule_of("token_refresh").rows("connection__tenant_id"),
        due_at__lt=now - least * STAYS,
        connection__status=Connection.Status.ACTIVE,
        platform__enabled=True,
        platform__in=[slug for slug in CONNECTORS if is_configured(slug)],
    )
    rows = (
        plans.order_by()
        .values_list("platform_id")
        .annotate(count=Count("pk"), oldest=Min("due_at"), over=Count("pk", filter=Q(due_at__lt=now - least)))
    )
    for platform, count, oldest, over in rows:
        yield Sight(
            "tokens_overdue",
            platform,
            (now - oldest).total_seconds(),
            f"{_of(count, 'account')} of {_platform(platform)} should have been renewed, the first {_span(now - oldest)} ago.",
            "See that a worker serves the queue tokens, and what the platform says: the admin has it under Token refreshes.",
            link=f"{reverse('token_dashboard')}?{OF_ALL}&platform={platform}",
            over=over > 0,
        )


def tokens_expired(*, now: datetime) -> Iterator[Sight]:
    """Tell which tenants have accounts that count as active, and whose tokens have ended."""
    ended = Connection.objects.filter(status=Connection.Status.ACTIVE, access_expires_at__lt=now - timedelta(minutes=1))
    rows = ended.filter(platform__enabled=True).order_by().values_list("tenant_id")
    for tenant_id, count in rows.annotate(count=Count("pk")):
        yield Sight(
            "tokens_expired",
            str(tenant_id),
            count,
            f"The token{'s' * (count != 1)} of {_of(count, 'account')} {'have' if count != 1 else 'has'} ended and not been renewed.",
            "They are renewed when they are next used, if their platform allows it. If this lasts, reconnect them.",
            link=reverse("connections"),
            tenant_id=tenant_id,
        )


def webhooks_refused(*, now: datetime) -> Iterator[Sight]:
    """Tell which platforms' names are on many deliveries that they did not sign."""
    least = settings.ALERT_WEBHOOKS_REFUSED
    for platform, count in (refusals.lately(CONNECTORS, now=now) or {}).items():
        if count >= least * STAYS:
            yield Sight(
                "webhooks_refused",
                platform,
                count,
                f"{count:,} deliveries in the name of {_platform(platform)} within ten minutes bore no signature of it.",
                "Compare the app's secret in the settings with the platform's page. If it is right, strangers knock; nothing of theirs was taken.",
                link=f"{reverse('webhooks_dashboard')}?{OF_ALL}",
                over=count >= least,
            )


def webhooks_lagging(*, now: datetime) -> Iterator[Sight]:
    """Tell which platforms' events wait for long, and which were given up lately."""
    late = settings.ALERT_WEBHOOKS_LATE
    rows = (
        WebhookEvent.objects.filter(due_at__lt=now - late * STAYS)
        .order_by()
        .values_list("platform_id")
        .annotate(count=Count("pk"), oldest=Min("due_at"))
    )
    for platform, count, oldest in rows:
        yield Sight(
            "webhooks_lagging",
            platform,
            (now - oldest).total_seconds(),
            f"{_of(count, 'event')} of {_platform(platform)} wait{'s' * (count == 1)} to be dealt with, the first for {_span(now - oldest)}.",
            "See that a worker serves the queue webhooks. Events are kept; 'manage.py replay_webhooks' deals with those that failed.",
            link=f"{reverse('webhooks_dashboard')}?{OF_ALL}",
            over=oldest < now - late,
        )


def endpoints(*, now: datetime) -> Iterator[Sight]:
    """Tell which tenants' endpoints fail, and which were switched off for it."""
    off = Q(disabled__in=[WebhookEndpoint.Disabled.GONE, WebhookEndpoint.Disabled.FAILING])
    failing = Q(disabled="", failing_since__lt=now - settings.ALERT_ENDPOINT_FAILING)
    rows = WebhookEndpoint.objects.filter(off | failing, deleted_at=None).order_by().values_list("tenant_id")
    for tenant_id, are_off, fail in rows.annotate(off=Count("pk", filter=off), failing=Count("pk", filter=failing)):
        if are_off:
            yield Sight(
                "webhook_endpoints_off",
                str(tenant_id),
                are_off,
                f"{_of(are_off, 'webhook endpoint')} {'was' if are_off == 1 else 'were'} switched off by the hub.",
                "Mend the receiver, switch the endpoint on, then replay what failed.",
                link=reverse("webhook_endpoints"),
                tenant_id=tenant_id,
            )
        if fail:
            yield Sight(
                "webhook_endpoints_failing",
                str(tenant_id),
                fail,
                f"{_of(fail, 'webhook endpoint')} took nothing for {_span(settings.ALERT_ENDPOINT_FAILING)} or longer.",
                "Look at what the receiver answers, on the endpoint's page. What it missed is sent again once it answers.",
                link=reverse("webhook_endpoints"),
                tenant_id=tenant_id,
            )


def sunsets(*, now: datetime) -> Iterator[Sight]:
    """Tell which platforms' API versions end soon; told anew at each stage."""
    on = set(Platform.objects.filter(enabled=True).values_list("slug", flat=True))
    for slug in CONNECTORS:
        if slug not in on or not is_configured(slug):
            continue
        version = get_connector(slug).api_version()
        if version.ends_on is None:
            continue
        days = (version.ends_on - now).days
        stages = sorted(DAYS_OF_WARNING, reverse=True)
        step = sum(days <= stage for stage in stages)
        if not step:
            continue
        ends = f"ends on {version.ends_on:%-d %B %Y}" if version.ends_on > now else "has ended"
        yield Sight(
            "api_version_sunset",
            slug,
            days,
            f"The API version {version.name} of {_platform(slug)} {ends}.",
            f"Read {version.page} and set {version.setting or f'{slug.upper()}_GRAPH_VERSION'} to a later version.",
            step=step,
            severity="bad" if step == len(stages) else "",
        )


#: Every look but that at the hub's parts, in the order in which they are taken.
LOOKS: Final[tuple[Callable[..., Iterator[Sight]], ...]] = (
    dead_letters,
    open_letters,
    platform_errors,
    tokens_overdue,
    tokens_expired,
    webhooks_refused,
    webhooks_lagging,
    endpoints,
    sunsets,
)

#: The rules that each look may raise: where a look fails, what it would have seen stays as it is.
RULES_OF: Final[dict[Callable[..., Iterator[Sight]], tuple[str, ...]]] = {
    dead_letters: ("dead_letters_rising", "platform_dead_letters_rising"),
    open_letters: ("dead_letters_open",),
    platform_errors: ("platform_errors",),
    tokens_overdue: ("tokens_overdue",),
    tokens_expired: ("tokens_expired",),
    webhooks_refused: ("webhooks_refused",),
    webhooks_lagging: ("webhooks_lagging",),
    endpoints: ("webhook_endpoints_off", "webhook_endpoints_failing"),
    sunsets: ("api_version_sunset",),
}


def _most_often(causes: Counter[str]) -> str:
    """Return the commonest cause as the end of a sentence; nothing where none was told."""
    told = next((cause for cause, _ in causes.most_common(1)), "")
    return f", most often: {told.rstrip('.')}" if told else ""


def _platform(slug: str) -> str:
    return CONNECTORS[slug].name if slug in CONNECTORS else slug


def _of(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _few(number: float) -> str:
    return f"{number:,.0f}" if number >= 1 else "none" if number == 0 else "less than one"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
