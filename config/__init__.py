"""The front door: settings, addresses, the API's manners, the Celery app, and the one command that starts it all."""

from config import tracing

tracing.begin()  # it wraps what is loaded next

from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
