"""Whether a feature is on for a tenant: read everywhere, on every request and every claim, so it costs a look at memory.

A process reads the flags that are not plainly on with one query, and for ``KNOWN_FOR`` seconds it knows them; a change made
by the same process is known at once. So a switch bites everywhere within two seconds, without a restart.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.db.models import F, Q

from foundation import wall
from foundation.errors import Unavailable
from tenants.features import feature_of
from tenants.models import Flag

#: How late a process may learn of a switch, in seconds.
KNOWN_FOR: Final = 2.0


@dataclass(frozen=True, slots=True)
class Rule:
    """For whom a feature is on."""

    standing: str = Flag.Standing.ON
    tenants: frozenset[UUID] = field(default_factory=frozenset)
    reason: str = ""

    @property
    def off_for_all(self) -> bool:
        """Whether nobody has it."""
        return self.standing == Flag.Standing.OFF or (self.standing == Flag.Standing.ON_FOR and not self.tenants)

    def allows(self, tenant_id: UUID) -> bool:
        """Tell whether it is on for a tenant."""
        if self.standing == Flag.Standing.OFF_FOR:
            return tenant_id not in self.tenants
        if self.standing == Flag.Standing.ON_FOR:
            return tenant_id in self.tenants
        return self.standing == Flag.Standing.ON

    def words(self) -> str:
        """Say for whom it is off."""
        if self.off_for_all:
            return "Off for everybody."
        count = f"{len(self.tenants)} tenant{'s' * (len(self.tenants) != 1)}"
        return f"Off for {count}." if self.standing == Flag.Standing.OFF_FOR else f"Off for all but {count}."

    def rows(self, tenant: str = "tenant_id") -> Q:
        """Return what keeps of a query the rows of tenants that have it; ``tenant`` is the lookup of a row's tenant."""
        if self.standing == Flag.Standing.OFF_FOR and self.tenants:
            return ~Q(**{f"{tenant}__in": sorted(self.tenants)})
        if self.standing == Flag.Standing.ON_FOR:
            return Q(**{f"{tenant}__in": sorted(self.tenants)})
        nobodys = Q(pk__in=[])
        # An empty Q says "whatever the other says" in an OR; this one says "all rows".
        return nobodys if self.standing == Flag.Standing.OFF else ~nobodys


class FeatureOff(Unavailable):
    """The operator switched it off, for everybody or for this tenant; nothing was changed."""

    code = "feature_off"
    title = "Switched off"


_ON: Final = Rule()
_rules: Mapping[str, Rule] = MappingProxyType({})
_known_until = 0.0


def rules() -> Mapping[str, Rule]:
    """Return the rule of every feature that is not plainly on, at most ``KNOWN_FOR`` seconds old."""
    global _rules, _known_until
    if time.monotonic() >= _known_until:
        # What is kept is kept for every tenant, whoever's request it was that asked.
        with wall.lifted():
            _rules, _known_until = _read(), time.monotonic() + KNOWN_FOR
    return _rules


def rule_of(name: str) -> Rule:
    """Return for whom a feature is on."""
    return rules().get(name, _ON)


def is_on(name: str, tenant_id: UUID) -> bool:
    """Tell whether a feature is on for a tenant."""
    rule = rules().get(name)
    return rule is None or rule.allows(tenant_id)


def require(name: str, tenant_id: UUID) -> None:
    """Raise ``FeatureOff`` unless a feature is on for a tenant."""
    if not is_on(name, tenant_id):
        raise FeatureOff(cause_of(name), remedy=remedy_for(name))


def cause_of(name: str) -> str:
    """Return why a feature that is off cannot be used, as tenants are told for whom it is off."""
    rule, feature = rule_of(name), feature_of(name)
    where = "here" if rule.off_for_all else "for this tenant"
    said = f"{feature.title if feature else name} is switched off {where}."
    return f"{said} {rule.reason}".strip()


def remedy_for(name: str) -> str:
    """Return who can switch a feature on, and by which name."""
    return f"Ask whoever runs this hub to switch on {name}."


def forget() -> None:
    """Read the flags anew at the next look."""
    global _known_until
    _known_until = 0.0


def _read() -> Mapping[str, Rule]:
    off = Flag.objects.exclude(standing=Flag.Standing.ON).order_by()
    found: dict[str, Rule] = {}
    for name, standing, reason, tenant_id in off.annotate(tenant=F("tenants")).values_list(
        "name", "standing", "reason", "tenant"
    ):
        known = found.get(name)
        listed = known.tenants if known else frozenset()
        found[name] = Rule(standing, listed | {tenant_id} if tenant_id else listed, reason)
    return MappingProxyType(found)


# --- where a feature is off beside its flag ---------------------------------------------------------------------------

#: Asked for features that are off for everybody by what only a room above knows: names, each with the reason.
_elsewhere: list[Callable[[], Mapping[str, str]]] = []


def ask_also(source: Callable[[], Mapping[str, str]]) -> None:
    """Let a room above tell what is off for everybody beside the flags."""
    _elsewhere.append(source)


def off_elsewhere() -> dict[str, str]:
    """Return what rooms above say is off for everybody."""
    return {name: reason for source in _elsewhere for name, reason in source().items()}
