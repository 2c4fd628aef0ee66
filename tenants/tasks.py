"""Alarm clocks of the hall."""

from celery import shared_task
from django.utils import timezone

from tenants import recovering, services


@shared_task(name="tenants.send_password_reset")
def send_password_reset(email: str) -> None:
    """Mail a link to whoever has this address."""
    recovering.send_reset_link(email=email)


@shared_task(name="tenants.announce_expiring_keys")
def announce_expiring_keys() -> None:
    """Tell of keys that end within a week."""
    services.announce_expiring_keys(now=timezone.now())
