"""The workshop's entry in Django's list of apps."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Posts, publish jobs, attempts, the journal and dead letters."""

    name = "publishing"
    verbose_name = "Publishing"

    def ready(self) -> None:
        """Listen to the news of the rooms below, and say which files are still needed."""
        from media import needs
        from publishing import listeners  # noqa: F401
        from publishing.file_needs import posts_needing

        needs.ask_also(posts_needing)
