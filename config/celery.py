"""The Celery app and the one schedule table.

Celery is the doorbell, the database is the ledger: every task here may be lost or run twice without harm.
"""

import os
import threading
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_after_setup,
    setup_logging,
    worker_init,
    worker_shutdown,
    worker_shutting_down,
)

from config import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("switchboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: Everything that happens by the clock: what it is for, and whether an operator may switch it off (``may_stop``, usually yes).
#: django-celery-beat keeps a row for each, which operators may change (``config.schedule``).
app.conf.beat_schedule = {
    "publishing.sweep": {
        "task": "publishing.sweep",
        "schedule": timedelta(seconds=10),
        "about": "Takes jobs back from dead workers and publishes what is due.",
        "may_stop": False,
    },
    "publishing.look_again": {
        "task": "publishing.look_again",
        "schedule": timedelta(seconds=30),
        "about": "Looks how published posts stand by now.",
    },
    "monitoring.check_due_connections": {
        "task": "monitoring.check_due_connections",
        "schedule": timedelta(seconds=30),
        "about": "Hands out due health checks of accounts.",
    },
    "monitoring.evaluate_alerts": {
        "task": "monitoring.evaluate_alerts",
        "schedule": timedelta(seconds=30),
        "about": "Looks by every rule of the alerts, and tells of what turned.",
    },
    "connectors.sweep_webhooks": {
        "task": "connectors.sweep_webhooks",
        "schedule": timedelta(seconds=15),
        "about": "Does what platforms' events ask for, where the first try failed or was lost.",
        "may_stop": False,
    },
    "connectors.subscribe_webhooks": {
        "task": "connectors.subscribe_webhooks",
        "schedule": timedelta(seconds=60),
        "about": "Asks platforms to tell us of chosen places, and to be silent about others.",
    },
    "connectors.refresh_due_tokens": {
        "task": "connectors.refresh_due_tokens",
        "schedule": timedelta(minutes=1),
        "about": "Hands tokens that end soon to workers, who renew them.",
        "may_stop": False,
    },
    "connectors.tell_ending_tokens": {
        "task": "connectors.tell_ending_tokens",
        "schedule": timedelta(minutes=10),
        "about": "Tells tenants of accounts that only they can renew, 30, 7 and 1 days ahead.",
    },
    "connectors.plan_tokens": {
        "task": "connectors.plan_tokens",
        "schedule": timedelta(minutes=15),
        "about": "Plans renewals anew where a setting changed.",
        "may_stop": False,
    },
    "connectors.sweep_connect_links": {
        "task": "connectors.sweep_connect_links",
        "schedule": timedelta(minutes=1),
        "about": "Writes down which connect links have expired.",
    },
    "outbox.sweep": {
        "task": "outbox.sweep",
        "schedule": timedelta(seconds=5),
        "about": "Delivers webhooks and mails that wait, where the first try failed or was lost.",
        "may_stop": False,
    },
    "outbox.find_untold": {
        "task": "outbox.find_untold",
        "schedule": timedelta(seconds=30),
        "about": "Finds what happened and was not yet told, where a process died in between.",
        "may_stop": False,
    },
    "outbox.purge": {
        "task": "outbox.purge",
        "schedule": timedelta(minutes=30),
        "about": "Forgets endpoints that were deleted, and their secrets of before.",
    },
    "monitoring.tell_figures": {
        "task": "monitoring.tell_figures",
        "schedule": timedelta(minutes=1),
        "about": "Tells Datadog how the hub stands, where an agent is named.",
    },
    "monitoring.enrol_metrics": {
        "task": "monitoring.enrol_metrics",
        "schedule": timedelta(minutes=1),
        "about": "Gives published posts and chosen places their watch for numbers.",
    },
    "monitoring.take_metrics": {
        "task": "monitoring.take_metrics",
        "schedule": timedelta(seconds=30),
        "about": "Asks platforms for the numbers that are due.",
    },
    "monitoring.thin_metrics": {
        "task": "monitoring.thin_metrics",
        "schedule": timedelta(hours=1),
        "about": "Thins the history of numbers as it grows old.",
    },
    "monitoring.forget_metrics": {
        "task": "monitoring.forget_metrics",
        "schedule": timedelta(days=1),
        "about": "Forgets numbers of places that are too old.",
    },
    "monitoring.fold_reports": {
        "task": "monitoring.fold_reports",
        "schedule": timedelta(minutes=1),
        "about": "Sums up what happened, so that the SQL views answer at once.",
    },
    "monitoring.refold_reports": {
        "task": "monitoring.refold_reports",
        "schedule": timedelta(days=1),
        "about": "Sums up the last two days anew, and forgets sums that are too old.",
    },
    "monitoring.prune": {
        "task": "monitoring.prune",
        "schedule": timedelta(minutes=1),
        "about": "Deletes what was kept as long as the settings say, some of it every minute.",
    },
    "monitoring.tell_readiness": {
        "task": "monitoring.tell_readiness",
        "schedule": timedelta(minutes=1),
        "about": "Writes down which platforms are set up, for reports.",
    },
    "tenants.announce_expiring_keys": {
        "task": "tenants.announce_expiring_keys",
        "schedule": timedelta(hours=1),
        "about": "Tells once of every API key that ends within a week.",
    },
    "media.sweep": {
        "task": "media.sweep",
        "schedule": timedelta(minutes=10),
        "about": "Removes files that expired or that nobody uses.",
    },
}

QUEUES = ("publish", "health", "tokens", "webhooks", "analytics")
_stop_timer = threading.Event()
_timers: list[threading.Thread] = []
#: How long a worker that was asked to stop waits for what is on its way to a platform: longer than any call may take.
WARM_SECONDS = 60.0


@worker_init.connect
@beat_init.connect
def _serve(**kwargs: Any) -> None:
    tracing.is_server()


@setup_logging.connect
def _keep_our_logs(**kwargs: Any) -> None:
    """Celery would replace the log set-up of ``config.logs``; a receiver here keeps it from doing so."""


@celeryd_after_setup.connect  # and not when it is ready: a worker that finds no broker publishes all the same
def _start_timer(instance: Any, **kwargs: Any) -> None:
    from config.timer import start_timer

    _timers.append(start_timer(_stop_timer, queues=instance.app.amqp.queues.consume_from))


@worker_shutting_down.connect  # at the signal itself; Celery then waits for its tasks, of which the drain is one
def _take_nothing_more(**kwargs: Any) -> None:
    from publishing import draining

    draining.finish()
    _stop_timer.set()


@worker_shutdown.connect
def _end_timer(**kwargs: Any) -> None:
    """Wait for the timer's own drain, so that no job is left with a lease of a process that is gone."""
    _stop_timer.set()
    for timer in _timers:
        timer.join(timeout=WARM_SECONDS)
