"""Changing keys while the hub works: data keys under another master key, and new data keys with all secrets sealed anew.

Both bring the rows where they should be, whatever an earlier run left: what is to be done is a question to the tables, every
step is a short transaction, and each row is changed only if it still is what was read. So a run that was killed at any moment
is gone on with by the next, two at once do no harm, and a refresh that stores a token meanwhile loses nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from foundation.errors import Conflict
from tenants.models import Tenant
from tenants.services import record
from vault import datakeys, masterkeys, providers, sealing, services
from vault.models import DataKey, EncryptedSecret, MasterKey, Rotation

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

BATCH: Final = 200
#: Secrets that were replaced while they were sealed anew are met again in the next look; no more looks than this.
_MOST_LOOKS: Final = 5


@dataclass(slots=True)
class Report:
    """How far a rotation is; whoever shows it is handed the same one again and again."""

    what: str
    total: int = 0
    done: int = 0
    #: What did not open and was left as it was: secrets by row, data keys by row.
    unreadable: list[str] = field(default_factory=list)
    resumed: bool = False
    finished: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


Progress = Callable[[Report], None]


def plan(*, data_keys: bool, tenant: Tenant | None = None, again: bool = False) -> Report:
    """Tell what a rotation would do; changes nothing. Raises as the rotation itself does."""
    if data_keys:
        under_way = _under_way(Rotation.Kind.DATA_KEYS, tenant=tenant)
        since = under_way.created_at if under_way else None
        report = Report("data_keys", resumed=under_way is not None)
        keys = _data_keys(tenant)
        fresh = keys.filter(retired_at=None, created_at__gte=since) if since else keys.none()
        report.total = _secrets(tenant).exclude(data_key__in=fresh.values("pk")).count()
        report.facts["tenants"] = keys.exclude(tenant__in=fresh.values("tenant")).values("tenant").distinct().count()
        return report
    report = Report("master_key")
    newest = MasterKey.objects.filter(retired_at=None).order_by("-version").first()
    under_way = _under_way(Rotation.Kind.MASTER_KEY)
    is_target = newest is not None and _is_target(newest, under_way, again=again)
    report.resumed = under_way is not None and is_target
    report.facts |= {"new_version": not is_target, "provider": providers.chosen().name}
    elsewhere = _data_keys(tenant).exclude(master_key=newest) if is_target else _data_keys(tenant)
    report.total = elsewhere.count()
    return report


def rotate_master_key(
    *,
    actor: str,
    clock: Clock,
    tenant: Tenant | None = None,
    again: bool = False,
    batch: int = BATCH,
    progress: Progress = lambda report: None,
) -> Report:
    """Bring every data key under the master key that the settings name; secrets stay as they are.

    The version is made if there is none yet. ``again`` makes one although the newest is such. Of one tenant alone, other
    tenants' data keys stay under the version before, which is then not retired. Raises as key providers do; every step
    that was done stays done.
    """
    report = Report("master_key")
    run = _master_run(actor=actor, again=again, report=report)
    target = run.target
    if target is None:  # its row was deleted by hand
        raise Conflict("The master key that this rotation aimed at is gone.", remedy="Run it again.")
    providers.provider_for(target).verify(target)
    report.facts |= {"version": target.version, "provider": target.provider, "held_by": target.held_by}
    report.total = _data_keys(tenant).exclude(master_key=target).count()
    progress(report)
    for keys in _pages(_data_keys(tenant).exclude(master_key=target).select_related("master_key"), batch):
        for row in keys:
            _rewrap(row, target, report)
        progress(report)
    _end_master_run(run, target, report, whole=tenant is None, now=clock())
    progress(report)
    return report


def rotate_data_keys(
    *,
    actor: str,
    clock: Clock,
    tenant: Tenant | None = None,
    batch: int = BATCH,
    progress: Progress = lambda report: None,
) -> Report:
    """Give every tenant, or one, a new data key, and seal its secrets anew under it. The one before is retired, and kept."""
    report = Report("data_keys")
    run = _data_run(actor=actor, tenant=tenant, report=report)
    report.total = plan(data_keys=True, tenant=tenant).total
    progress(report)
    tenants = _data_keys(tenant).order_by("tenant_id").values_list("tenant_id", flat=True).distinct()
    owners = list(tenants)
    for tenant_id in owners:
        live = _fresh(tenant_id, run, report, now=clock())
        if live is not None:
            _reseal_all(tenant_id, live, report, batch=batch, progress=progress)
    left = _secrets(tenant).filter(data_key__retired_at__isnull=False).count()
    report.facts |= {"tenants": len(owners), "left_under_retired_keys": left}
    report.finished = left == 0 and not report.unreadable
    # What does not open is told and left behind; only what a race left is this run's to go on with.
    _end_run(run, report, whole=left <= len(report.unreadable), now=clock())
    progress(report)
    return report


def erase_retired(*, actor: str, now: datetime, kept_for: timedelta, dry_run: bool = False) -> dict[str, int]:
    """Delete keys that nothing uses any more: retired data keys after their time, then retired master keys. Audited."""
    data_keys = DataKey.objects.filter(retired_at__lt=now - kept_for, secrets=None)
    gone = {"data_keys": data_keys.count()}
    masters = MasterKey.objects.filter(retired_at__isnull=False)
    if dry_run:
        staying = DataKey.objects.exclude(pk__in=data_keys.values("pk")).values("master_key")
        return gone | {"master_keys": masters.exclude(pk__in=staying).count()}
    with transaction.atomic():
        for row in data_keys.select_related("tenant"):
            record(tenant=row.tenant, actor=actor, action="vault.data_key_erased", subject=row, version=row.version)
            row.delete()
        unused = list(masters.filter(datakey=None))
        for master in unused:
            record(tenant=None, actor=actor, action="vault.master_key_erased", subject=master, version=master.version)
            master.delete()
    return gone | {"master_keys": len(unused)}


# --- master keys ---------------------------------------------------------------------------------------------------


def _master_run(*, actor: str, again: bool, report: Report) -> Rotation:
    newest = masterkeys.newest()
    run = _under_way(Rotation.Kind.MASTER_KEY)
    if _is_target(newest, run, again=again):
        report.resumed = run is not None
        if run is None:
            run = Rotation.objects.create(kind=Rotation.Kind.MASTER_KEY, target=newest, actor=actor)
        elif run.target_id != newest.pk:
            Rotation.objects.filter(pk=run.pk).update(target=newest)
            run.target = newest
        return run
    target = masterkeys.draft(providers.chosen())
    # The version and what makes it the aim are one transaction: a run that dies between the two leaves neither.
    with transaction.atomic():
        masterkeys.save(target)
        if run is None:
            run = Rotation.objects.create(kind=Rotation.Kind.MASTER_KEY, target=target, actor=actor)
        else:
            run.target = target
            run.save(update_fields=["target", "updated_at"])
        record(
            tenant=None,
            actor=actor,
            action="vault.master_key_made",
            subject=target,
            version=target.version,
            provider=target.provider,
            held_by=target.held_by,
        )
    return run


def _is_target(newest: MasterKey, run: Rotation | None, *, again: bool) -> bool:
    """Tell whether the newest version is the one to aim at; ``again`` counts for a run that begins, not for one under way."""
    return providers.chosen().is_current(newest) and (not again or run is not None)


def _rewrap(row: DataKey, target: MasterKey, report: Report) -> None:
    old = row.master_key_id
    try:
        key = datakeys.unwrap(row, tenant_id=row.tenant_id)
    except sealing.SealBroken:
        report.unreadable.append(f"data key {row.pk}")
        return
    row.master_key = target
    datakeys.fill(row, key, tenant_id=row.tenant_id)
    changed = DataKey.objects.filter(pk=row.pk, master_key=old).update(
        master_key=target, iv=row.iv, ciphertext=row.ciphertext, auth_tag=row.auth_tag
    )
    report.done += changed


def _end_master_run(run: Rotation, target: MasterKey, report: Report, *, whole: bool, now: datetime) -> None:
    older = MasterKey.objects.filter(retired_at=None, version__lt=target.version)
    with transaction.atomic():
        for master in older.select_for_update():
            if not DataKey.objects.filter(master_key=master).exists():
                MasterKey.objects.filter(pk=master.pk).update(retired_at=now)
                record(
                    tenant=None,
                    actor=run.actor,
                    action="vault.master_key_retired",
                    subject=master,
                    version=master.version,
                )
        left = DataKey.objects.exclude(master_key=target).count()
        report.facts["left_under_other_master_keys"] = left
        report.finished = not report.unreadable and (left == 0 or not whole)
        _end_run(run, report, whole=left <= len(report.unreadable), now=now)


# --- data keys -----------------------------------------------------------------------------------------------------


def _data_run(*, actor: str, tenant: Tenant | None, report: Report) -> Rotation:
    run = _under_way(Rotation.Kind.DATA_KEYS, tenant=tenant)
    report.resumed = run is not None
    if run is None:
        run = Rotation.objects.create(kind=Rotation.Kind.DATA_KEYS, tenant=tenant, actor=actor)
        record(tenant=tenant, actor=actor, action="vault.data_key_rotation_began", subject=run)
    return run


def _fresh(tenant_id: UUID, run: Rotation, report: Report, *, now: datetime) -> DataKey | None:
    """Return the tenant's data key of this run, made now if this run has not made it; None when the one before does not open."""
    live = datakeys.live(tenant_id)
    try:
        datakeys.unwrap(live, tenant_id=tenant_id)
    except sealing.SealBroken:
        report.unreadable.append(f"data key {live.pk}")
        return None
    if live.created_at >= run.created_at:
        return live
    fresh = datakeys.draft(tenant_id)
    with transaction.atomic():
        if not DataKey.objects.filter(pk=live.pk, retired_at=None).update(retired_at=now):
            return datakeys.live(tenant_id)  # another run was faster
        fresh.save(force_insert=True)
        record(
            tenant=fresh.tenant,
            actor=run.actor,
            action="vault.data_key_replaced",
            subject=fresh,
            version=fresh.version,
            before=live.version,
        )
    return fresh


def _reseal_all(tenant_id: UUID, live: DataKey, report: Report, *, batch: int, progress: Progress) -> None:
    new_key = datakeys.of_row(live, tenant_id=tenant_id)
    theirs = EncryptedSecret.objects.filter(tenant_id=tenant_id)
    broken: set[UUID] = set()
    for _ in range(_MOST_LOOKS):
        elsewhere = theirs.exclude(data_key=live).exclude(pk__in=broken)
        met = 0
        for rows in _pages(elsewhere, batch):
            met += len(rows)
            sealed = []
            for row in rows:
                line = _resealed(row, live, new_key, tenant_id=tenant_id)
                if line is None:
                    broken.add(row.pk)
                else:
                    sealed.append(line)
            report.done += _write(sealed)
            progress(report)
        if not met:
            break
    report.unreadable += [f"secret {pk}" for pk in sorted(broken)]


def _resealed(row: EncryptedSecret, live: DataKey, new_key: bytes, *, tenant_id: UUID) -> tuple[Any, ...] | None:
    """Return what becomes of a row and what it must still be then; None when it does not open."""
    try:
        plain = services.opened_text(_stored(row), tenant_id=tenant_id)
    except sealing.SealBroken:
        log.error("vault.not_resealed", connection_id=str(row.connection_id), kind=row.kind, secret_row=str(row.pk))
        return None
    old_key_id, row.data_key_id, row.key_version = row.data_key_id, live.pk, live.version
    row.format, row.algorithm = sealing.FORMAT, sealing.ALGORITHM
    sealed = sealing.seal(new_key, plain, bound_to=services.place_of(row, tenant_id))
    values = (live.pk, live.version, row.format, row.algorithm, sealed.iv, sealed.ciphertext, sealed.tag)
    return (*values, services.fingerprint(new_key, plain), row.pk, row.row_version, old_key_id)


def _write(lines: list[tuple[Any, ...]]) -> int:
    """Write a batch; return how many rows still were what was read. A row that was replaced meanwhile is left alone.

    ``updated_at`` and ``row_version`` stay: the secret is the same one, and since when it is kept is shown to people.
    """
    if not lines:
        return 0
    native = connection.features.has_native_uuid_field
    adapted = [[one.hex if isinstance(one, UUID) and not native else one for one in line] for line in lines]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE encrypted_secrets SET data_key_id = %s, key_version = %s, format = %s, algorithm = %s, iv = %s,"
            " ciphertext = %s, auth_tag = %s, fingerprint = %s WHERE id = %s AND row_version = %s AND data_key_id = %s",
            adapted,
        )
        return max(int(cursor.rowcount), 0)


# --- both ----------------------------------------------------------------------------------------------------------


def _end_run(run: Rotation, report: Report, *, whole: bool, now: datetime) -> None:
    """Write down how far a run came; ``whole`` says that the next one has nothing of it to go on with."""
    run.moved += report.done
    run.unreadable = len(report.unreadable)
    run.finished_at = now if whole else None
    run.save(update_fields=["moved", "unreadable", "finished_at", "updated_at"])
    record(
        tenant=run.tenant,
        actor=run.actor,
        action="vault.rotated" if whole else "vault.rotation_left_open",
        subject=run,
        kind=run.kind,
        moved=report.done,
        unreadable=len(report.unreadable),
    )


def _under_way(kind: Rotation.Kind, *, tenant: Tenant | None = None) -> Rotation | None:
    runs = Rotation.objects.select_related("target").filter(kind=kind, tenant=tenant, finished_at=None)
    return runs.order_by("pk").last()


def _data_keys(tenant: Tenant | None) -> QuerySet[DataKey]:
    rows = DataKey.objects.all()
    return rows if tenant is None else rows.filter(tenant=tenant)


def _secrets(tenant: Tenant | None) -> QuerySet[EncryptedSecret]:
    rows = EncryptedSecret.objects.all()
    return rows if tenant is None else rows.filter(tenant=tenant)


def _pages(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """Yield rows in the order of their keys; each is met once, and nothing is held open between two pages."""
    last: UUID | None = None
    while page := list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:size]):
        last = page[-1].pk
        yield page


def _stored(row: EncryptedSecret) -> services.Stored:
    return services.Stored(*(getattr(row, name) for name in services.Stored._fields))
