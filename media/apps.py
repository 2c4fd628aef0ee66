"""The archive's entry in Django's list of apps."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Authors' files."""

    name = "media"
    verbose_name = "Media"

    def ready(self) -> None:
        """Register the system checks."""
        from media import checks  # noqa: F401
