"""django-waffle's entry in the list of apps, without the part that expects its flags to know users and groups."""

from waffle.apps import WaffleConfig


class FlagsConfig(WaffleConfig):
    """Waffle, for flags that know tenants alone (``tenants.models.Flag``)."""

    def ready(self) -> None:
        """Listen to nothing: its listeners empty a cache of users and groups."""
