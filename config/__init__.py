"""The front door: settings, addresses, the API's manners, the Celery app, and the one command that starts it all."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
