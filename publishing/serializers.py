"""The shapes of posts, jobs and dead letters in the API: what clients send, and what they get."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from connectors.types import LiveState
from foundation.errors import Finding, Invalid
from foundation.forms import StrictSerializer
from foundation.listing import read_uuid
from publishing.attachments import MOST_FILES
from publishing.author_settings import unsayable
from publishing.drafts import Draft, draft_of
from publishing.filters import POST_STATES
from publishing.models import Attempt, DeadLetter, JobAction, Post, PublishJob, Watch
from publishing.selectors import state_of_post, watch_of
from publishing.states import NAMES
from publishing.timeline import Event

LONGEST_TEXT = 100_000
LONGEST_LINK = 2000
LONGEST_COMMENT = 10_000
LONGEST_ALT_TEXT = 2000


@extend_schema_field(
    {
        "type": "object",
        "properties": {"version": {"type": "integer", "description": "Of the schema; left out: today's."}},
        "additionalProperties": True,
    }
)
class SettingsField(serializers.DictField):
    """The settings of one kind of destination, as its JSON Schema describes them."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return plain JSON that can be stored; what it means is checked later, by the schema."""
        said: dict[str, Any] = super().to_internal_value(data)
        if "version" in said and type(said["version"]) is not int:
            raise serializers.ValidationError({"version": "A whole number is required."}, code="invalid")
        if reason := unsayable(said):
            raise serializers.ValidationError(reason, code="invalid")
        return said


class KeptFileSerializer(StrictSerializer):
    """A file of a post."""

    id = serializers.UUIDField(help_text="Of an uploaded file; see /api/media/.")
    alt_text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_ALT_TEXT)
    title = serializers.CharField(required=False, allow_blank=True, max_length=300)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Return the file as it is stored: plain text, what is empty left out."""
        said = super().to_internal_value(data)
        return {name: str(value) for name, value in said.items() if value}


class FileSerializer(KeptFileSerializer):
    """A file for a post: uploaded before, or to be fetched."""

    id = serializers.UUIDField(required=False, help_text="Of an uploaded file; see /api/media/.")
    url = serializers.CharField(
        required=False, max_length=LONGEST_LINK, help_text="A public address to fetch it from first, instead of an id."
    )

    rules: ClassVar = {"oneOf": [{"required": ["id"]}, {"required": ["url"]}]}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Demand one way of naming it."""
        if ("id" in attrs) == ("url" in attrs):
            raise serializers.ValidationError("Name a file by its id or by its url.", code="id_or_url")
        return attrs


def _files(**more: Any) -> Any:
    return serializers.ListField(
        child=FileSerializer(), required=False, max_length=MOST_FILES, help_text="In their order.", **more
    )


class OverrideSerializer(StrictSerializer):
    """What is said at one destination instead."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False)
    link = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_LINK)
    media = _files()
    settings = SettingsField(required=False, help_text="Instead of those of the destination's kind.")
    first_comment = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_COMMENT)


class DraftSerializer(StrictSerializer):
    """A request to publish."""

    text = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT, trim_whitespace=False
    )
    link = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_LINK)
    destinations = serializers.ListField(
        child=serializers.UUIDField(), help_text="Ids of destinations chosen for publishing."
    )
    publish_at = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=40,
        help_text="ISO 8601 with an offset, or a local time together with time_zone. Left out: now.",
    )
    time_zone = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=64, help_text="IANA name, such as Europe/Berlin."
    )
    in_order = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Publish behind earlier posts of the same destination that ask for order too.",
    )
    media = _files(default=list)
    settings = serializers.DictField(
        child=SettingsField(),
        required=False,
        default=dict,
        help_text="By kind of destination, such as facebook_page: what its schema at /api/platforms/ describes.",
    )
    first_comment = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST_COMMENT,
        help_text="Written under the post once it is public, where the platform can.",
    )
    overrides = serializers.DictField(
        child=OverrideSerializer(),
        required=False,
        default=dict,
        help_text="By destination id: what is said there instead.",
    )

    def validate_overrides(self, value: dict[str, Any]) -> dict[Any, Any]:
        """Read the keys as ids; what is none names no destination of the post."""
        if strangers := [key for key in value if read_uuid(key) is None]:
            words = "This override names a destination that the post does not go to."
            remedy = "Name it by the id of a destination."
            found = [Finding(f"overrides.{key[:60]}", "unknown_destination", words, remedy) for key in strangers]
            raise Invalid("The post cannot be published as it is; nothing was stored.", findings=found)
        return {read_uuid(key): dict(said) for key, said in value.items()}

    def to_draft(self) -> Draft:
        """Return what was sent as a draft; call it after ``is_valid``."""
        return _draft(self.validated_data)


def read_draft(data: Any) -> Draft:
    """Return what was sent as a draft; raises ``ValidationError`` with what is wrong, by field."""
    try:
        said = _reader().run_validation(data)
    except serializers.ValidationError:
        form = DraftSerializer(data=data)
        form.is_valid(raise_exception=True)  # it knows how errors of every kind are told
        said = form.validated_data
    return _draft(said)


def _draft(said: Mapping[str, Any]) -> Draft:
    return Draft(
        text=said["text"],
        link=said["link"].strip(),
        destinations=tuple(said["destinations"]),
        publish_at=said["publish_at"].strip(),
        time_zone=said["time_zone"].strip(),
        in_order=said["in_order"],
        media=tuple(said["media"]),
        settings=said["settings"],
        first_comment=said["first_comment"].strip(),
        overrides=said["overrides"],
    )


@lru_cache(maxsize=1)
def _reader() -> DraftSerializer:
    # Its fields are copied for every new one, which takes longer than reading; what is read is kept by nobody, so one serves
    # all threads.
    form = DraftSerializer()
    form.fields  # noqa: B018 - copied now, not by two threads at once
    return form


class EditPostSerializer(StrictSerializer):
    """What to change of a post; what is left out stays as it was."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False)
    link = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_LINK)
    publish_at = serializers.CharField(required=False, allow_blank=True, max_length=40, help_text="Empty: now.")
    time_zone = serializers.CharField(required=False, allow_blank=True, max_length=64)
    media = _files()
    settings = serializers.DictField(child=SettingsField(), required=False, help_text="All of them, by kind.")
    first_comment = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_COMMENT)

    def applied_to(self, post: Post) -> Draft:
        """Return the post as the draft it is to become; call it after ``is_valid``."""
        said = self.validated_data
        kept = draft_of(post)
        moment = post.publish_at.isoformat() if post.publish_at else ""
        return replace(
            kept,
            text=said.get("text", kept.text),
            link=said.get("link", kept.link).strip(),
            media=tuple(said.get("media", kept.media)),
            settings=said.get("settings", kept.settings),
            first_comment=said.get("first_comment", kept.first_comment).strip(),
            destinations=tuple(job.destination_id for job in post.jobs.all() if job.role == PublishJob.Role.POST),
            publish_at=said.get("publish_at", moment).strip(),
            time_zone=said.get("time_zone", post.time_zone).strip(),
        )


class FindingSerializer(serializers.Serializer[Finding]):
    """One thing that is wrong, or may become so."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()
    limit = serializers.CharField()
    destination = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])


class CheckedSerializer(serializers.Serializer[Any]):
    """The answer to a check: publishable or not, and every finding."""

    publishable = serializers.BooleanField()
    publish_at = serializers.DateTimeField(allow_null=True)
    findings = FindingSerializer(many=True)


class JobErrorSerializer(serializers.Serializer[PublishJob]):
    """Why a job failed last, who can mend it, and how."""

    kind = serializers.CharField(source="error_kind")
    cause = serializers.CharField(source="error_cause")
    remedy = serializers.CharField(source="error_remedy")
    who = serializers.CharField(
        source="error_who", help_text="author, tenant, operator, or empty while nobody is needed."
    )


class StandingSerializer(serializers.ModelSerializer[Watch]):
    """How a published post stands, by the last look at its platform."""

    state = serializers.ChoiceField(
        choices=[state.value for state in LiveState],
        allow_null=True,
        help_text="live; pending: not public yet; rejected: taken back; removed; null: not looked at yet.",
    )
    next_look_at = serializers.DateTimeField(source="due_at", allow_null=True)
    problem = serializers.CharField(help_text="Why the last look brought no answer; empty when it did.")

    class Meta:
        model = Watch
        fields = ["state", "reason", "remedy", "changed_at", "looked_at", "next_look_at", "problem", "seen_at"]
        read_only_fields = fields

    def to_representation(self, instance: Watch) -> dict[str, Any]:
        """Tell what is not known as null."""
        told = super().to_representation(instance)
        return {**told, "state": told["state"] or None}


class JobSerializer(serializers.ModelSerializer[PublishJob]):
    """One post to one destination, or its first comment there."""

    post = serializers.UUIDField(source="post_id")
    destination = serializers.UUIDField(source="destination_id")
    destination_name = serializers.CharField(source="destination.name")
    platform = serializers.CharField(source="platform_id")
    role = serializers.ChoiceField(choices=PublishJob.Role.choices, help_text="post, or the first comment under it.")
    state = serializers.ChoiceField(choices=NAMES)
    error = serializers.SerializerMethodField()
    standing = serializers.SerializerMethodField()

    class Meta:
        model = PublishJob
        fields = [
            "id", "post", "destination", "destination_name", "platform", "role", "state", "due_at", "attempt_count", "external_id",
            "permalink", "published_at", "removed_at", "standing", "error", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(StandingSerializer(allow_null=True))
    def get_standing(self, job: PublishJob) -> dict[str, Any] | None:
        """Return how a published post stands now, where its platform is looked at again; else null."""
        watch = watch_of(job)
        return dict(StandingSerializer(watch).data) if watch is not None else None

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: PublishJob) -> dict[str, str] | None:
        """Return the last failure while it still matters, else null."""
        return dict(JobErrorSerializer(job).data) if job.error_kind else None


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try of a job."""

    class Meta:
        model = Attempt
        fields = [
            "number",
            "purpose",
            "opened_at",
            "closed_at",
            "outcome",
            "error_kind",
            "cause",
            "remedy",
            "facts",
            "next_at",
        ]
        read_only_fields = fields


class StoryEventSerializer(serializers.Serializer[Event]):
    """One line of a job's story."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(
        choices=["accepted", "attempt", "journal", "outcome", "letter", "look", "action", "person", "waiting"]
    )
    title = serializers.CharField()
    detail = serializers.CharField()
    remedy = serializers.CharField()
    tone = serializers.ChoiceField(choices=["ok", "waiting", "problem", "doubt", "plain"])
    attempt = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    facts = serializers.SerializerMethodField()
    link = serializers.CharField()

    def get_facts(self, event: Event) -> dict[str, str]:
        """Return what else is known, by its name."""
        return dict(event.facts)


class JobDetailSerializer(JobSerializer):
    """One job with its attempts."""

    attempts = AttemptSerializer(many=True)

    class Meta(JobSerializer.Meta):
        fields = [*JobSerializer.Meta.fields, "attempts"]
        read_only_fields = fields


class JobActionSerializer(serializers.ModelSerializer[JobAction]):
    """What was done with a published post, and what the platform told of it."""

    action = serializers.CharField(source="slug")
    job = serializers.UUIDField(source="job_id")
    outcome = serializers.ChoiceField(choices=["done"])
    answer = serializers.DictField(help_text="As the platform's folder tells it; see the page of the platform.")

    class Meta:
        model = JobAction
        fields = ["id", "job", "action", "outcome", "answer", "began_at", "finished_at"]
        read_only_fields = fields


class PostSerializer(serializers.ModelSerializer[Post]):
    """A post with its jobs."""

    state = serializers.SerializerMethodField(help_text="How it is doing as a whole; comments do not count.")
    media = KeptFileSerializer(many=True)
    settings = serializers.DictField(child=serializers.DictField())
    overrides = serializers.DictField(child=serializers.DictField())
    jobs = JobSerializer(many=True)

    class Meta:
        model = Post
        fields = [
            "id",
            "state",
            "text",
            "link",
            "media",
            "settings",
            "first_comment",
            "overrides",
            "publish_at",
            "time_zone",
            "in_order",
            "idempotency_key",
            "created_by",
            "created_at",
            "jobs",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=POST_STATES))
    def get_state(self, post: Post) -> str:
        """Return how the post as a whole is doing."""
        return state_of_post(list(post.jobs.all()))


def told_post(post: Post) -> dict[str, Any]:
    """Return a post as the API tells it; its jobs and their destinations should be loaded."""
    return _teller().to_representation(post)


@lru_cache(maxsize=1)
def _teller() -> PostSerializer:
    # Making a model serializer looks through the whole model; one that only tells can serve all threads.
    return PostSerializer()


class RemovalSerializer(serializers.Serializer[Any]):
    """What became of a live post at one destination; ``code`` is empty when it is gone."""

    job = serializers.UUIDField(source="job.pk")
    destination = serializers.UUIDField(source="job.destination_id")
    removed = serializers.SerializerMethodField()
    code = serializers.CharField(help_text="Why it still stands, as the same refusal of a single job says.")
    cause = serializers.CharField()
    remedy = serializers.CharField()

    def get_removed(self, result: Any) -> bool:
        """Return whether it is gone."""
        return not result.code


class RemovalsSerializer(serializers.Serializer[Any]):
    """What became of a post at every destination where it was live."""

    removed = serializers.IntegerField()
    left = serializers.IntegerField()
    results = RemovalSerializer(many=True)


class DeadLetterSerializer(serializers.ModelSerializer[DeadLetter]):
    """A job that needs a person."""

    platform = serializers.CharField(source="platform_id")
    job = JobSerializer()

    class Meta:
        model = DeadLetter
        fields = [
            "id", "kind", "fingerprint", "platform", "cause", "remedy", "who", "opened_at", "closed_at", "resolution", "note",
            "job",
        ]  # fmt: skip
        read_only_fields = fields


class RedriveSerializer(StrictSerializer):
    """Which dead letters to send again: named by id, or all that share a cause."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, allow_empty=False, max_length=1000)
    fingerprint = serializers.CharField(
        required=False, max_length=120, help_text="All open dead letters of this cause."
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only tell what would happen.")

    rules: ClassVar = {"oneOf": [{"required": ["ids"]}, {"required": ["fingerprint"]}]}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Demand one way of naming them."""
        if ("ids" in attrs) == ("fingerprint" in attrs):
            raise serializers.ValidationError("Name either ids or a fingerprint.", code="ids_or_fingerprint")
        return attrs


class RehearsalSerializer(serializers.Serializer[Any]):
    """What a redrive would do with one dead letter."""

    id = serializers.UUIDField(source="letter.pk")
    job = serializers.UUIDField(source="letter.job_id")
    would = serializers.ChoiceField(choices=["send", "look first", "nothing"])
    findings = FindingSerializer(many=True)


class RedrivenSerializer(serializers.Serializer[Any]):
    """How many are sent again, or, of a dry run, what would happen to each."""

    count = serializers.IntegerField()
    dry_run = RehearsalSerializer(many=True, required=False)


class CauseSerializer(serializers.Serializer[Any]):
    """Open dead letters that share a cause; the newest speaks for all."""

    fingerprint = serializers.CharField()
    platform = serializers.CharField()
    count = serializers.IntegerField()
    since = serializers.DateTimeField()
    latest = serializers.DateTimeField()
    kind = serializers.CharField(source="first.kind")
    cause = serializers.CharField(source="first.cause")
    remedy = serializers.CharField(source="first.remedy")
    who = serializers.CharField(source="first.who")


class EditSerializer(StrictSerializer):
    """What a failed job shall say instead."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False)
    link = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_LINK)
    media = serializers.ListField(child=KeptFileSerializer(), required=False, max_length=MOST_FILES)
    settings = SettingsField(required=False, help_text="Instead of those of the destination's kind.")


class LiveTextSerializer(StrictSerializer):
    """What a live post shall say."""

    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)


class DiscardSerializer(StrictSerializer):
    """Which dead letters to give up, and why."""

    ids = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=1000)
    reason = serializers.CharField(max_length=500)


class LiveSerializer(StrictSerializer):
    """Where the live post is."""

    link = serializers.CharField(max_length=LONGEST_LINK)


class CountSerializer(serializers.Serializer[Any]):
    """How many were acted on; those already dealt with are not counted."""

    count = serializers.IntegerField()
