"""The shapes of posts, jobs and dead letters in the API: what clients send, and what they get."""

from dataclasses import replace
from typing import Any

from rest_framework import serializers

from foundation.errors import Finding
from foundation.forms import StrictSerializer
from publishing.drafts import Draft, draft_of
from publishing.models import Attempt, DeadLetter, Post, PublishJob
from publishing.selectors import state_of_post
from publishing.states import State

LONGEST_TEXT = 100_000
LONGEST_LINK = 2000


class OverrideSerializer(StrictSerializer):
    """What is said at one destination instead."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False)
    link = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_LINK)


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
    overrides = serializers.DictField(
        child=OverrideSerializer(),
        required=False,
        default=dict,
        help_text="By destination id: the text or link said there instead.",
    )

    def validate_overrides(self, value: dict[str, Any]) -> dict[Any, Any]:
        """Read the keys as ids."""
        ids = serializers.UUIDField()
        return {ids.run_validation(key): dict(said) for key, said in value.items()}

    def to_draft(self) -> Draft:
        """Return what was sent as a draft; call it after ``is_valid``."""
        said = self.validated_data
        return Draft(
            text=said["text"],
            link=said["link"].strip(),
            destinations=tuple(said["destinations"]),
            publish_at=said["publish_at"].strip(),
            time_zone=said["time_zone"].strip(),
            in_order=said["in_order"],
            overrides=said["overrides"],
        )


class EditPostSerializer(StrictSerializer):
    """What to change of a post; what is left out stays as it was."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False)
    link = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_LINK)
    publish_at = serializers.CharField(required=False, allow_blank=True, max_length=40, help_text="Empty: now.")
    time_zone = serializers.CharField(required=False, allow_blank=True, max_length=64)

    def applied_to(self, post: Post) -> Draft:
        """Return the post as the draft it is to become; call it after ``is_valid``."""
        said = self.validated_data
        kept = draft_of(post)
        moment = post.publish_at.isoformat() if post.publish_at else ""
        return replace(
            kept,
            text=said.get("text", kept.text),
            link=said.get("link", kept.link).strip(),
            destinations=tuple(job.destination_id for job in post.jobs.all()),
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


class JobSerializer(serializers.ModelSerializer[PublishJob]):
    """One post to one destination."""

    post = serializers.UUIDField(source="post_id")
    destination = serializers.UUIDField(source="destination_id")
    destination_name = serializers.CharField(source="destination.name")
    platform = serializers.CharField(source="platform_id")
    state = serializers.ChoiceField(choices=[state.value for state in State])
    error = serializers.SerializerMethodField()

    class Meta:
        model = PublishJob
        fields = [
            "id", "post", "destination", "destination_name", "platform", "state", "due_at", "attempt_count", "external_id",
            "permalink", "published_at", "error", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

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


class JobDetailSerializer(JobSerializer):
    """One job with its attempts."""

    attempts = AttemptSerializer(many=True)

    class Meta(JobSerializer.Meta):
        fields = [*JobSerializer.Meta.fields, "attempts"]
        read_only_fields = fields


class PostSerializer(serializers.ModelSerializer[Post]):
    """A post with its jobs."""

    state = serializers.SerializerMethodField()
    overrides = serializers.DictField(child=serializers.DictField(child=serializers.CharField(allow_blank=True)))
    jobs = JobSerializer(many=True)

    class Meta:
        model = Post
        fields = [
            "id",
            "state",
            "text",
            "link",
            "overrides",
            "publish_at",
            "time_zone",
            "in_order",
            "created_by",
            "created_at",
            "jobs",
        ]
        read_only_fields = fields

    def get_state(self, post: Post) -> str:
        """Return how the post as a whole is doing."""
        return state_of_post(list(post.jobs.all()))


class DeadLetterSerializer(serializers.ModelSerializer[DeadLetter]):
    """A job that needs a person."""

    platform = serializers.CharField(source="platform_id")
    job = JobSerializer()

    class Meta:
        model = DeadLetter
        fields = ["id", "kind", "fingerprint", "platform", "cause", "remedy", "who", "opened_at", "job"]
        read_only_fields = fields


class RedriveSerializer(StrictSerializer):
    """Which dead letters to send again: named by id, or all that share a cause."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, allow_empty=False, max_length=1000)
    fingerprint = serializers.CharField(
        required=False, max_length=120, help_text="All open dead letters of this cause."
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only tell what would happen.")

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


class EditSerializer(OverrideSerializer):
    """What a failed job shall say instead."""


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
