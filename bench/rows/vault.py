"""The vault: what sealing and opening cost beyond their ciphers, and keys that change under secrets while posts go out."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings
from django.db import connection

from bench import world
from bench.figures import Row, percentile
from bench.hub import WORKERS, Hub
from bench.processes import NotMeasurable, Program, python
from bench.rows import Options
from connectors.models import Connection
from foundation.ids import new_id
from foundation.secret import Secret
from vault import accesses, datakeys, sealing, services
from vault.models import DataKey, EncryptedSecret

TITLE: Final = "sealing, opening, and changing keys while posts go out"
SECRETS, QUICK_SECRETS = 100_000, 5_000
TENANTS, PLACES = 10, 20
LATENCY_MS: Final = 50.0
#: Posts accepted in a second while keys change; a tenth of what the hub can publish.
PACE: Final = 40
_TOKEN: Final = "EAA" + "t" * 180
_FILLER: Final = "filler:"


def measure(hub: Hub, options: Options) -> Row:
    """Time the counter alone, then change the master key, then all data keys, killing the change once, under steady posts."""
    many = options.jobs * 50 or (QUICK_SECRETS if options.quick else SECRETS)
    row = Row("vault", f"{TITLE}: {many:,} secrets")
    houses = world.make_houses("Vault", TENANTS, places=PLACES)
    _fill(houses, many)
    row.facts["secrets"] = EncryptedSecret.objects.count()
    _counter(row, houses[0])
    rewrite = _floor_of_resealing(min(many, 20_000))
    row.tell("floor: rewriting rows, nothing sealed", rewrite, "rows/s")
    _under_way(hub, row, houses, rewrite)
    EncryptedSecret.objects.filter(kind__startswith=_FILLER).delete()
    accesses.flush()
    return row


def _counter(row: Row, house: world.House) -> None:
    """Sealing and opening in memory and with their rows, each beside its floor."""
    key, place, text = sealing.new_key(), sealing.bind("a", "place"), _TOKEN.encode()
    raw = AESGCM(key)
    sealed = sealing.seal(key, text, bound_to=place)
    row.tell("seal", _rate(lambda: sealing.seal(key, text, bound_to=place), 20_000), "/s")
    floor = _rate(lambda: raw.encrypt(os.urandom(12), text, place), 20_000)
    row.tell("floor: AES-GCM alone, encrypt", floor, "/s")
    row.tell("open", _rate(lambda: sealing.unseal(key, sealed, bound_to=place), 20_000), "/s")
    floor = _rate(lambda: raw.decrypt(sealed.iv, sealed.ciphertext + sealed.tag, place), 20_000)
    row.tell("floor: AES-GCM alone, decrypt", floor, "/s")

    tenant_id = house.principal.tenant.pk
    account = Connection.objects.get(tenant_id=tenant_id).pk
    kinds = list(EncryptedSecret.objects.filter(connection_id=account).values_list("kind", flat=True))[:16]
    wanted = dict.fromkeys(((account, kind) for kind in kinds), tenant_id)
    with_rows = _rate(lambda: services.open_secrets(wanted, purpose="bench"), 500)
    fetched = _rate(lambda: list(services._stored(connections=[account], kinds=kinds)), 500)
    row.tell(f"open {len(kinds)} with one query", 1000 / with_rows, "ms")
    row.tell("floor: the query alone", 1000 / fetched, "ms")
    counting = _rate(lambda: accesses.note("bench", [(tenant_id, account, kind) for kind in kinds]), 2_000)
    row.tell("of that, counting who opened them", 1_000_000 / counting, "µs")

    spare = uuid4()
    store = _rate(lambda: _put(tenant_id, spare), 300)
    row.tell("store a secret, durable", 1000 / store, "ms")
    update = _rate(lambda: EncryptedSecret.objects.filter(connection_id=spare).update(hint="abcd"), 300)
    row.tell("floor: one durable update", 1000 / update, "ms")
    services.erase_secrets(tenant_id=tenant_id, connection_id=spare)
    derive = _rate(_derive, 3)
    row.tell("derive the key over all keys, once a process", 1000 / derive, "ms")


def _under_way(hub: Hub, row: Row, houses: list[world.House], floor: float) -> None:
    """Change keys in a process of its own while workers publish; kill it once; every post must come out once."""
    old, new = hub.environment["VAULT_MASTER_KEY"], secrets.token_urlsafe(48)
    known = {"VAULT_MASTER_KEY": new, "VAULT_MASTER_KEY_PREVIOUS": old, "VAULT_KEY_CACHE_SECONDS": "1"}
    hub.stub.reset(latency_ms=LATENCY_MS)
    world.forget_posts()
    total = 0
    with hub.workers(WORKERS, **known) as workers, hub.meter(workers=workers) as meter:
        alone = _steady(houses, lambda: time.monotonic() > calm, "before") if (calm := time.monotonic() + 10) else 0
        total += alone
        began = time.monotonic()
        count, _ = _changing(hub, houses, "master", known)
        total += count
        row.tell("change the master key of all tenants, with the command's start", time.monotonic() - began, "s")
        count, killed = _changing(hub, houses, "killed", known, "--data-keys", kill=True)
        total += count
        row.facts["killed"] = not killed
        if killed:
            row.notes.append("The run that was to be killed ended before: too few secrets.")
        count, resumed = _changing(hub, houses, "resumed", known, "--data-keys")
        total += count
        row.facts["resumed"] = {name: resumed[name] for name in ("resumed", "done", "finished")}
        row.tell("secrets left by the killed run, sealed by the next", resumed["done"], "")
        began = time.monotonic()
        count, whole = _changing(hub, houses, "whole", known, "--data-keys")
        total += count
        rate = whole["done"] / (time.monotonic() - began)
        row.tell("seal every secret anew, publishing meanwhile", rate, "/s")
        row.tell("of the floor", rate / floor, "×")
        world.wait_for_jobs(total)
        time.sleep(0.2)
    row.spend("hub", meter.costs)
    _tell_posts(hub, row, total, alone)
    # Back to the key of the other rows.
    with _rotation(hub, "back", {"VAULT_MASTER_KEY": old, "VAULT_MASTER_KEY_PREVIOUS": new}) as program:
        program.wait(patience=120)
    datakeys.forget()
    still = EncryptedSecret.objects.filter(data_key__retired_at__isnull=False).count()
    row.tell("secrets left under retired keys", still, "", at_most=0)
    opened = services.open_secrets(_sample(), purpose="bench")
    row.tell("of 1,000 secrets open after four changes", len(opened), "", at_least=min(1000, row.facts["secrets"]))


def _tell_posts(hub: Hub, row: Row, total: int, alone: int) -> None:
    seen, states = world.once_each(hub, total), world.states()
    row.facts |= {"posts": seen, "states": dict(states)}
    row.tell("posts while keys changed", total - alone, "")
    row.tell("posts that failed", total - states["published"], "", at_most=0)
    row.tell("posts that went out twice", seen["more_than_once"], "", at_most=0)
    sick = Connection.objects.exclude(status=Connection.Status.ACTIVE).count()
    row.tell("accounts asked to reconnect", sick, "", at_most=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.text LIKE 'before%%', extract(epoch FROM pg_xact_commit_timestamp(j.xmin) - j.created_at)"
            " FROM publish_jobs j JOIN posts p ON p.id = j.post_id"
        )
        took: dict[bool, list[float]] = {True: [], False: []}
        for before, seconds in cursor.fetchall():
            took[before].append(float(seconds) * 1000)
    row.tell("accepted to recorded, p95, no change", percentile(took[True], 0.95), "ms")
    row.tell("accepted to recorded, p95, keys changing", percentile(took[False], 0.95), "ms")


def _changing(
    hub: Hub, houses: list[world.House], label: str, known: dict[str, str], *options: str, kill: bool = False
) -> tuple[int, dict[str, Any]]:
    """Accept posts until a run of ``rotate_keys`` has ended, by itself or by SIGKILL; return how many, and what it told."""
    with _rotation(hub, label, known, *options) as program:

        def ended() -> bool:
            if kill and _sealing_anew():
                os.kill(program.pid, signal.SIGKILL)
                return True
            return not _alive(program)

        count = _steady(houses, ended, label)
        code = program.wait(patience=60)
    if kill and code == -signal.SIGKILL:
        return count, {}
    if code != 0:
        raise NotMeasurable(f"rotate_keys ended with {code}: {program.said()[-300:]}")
    told: dict[str, Any] = json.loads(next(line for line in program.said().splitlines() if line.startswith("{")))
    return count, told


def _sealing_anew() -> bool:
    """Tell whether a run is between its first and its last secret: some stand under new data keys, some under retired ones."""
    rows = EncryptedSecret.objects.filter(kind__startswith=_FILLER)
    retired = rows.filter(data_key__retired_at__isnull=False)
    return retired.exists() and rows.filter(data_key__retired_at=None, data_key__version=2).exists()


def _rotation(hub: Hub, label: str, known: dict[str, str], *options: str) -> Program:
    return Program(
        f"rotate-{label}", python("django", "rotate_keys", "--json", *options), environment={**hub.environment, **known}
    )


def _alive(program: Program) -> bool:
    return program._process.poll() is None


def _steady(houses: list[world.House], ended: Callable[[], bool], label: str) -> int:
    """Accept posts at a pace until something has ended; return how many."""
    count, began = 0, time.monotonic()
    while not ended():
        house = houses[count % len(houses)]
        world.accept(house, 1, label=f"{label} {count}")
        count += 1
        if (ahead := began + count / PACE - time.monotonic()) > 0:
            time.sleep(ahead)
    return count


def _fill(houses: list[world.House], many: int) -> None:
    """Give the tenants sealed secrets until there are so many, as ``put_secret`` makes them, in batches."""
    missing = many - EncryptedSecret.objects.count()
    share = -(-missing // len(houses))
    for house in houses:
        tenant_id = house.principal.tenant.pk
        data_key = datakeys.live(tenant_id)
        for start in range(0, share, 2_000):
            rows = [_sealed(tenant_id, data_key, number) for number in range(start, min(share, start + 2_000))]
            EncryptedSecret.objects.bulk_create(rows)
    world.analyze()


def _sealed(tenant_id: UUID, data_key: DataKey, number: int) -> EncryptedSecret:
    row = EncryptedSecret(id=new_id(), tenant_id=tenant_id, connection_id=uuid4(), kind=f"{_FILLER}{number}")
    services._fill(row, data_key, Secret(_TOKEN))
    return row


def _floor_of_resealing(many: int) -> float:
    """Rewrite so many rows with what they hold, in batches like a rotation's; return rows a second."""
    names = ("data_key_id", "key_version", "format", "algorithm", "iv", "ciphertext", "auth_tag", "fingerprint")
    found: list[tuple[Any, ...]] = list(
        EncryptedSecret.objects.order_by("pk").values_list(*names, "pk", "row_version", "data_key_id")[:many]
    )
    from vault.rotation import BATCH, _write

    began = time.perf_counter()
    for start in range(0, len(found), BATCH):
        _write(found[start : start + BATCH])
    return len(found) / (time.perf_counter() - began)


def _sample() -> dict[tuple[UUID, str], UUID]:
    rows = EncryptedSecret.objects.order_by("fingerprint").values_list("connection_id", "kind", "tenant_id")[:1000]
    return {(account, kind): tenant for account, kind, tenant in rows}


def _put(tenant_id: UUID, place: UUID) -> None:
    services.put_secret(tenant_id=tenant_id, connection_id=place, kind="bench", secret=Secret(_TOKEN))


def _derive() -> None:
    PBKDF2HMAC(hashes.SHA256(), 32, b"s" * 16, settings.VAULT_PBKDF2_ITERATIONS).derive(b"a master key")


def _rate(call: Callable[[], Any], times: int) -> float:
    call()
    began = time.perf_counter()
    for _ in range(times):
        call()
    return times / (time.perf_counter() - began)
