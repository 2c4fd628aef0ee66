"""Switching features on and off: the writes behind the command and the admin, each audited with who, what and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from foundation.errors import Invalid, NotFound
from tenants import flags
from tenants.features import Feature, catalogue, feature_of
from tenants.models import Flag, Tenant
from tenants.services import record
from tenants.signals import feature_switched

Standing = Flag.Standing
LONGEST_REASON = 300


def switch(*, name: str, on: bool, tenants: Sequence[Tenant] = (), reason: str = "", actor: str, now: datetime) -> Flag:
    """Switch a feature on or off, for everybody or for these tenants too; return how its flag stands now. Audited.

    For everybody, what was said of single tenants is forgotten. For some tenants, what holds for all others stays. Raises
    ``NotFound`` for a feature that does not exist, and ``Invalid``.
    """
    with transaction.atomic():
        flag = _locked(name)
        listed = set(flag.tenants.values_list("pk", flat=True))
        theirs = {tenant.pk for tenant in tenants}
        if not tenants:
            standing, wanted = (Standing.ON if on else Standing.OFF), set()
        elif flag.standing in {Standing.ON, Standing.OFF_FOR}:
            # On for all but some: those are one more, or fewer.
            wanted = listed - theirs if on else listed | theirs
            standing = Standing.OFF_FOR if wanted else Standing.ON
        else:
            wanted = listed | theirs if on else listed - theirs
            standing = Standing.ON_FOR if wanted else Standing.OFF
        chosen = Tenant.objects.filter(pk__in=wanted)
        return put(name=name, standing=standing, tenants=list(chosen), reason=reason, actor=actor, now=now)


@transaction.atomic
def put(
    *, name: str, standing: str, tenants: Collection[Tenant] = (), reason: str = "", actor: str, now: datetime
) -> Flag:
    """Say exactly for whom a feature is on. Audited, when that is news. Raises ``NotFound`` and ``Invalid``."""
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"A reason has at most {LONGEST_REASON} characters.", remedy="Say it in fewer words.")
    flag = _locked(name)
    listing = standing in {Standing.OFF_FOR, Standing.ON_FOR}
    if listing and not tenants:
        raise Invalid(
            "No tenant is listed.", remedy="List tenants, or choose on or off for everybody.", code="no_tenant_listed"
        )
    wanted = {tenant.pk: tenant for tenant in tenants} if listing else {}
    before = (flag.standing, set(flag.tenants.values_list("pk", flat=True)), flag.reason)
    reason = reason.strip() if standing != Standing.ON else ""
    changes = before != (standing, set(wanted), reason) or name in flags.off_elsewhere()
    feature_switched.send(sender=Flag, name=name, standing=str(standing), now=now)
    if changes:
        flag.standing, flag.reason, flag.changed_by = standing, reason, actor[:160]
        flag.save()
        flag.tenants.set(wanted.values())
        record(
            tenant=None,
            actor=actor,
            action="feature.switched",
            subject=flag,
            feature=name,
            standing=str(standing),
            tenants=sorted(tenant.slug for tenant in wanted.values()),
            before=str(before[0]),
            reason=reason,
        )
    flags.forget()
    transaction.on_commit(flags.forget)
    return flag


def make_missing_flags() -> None:
    """Give every feature of the catalogue its flag, on for everybody; what an operator switched stays."""
    there = set(Flag.objects.values_list("name", flat=True))
    missing = [Flag(name=feature.name) for feature in catalogue() if feature.name not in there]
    Flag.objects.bulk_create(missing, ignore_conflicts=True)


def _locked(name: str) -> Flag:
    if feature_of(name) is None:
        known = ", ".join(feature.name for feature in catalogue())
        raise NotFound(f"There is no feature called {name!r}.", remedy=f"Choose among {known}.", code="unknown_feature")
    Flag.objects.get_or_create(name=name)
    return Flag.objects.select_for_update().get(name=name)


# --- reading, for operators -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Switch:
    """How a feature stands: for whom it is on, why it is not for others, who said so and when."""

    feature: Feature
    standing: str
    tenants: tuple[Tenant, ...]
    reason: str
    changed_by: str
    changed_at: datetime | None

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.feature.name

    @property
    def in_words(self) -> str:
        """For whom it is on, as people say it."""
        names = ", ".join(tenant.name for tenant in self.tenants)
        return {
            Standing.ON: "on",
            Standing.OFF: "off for everybody",
            Standing.OFF_FOR: f"off for {names}" if names else "on",
            Standing.ON_FOR: f"on for {names} only" if names else "off for everybody",
        }[Standing(self.standing)]

    def is_on(self, tenant: Tenant | None) -> bool:
        """Tell whether it is on for a tenant; for None: for everybody."""
        rule = flags.Rule(self.standing, frozenset(one.pk for one in self.tenants))
        if tenant is not None:
            return rule.allows(tenant.pk)
        return rule.standing == Standing.ON or (rule.standing == Standing.OFF_FOR and not rule.tenants)


def switches() -> list[Switch]:
    """Return how every feature stands at this moment, as the rows say."""
    rows = {flag.name: flag for flag in Flag.objects.prefetch_related("tenants")}
    elsewhere = flags.off_elsewhere()
    return [_switch(feature, rows.get(feature.name), elsewhere.get(feature.name)) for feature in catalogue()]


def switched_off(tenant: Tenant | None) -> list[Switch]:
    """Return what is off for a tenant; for None: what is not on for everybody."""
    return [one for one in switches() if not one.is_on(tenant)]


def _switch(feature: Feature, flag: Flag | None, elsewhere: str | None) -> Switch:
    if elsewhere is not None and (flag is None or flag.standing != Standing.OFF):
        return Switch(feature, Standing.OFF, (), elsewhere, "", None)
    if flag is None:
        return Switch(feature, Standing.ON, (), "", "", None)
    changed_at = flag.modified if flag.changed_by else None
    return Switch(feature, flag.standing, tuple(flag.tenants.all()), flag.reason, flag.changed_by, changed_at)
