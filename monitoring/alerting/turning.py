"""What follows from what the rules saw: an alert is watched, raised, goes on, calms down, is cleared. Each turn happens once.

Two evaluators at the same time do no harm. A row is made under the constraint that there is one open alert for a rule and
subject, and changed only if it still is as it was read: who comes second changes nothing. Telling is another step (``telling``).
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Max

from monitoring.alerting import looks
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import RULES, Rule, Sight
from monitoring.parts import Part

log = structlog.get_logger(__name__)

#: When nobody looked for so long, nobody knows what was meanwhile: what lasts, or is over, begins to be so now.
BLIND: Final = timedelta(minutes=2)
#: A sight is written down again when it is older than this, though nothing changed but numbers.
_REFRESH: Final = timedelta(seconds=20)


def evaluate(parts: Iterable[Part], *, now: datetime) -> int:
    """Look by every rule, and turn alerts accordingly; return how many were raised or cleared."""
    sights, blind = see(parts, now=now)
    return turn(sights, blind=blind, now=now)


def see(parts: Iterable[Part], *, now: datetime) -> tuple[list[Sight], set[str]]:
    """Take every look; return what was seen, and the rules whose look failed."""
    told = list(parts)
    sights, blind = list(looks.of_parts(told)), set[str]()
    if any(part.code.startswith("database.") for part in told):
        blind.update(looks.PART_RULES.values())
    for look in looks.LOOKS:
        try:
            sights += look(now=now)
        except DatabaseError as error:
            log.error("alerts.look_failed", look=look.__name__, error=type(error).__name__)
            blind.update(looks.RULES_OF[look])
    return sights, blind


def turn(sights: Collection[Sight], *, blind: Collection[str] = (), now: datetime) -> int:
    """Turn alerts by what was seen; those of rules that saw nothing because they could not look stay as they are."""
    known = {(row.rule, row.subject): row for row in Alert.objects.filter(cleared_at=None)}
    turns = 0
    for sight in sights:
        row = known.pop((sight.rule, sight.subject), None)
        turns += _begin(sight, now=now) if row is None else _go_on(row, sight, now=now)
    for row in known.values():
        if row.rule not in blind:
            turns += _calm(row, now=now)
    return turns


def _begin(sight: Sight, *, now: datetime) -> int:
    if not sight.over:
        return 0
    rule = RULES[sight.rule]
    raised = not rule.holds
    silenced = _silence_of(sight, now=now)
    row = Alert(
        rule=sight.rule,
        subject=sight.subject,
        tenant_id=sight.tenant_id,
        since=now,
        raised_at=now if raised else None,
        **_seen(rule, sight, now=now),
        **silenced,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another evaluator was faster, or the tenant is gone
        return 0
    if raised:
        log.warning("alert.raised", rule=row.rule, subject=row.subject, cause=row.cause)
    return int(raised)


def _go_on(row: Alert, sight: Sight, *, now: datetime) -> int:
    rule = RULES[sight.rule]
    if row.raised_at is None:
        return _watch(row, rule, sight, now=now)
    worse = sight.step > row.step
    if not worse and row.calm_since is None and now - row.seen_at < _REFRESH:
        return 0
    # What was told once as so bad is not told again when it comes back to that.
    changes = _seen(rule, sight, now=now) | {"calm_since": None, "step": max(sight.step, row.step)}
    return int(_change(row, **changes) and worse)


def _watch(row: Alert, rule: Rule, sight: Sight, *, now: datetime) -> int:
    """Go on with an alert that is not raised yet: raise it when it has lasted, forget it when it is over."""
    if not sight.over:
        Alert.objects.filter(pk=row.pk, raised_at=None, updated_at=row.updated_at).delete()
        return 0
    changes = _seen(rule, sight, now=now)
    if now - row.seen_at > BLIND:
        changes["since"] = now
    elif now - row.since >= rule.holds:
        changes["raised_at"] = now
    if not _change(row, **changes) or "raised_at" not in changes:
        return 0
    log.warning("alert.raised", rule=row.rule, subject=row.subject, cause=sight.cause)
    return 1


def _calm(row: Alert, *, now: datetime) -> int:
    """Go on with an alert that was not seen this time: cleared when that has lasted."""
    if row.raised_at is None:
        Alert.objects.filter(pk=row.pk, raised_at=None, updated_at=row.updated_at).delete()
        return 0
    if row.calm_since is None:
        _change(row, calm_since=now)
        return 0
    rule = RULES.get(row.rule)  # a rule of an earlier version may be gone
    if rule is not None and now - row.calm_since < rule.calm:
        return 0
    if not _change(row, cleared_at=now):
        return 0
    log.info("alert.cleared", rule=row.rule, subject=row.subject)
    return 1


def _change(row: Alert, **changes: Any) -> bool:
    """Change a row if it still is as it was read; tell whether it was."""
    mine = Alert.objects.filter(pk=row.pk, cleared_at=None, updated_at=row.updated_at)
    return bool(mine.update(**changes, updated_at=_later(row, changes)))


def _later(row: Alert, changes: dict[str, Any]) -> datetime:
    """Return a moment for ``updated_at`` that no other version of the row bears, by which it is told apart."""
    moments = [value for value in changes.values() if isinstance(value, datetime)]
    latest = max([*moments, row.updated_at])
    return latest + timedelta(microseconds=1)


def _seen(rule: Rule, sight: Sight, *, now: datetime) -> dict[str, Any]:
    return {
        "severity": sight.severity or rule.severity,
        "step": sight.step,
        "value": sight.value,
        "title": (sight.title or rule.title)[:160],
        "cause": sight.cause[:600],
        "remedy": sight.remedy[:600],
        "link": sight.link[:300],
        "seen_at": now,
    }


def _silence_of(sight: Sight, *, now: datetime) -> dict[str, Any]:
    """Return the silence that somebody asked for when this was raised before, if it still lasts."""
    before = Alert.objects.filter(rule=sight.rule, subject=sight.subject, silenced_until__gt=now)
    until = before.aggregate(until=Max("silenced_until"))["until"]
    return {"silenced_until": until} if until else {}
