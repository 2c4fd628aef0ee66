"""Floor: a Celery task per job. Stock Celery on the threads pool; the same call, two row updates by the ORM, no ledger.

The table has no index but its key, and nothing is recovered after a crash: it is a floor, not a design.
"""

from __future__ import annotations

import os
from typing import ClassVar

import django
import requests
from celery import Celery
from django.apps import apps
from django.db import models
from django.utils import timezone
from requests.adapters import HTTPAdapter

QUEUE = "floor"
CALLS_IN_FLIGHT = 32

# Not the current app: in the bench itself that is the hub's own, to which its tasks belong.
app = Celery("floor", broker=os.environ.get("FLOOR_BROKER", ""), set_as_current=False)
# Stock settings, except that nothing waits in a worker's memory before the start is given.
app.conf.update(task_ignore_result=True, task_default_queue="floor.idle", broker_connection_retry_on_startup=True)

_session = requests.Session()
_session.mount("http://", HTTPAdapter(pool_maxsize=CALLS_IN_FLIGHT * 2))
_session.trust_env = False
_stub = os.environ.get("FLOOR_STUB", "")


def make_table() -> None:
    """Lay out the floors' table: a key and four columns."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_jobs")
        cursor.execute(
            "CREATE TABLE bench_jobs (id bigint PRIMARY KEY, page text NOT NULL, text text NOT NULL, "
            "state text NOT NULL DEFAULT 'queued', started_at timestamptz, finished_at timestamptz, "
            "external_id text NOT NULL DEFAULT '')"
        )


if not apps.ready:  # Celery imports this before its own set-up of Django
    django.setup()


class FloorJob(models.Model):
    """A row of the floors' table, which no migration knows."""

    id = models.BigIntegerField(primary_key=True)
    page = models.TextField()
    text = models.TextField()
    state = models.TextField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    external_id = models.TextField()

    objects: ClassVar[models.Manager[FloorJob]] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_jobs"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"floor job {self.pk}"


@app.task(name="floor.publish")
def publish(job_id: int, page: str, text: str) -> None:
    """Note the start, make the call, note the end."""
    FloorJob.objects.filter(pk=job_id).update(state="publishing", started_at=timezone.now())
    answer = _session.post(
        f"{_stub}/v25.0/{page}/feed",
        json={"message": text, "published": True, "fields": "id,permalink_url"},
        headers={"Authorization": "Bearer EAAbenchfloor"},
        timeout=(5, 30),
    )
    answer.raise_for_status()
    FloorJob.objects.filter(pk=job_id).update(
        state="published", external_id=answer.json()["id"], finished_at=timezone.now()
    )
