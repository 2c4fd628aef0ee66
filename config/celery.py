"""The Celery app and the one schedule table.

Celery is the doorbell, the database is the ledger: every task here may be lost or run twice without harm.
"""

import os
import threading
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup, setup_logging, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("switchboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: Everything that happens by the clock. django-celery-beat keeps a row for each, which operators may change.
app.conf.beat_schedule = {
    "publishing.sweep": {
        "task": "publishing.sweep",
        "schedule": timedelta(seconds=10),
    },
    "publishing.look_again": {
        "task": "publishing.look_again",
        "schedule": timedelta(seconds=30),
    },
    "monitoring.check_due_connections": {
        "task": "monitoring.check_due_connections",
        "schedule": timedelta(seconds=30),
    },
    "connectors.sweep_webhooks": {
        "task": "connectors.sweep_webhooks",
        "schedule": timedelta(seconds=15),
    },
    "connectors.subscribe_webhooks": {
        "task": "connectors.subscribe_webhooks",
        "schedule": timedelta(seconds=60),
    },
    "connectors.refresh_due_tokens": {
        "task": "connectors.refresh_due_tokens",
        "schedule": timedelta(minutes=1),
    },
    "tenants.announce_expiring_keys": {
        "task": "tenants.announce_expiring_keys",
        "schedule": timedelta(hours=1),
    },
    "tenants.clear_sessions": {
        "task": "tenants.clear_sessions",
        "schedule": timedelta(days=1),
    },
    "media.sweep": {
        "task": "media.sweep",
        "schedule": timedelta(minutes=10),
    },
}

QUEUES = ("publish", "health", "tokens", "webhooks", "analytics")
_stop_timer = threading.Event()


@setup_logging.connect
def _keep_our_logs(**kwargs: Any) -> None:
    """Celery would replace the log set-up of ``config.logs``; a receiver here keeps it from doing so."""


@celeryd_after_setup.connect  # and not when it is ready: a worker that finds no broker publishes all the same
def _start_timer(**kwargs: Any) -> None:
    from config.timer import start_timer

    start_timer(_stop_timer)


@worker_shutdown.connect
def _end_timer(**kwargs: Any) -> None:
    _stop_timer.set()
