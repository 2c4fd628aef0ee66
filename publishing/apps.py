"""The workshop's entry in Django's list of apps."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Posts, publish jobs, attempts, the journal and dead letters."""

    name = "publishing"
    verbose_name = "Publishing"
