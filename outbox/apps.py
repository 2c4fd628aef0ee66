"""The post room's entry in Django's list of apps."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """News for client apps and people, and its way to them."""

    name = "outbox"
    verbose_name = "Outbox"
