"""The workshop's entry in Django's list of apps."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Posts, publish jobs, attempts, the journal and dead letters."""

    name = "publishing"
    verbose_name = "Publishing"

    def ready(self) -> None:
        """Listen to the news of the rooms below."""
        from publishing import listeners  # noqa: F401
