"""New keys for every secret: how many a second, whatever the table holds."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import uuid4

from django.utils import timezone

from bench.scale.filling import Filled
from foundation.ids import new_id
from foundation.secret import Secret
from vault import datakeys, rotation, services
from vault.models import EncryptedSecret

#: Of the length of a platform's token.
_TOKEN: Final = "EAA" + "t" * 180
#: Tenants whose secrets are changed: each has as many as the others.
_OWNERS: Final = 20


def rotate(filled: Filled) -> dict[str, dict[str, Any]]:
    """Seal as many secrets as there are accounts, then give every tenant a new data key and seal them all anew."""
    EncryptedSecret.objects.all().delete()
    many = filled.size // 10
    began = time.perf_counter()
    for tenant in filled.tenants[:_OWNERS]:
        data_key = datakeys.live(tenant.pk)
        rows = []
        for number in range(many // _OWNERS):
            row = EncryptedSecret(id=new_id(), tenant_id=tenant.pk, connection_id=uuid4(), kind=f"page_token:{number}")
            services._fill(row, data_key, Secret(_TOKEN))
            rows.append(row)
        EncryptedSecret.objects.bulk_create(rows, batch_size=2_000)
    filled_in = time.perf_counter() - began
    began, cpu = time.perf_counter(), time.process_time()
    report = rotation.rotate_data_keys(actor="system:bench", clock=timezone.now)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    datakeys.forget()
    return {
        "seal and store": {"per_second": round(many / filled_in), "seconds": round(filled_in, 1)},
        "change data keys": {
            "secrets": report.done,
            "per_second": round(report.done / seconds),
            "seconds": round(seconds, 1),
            "python_cpu_ms": round(cpu * 1000 / max(report.done, 1), 3),
        },
    }
