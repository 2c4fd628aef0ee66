"""The shapes of numbers in the API: what clients ask, and what they get."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from connectors.models import Destination
from connectors.registry import CONNECTORS
from foundation.forms import StrictSerializer, unfit
from foundation.listing import Sort
from monitoring.analytics import ranges, selectors
from monitoring.analytics.placing import Window, zone_of
from monitoring.analytics.totals import Narrowed
from monitoring.analytics.vocabulary import VOCABULARY, Sum, Unit, whole
from tenants.models import Tenant

BY = ("platform", "destination")
SORTS = [name for metric in ("published", *VOCABULARY) for name in (f"-{metric}", metric)]


class RangeSerializer(StrictSerializer):
    """Which days, and of what."""

    since = serializers.DateField(
        required=False, help_text="The first day, in the tenant's time zone; left out, four weeks up to `until`."
    )
    until = serializers.DateField(required=False, help_text="The last day, included; left out, today.")
    platform = serializers.ChoiceField(choices=list(CONNECTORS), required=False)
    destination = serializers.UUIDField(required=False)
    format = serializers.ChoiceField(
        choices=["json", "csv"], required=False, help_text="csv answers a spreadsheet, as `Accept: text/csv` does."
    )

    def narrowed(self, tenant: Tenant, *, now: datetime) -> Narrowed:
        """Return what was asked about; raises ``ValidationError`` for days that cannot be."""
        said = self.validated_data
        try:
            days = ranges.chosen(said.get("since"), said.get("until"), zone=zone_of(tenant.time_zone), now=now)
        except ValueError as error:
            raise serializers.ValidationError({"since": unfit(str(error)).detail}) from error
        return Narrowed(days, said.get("platform", ""), said.get("destination"))


class PostsQuerySerializer(RangeSerializer):
    """Which posts, and in which order."""

    sort = serializers.ChoiceField(
        choices=SORTS,
        required=False,
        help_text="A metric or `published`, with `-` downwards (`-published` unless told). By a metric, posts of which it was not "
        "told are left out.",
    )
    cursor = serializers.CharField(
        required=False, max_length=1000, help_text="Follow `next` and `previous` instead of making it."
    )
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=100, help_text="Rows a page (25 unless told)."
    )

    def order(self) -> Sort:
        """Return the order asked for."""
        asked = self.validated_data.get("sort", "-published")
        name = asked.removeprefix("-")
        return Sort(name, selectors.post_columns()[name], asked.startswith("-"))


class PlacesQuerySerializer(RangeSerializer):
    """Which places."""

    cursor = serializers.CharField(
        required=False, max_length=1000, help_text="Follow `next` and `previous` instead of making it."
    )
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=50, help_text="Places a page (10 unless told)."
    )


class SummaryQuerySerializer(RangeSerializer):
    """How to group."""

    by = serializers.ChoiceField(choices=BY, required=False, help_text="platform (unless told) or destination.")
    cursor = serializers.CharField(
        required=False, max_length=1000, help_text="Of destinations: follow `next` and `previous` instead of making it."
    )
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=200, help_text="Destinations a page (100 unless told)."
    )


class FormatSerializer(StrictSerializer):
    """JSON or a spreadsheet."""

    format = serializers.ChoiceField(choices=["json", "csv"], required=False)


class RefreshSerializer(StrictSerializer):
    """Of which place fresh numbers are wanted."""

    destination = serializers.UUIDField(required=False, allow_null=True, help_text="Left out: of all that are chosen.")


# --- answers ------------------------------------------------------------------------------------------------------------


class NumberField(serializers.FloatField):
    """A number, without a fraction where there is none."""

    def to_representation(self, value: float) -> Any:
        """Write it."""
        return whole(float(value))


class PlaceSerializer(serializers.Serializer[Any]):
    """A destination, shortly."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()


class ObstacleSerializer(serializers.Serializer[Any]):
    """Why no (more) numbers come."""

    code = serializers.CharField(help_text="not_told, done, gone, reconnect, closed, unclear or trying")
    cause = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class LatestSerializer(serializers.Serializer[Any]):
    """The latest value of a metric."""

    metric = serializers.CharField(help_text="Our name; see /api/analytics/metrics.")
    value = NumberField()
    raw_name = serializers.CharField(help_text="The platform's own name.")
    parts = serializers.DictField(child=NumberField(), help_text="The value as the platform splits it.")
    as_of = serializers.DateTimeField(help_text="The moment it speaks of.")
    taken_at = serializers.DateTimeField(help_text="When the platform told it.")


class SnapshotSerializer(serializers.Serializer[Any]):
    """What a platform told at one moment."""

    taken_at = serializers.DateTimeField()
    values = serializers.DictField(child=NumberField())


class JobMetricsSerializer(serializers.Serializer[Any]):
    """The numbers of one post."""

    job = serializers.UUIDField()
    post = serializers.UUIDField()
    platform = serializers.CharField()
    destination = PlaceSerializer()
    published_at = serializers.DateTimeField(allow_null=True)
    obstacle = ObstacleSerializer(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True, help_text="When the platform last answered.")
    next_look_at = serializers.DateTimeField(allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True, help_text="When fresh numbers were last asked for.")
    refresh_possible_at = serializers.DateTimeField(allow_null=True, help_text="null: now.")
    latest = LatestSerializer(many=True)
    history = SnapshotSerializer(many=True, help_text="Oldest first: hourly for two days, then daily.")


class PostValueSerializer(serializers.Serializer[Any]):
    """A value in a list of posts."""

    value = NumberField()
    raw_name = serializers.CharField()
    as_of = serializers.DateTimeField()


class PostNumbersSerializer(serializers.Serializer[Any]):
    """A post with its latest numbers; a metric that was not told is not in ``metrics``."""

    job = serializers.UUIDField()
    post = serializers.UUIDField()
    platform = serializers.CharField()
    destination = PlaceSerializer()
    published_at = serializers.DateTimeField(allow_null=True)
    permalink = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True, help_text="How it begins.")
    taken_at = serializers.DateTimeField(allow_null=True)
    metrics = serializers.DictField(child=PostValueSerializer())


class _RangedSerializer(serializers.Serializer[Any]):
    """What every list says of its days."""

    since = serializers.DateField()
    until = serializers.DateField()
    time_zone = serializers.CharField(help_text="The tenant's; its days these are.")


class PostsNumbersSerializer(_RangedSerializer):
    """One page of posts."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PostNumbersSerializer(many=True)


class DayValueSerializer(serializers.Serializer[Any]):
    """The value of one day."""

    day = serializers.DateField()
    value = NumberField()
    as_of = serializers.DateTimeField()
    parts = serializers.DictField(child=NumberField())


class SeriesSerializer(serializers.Serializer[Any]):
    """A metric of a place, day by day; days that were not told are not there."""

    metric = serializers.CharField()
    raw_name = serializers.CharField()
    window = serializers.ChoiceField(choices=[one.value for one in Window])
    values = DayValueSerializer(many=True)


class PlaceNumbersSerializer(serializers.Serializer[Any]):
    """A place with its days."""

    destination = PlaceSerializer()
    platform = serializers.CharField()
    obstacle = ObstacleSerializer(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True)
    next_look_at = serializers.DateTimeField(allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True)
    refresh_possible_at = serializers.DateTimeField(allow_null=True)
    metrics = SeriesSerializer(many=True)


class PlacesNumbersSerializer(_RangedSerializer):
    """One page of places."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PlaceNumbersSerializer(many=True)


class FigureSerializer(serializers.Serializer[Any]):
    """A metric over a range, with the days before it."""

    value = NumberField()
    previous = NumberField(allow_null=True)
    change = NumberField(allow_null=True)
    change_percent = NumberField(allow_null=True)
    told = serializers.IntegerField(help_text="By how many posts, or days of places.")
    as_of = serializers.DateTimeField()


class SumsSerializer(serializers.Serializer[Any]):
    """What posts and places come to."""

    posts_published = serializers.IntegerField(source="posts")
    posts_published_before = serializers.IntegerField(source="posts_before")
    posts = serializers.DictField(child=FigureSerializer(), source="of_posts")
    places = serializers.DictField(child=FigureSerializer(), source="of_places")


class GroupSerializer(SumsSerializer):
    """The same of one platform or destination."""

    platform = serializers.CharField()
    destination = PlaceSerializer(allow_null=True)


class SummarySerializer(_RangedSerializer):
    """What a range comes to, beside the days before it."""

    previous_since = serializers.DateField()
    previous_until = serializers.DateField()
    by = serializers.ChoiceField(choices=BY)
    next = serializers.URLField(allow_null=True, help_text="More destinations; always null by platform.")
    previous = serializers.URLField(allow_null=True)
    total = SumsSerializer(help_text="Of all there are, whatever page this is.")
    groups = GroupSerializer(many=True)


class DefinitionSerializer(serializers.Serializer[Any]):
    """What a metric means, and where it comes from."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    meaning = serializers.CharField()
    unit = serializers.ChoiceField(choices=[one.value for one in Unit])
    sum = serializers.ChoiceField(choices=[one.value for one in Sum], help_text="How several values come to one.")
    posts = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="By platform: its own names, of posts."
    )
    places = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="By platform: its own names, of places."
    )


class AskedSerializer(serializers.Serializer[Any]):
    """A place or post of which fresh numbers are wanted."""

    destination = serializers.UUIDField(source="destination_id")
    job = serializers.UUIDField(source="job_id", allow_null=True)
    asked = serializers.BooleanField(help_text="False: that was done a moment ago, and is not done again.")
    asked_at = serializers.DateTimeField()
    refresh_possible_at = serializers.DateTimeField(source="next_at")
    taken_at = serializers.DateTimeField(allow_null=True)


class RefreshedSerializer(serializers.Serializer[Any]):
    """What will be asked for."""

    results = AskedSerializer(many=True)


def place_facts(place: Destination) -> dict[str, Any]:
    """Return a destination as every answer names it."""
    return {"id": place.pk, "name": place.name, "kind": place.kind}
