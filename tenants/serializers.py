"""What the API says of the hall, and what it takes."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from foundation.forms import StrictSerializer, unfit
from tenants import selectors
from tenants.models import ApiKey, AuditEntry, Invitation, Membership, Tenant
from tenants.scopes import SCOPES

#: How a key can be, with the names under which the OpenAPI document lists them.
KEY_STATES = [(state, state) for state in ("live", "ending", "expired", "revoked")]


def _known_zone(value: str) -> None:
    if value != "UTC" and value not in available_timezones():
        raise unfit("There is no such time zone. Use an IANA name such as Europe/Berlin.")


def _mail_address(value: str) -> None:
    # Not an EmailField: what is an address is more than the OpenAPI document can say.
    try:
        validate_email(value)
    except DjangoValidationError:
        raise unfit("This is no mail address.") from None


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """An API key: what is public of it."""

    state = serializers.SerializerMethodField()
    successor = serializers.UUIDField(source="successor_id", allow_null=True, read_only=True)

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = (
            *("id", "name", "prefix", "scopes", "state", "expires_at", "last_used_at", "last_used_from"),
            *("created_at", "created_by", "revoked_at", "successor"),
        )

    @extend_schema_field(serializers.ChoiceField(choices=KEY_STATES))
    def get_state(self, key: ApiKey) -> str:
        """Return its state now: live, ending (within a week), expired or revoked."""
        return selectors.state_of_key(key, now=timezone.now())


class MadeKeySerializer(ApiKeySerializer):
    """A key just made, with its text."""

    key = serializers.CharField(read_only=True, help_text="The key itself: told once, stored nowhere.")

    class Meta(ApiKeySerializer.Meta):
        fields = ("key", *ApiKeySerializer.Meta.fields)


class NewKeySerializer(StrictSerializer):
    """What a new key is to be."""

    name = serializers.CharField(max_length=120)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(SCOPES)), allow_empty=False, max_length=len(SCOPES) * 2
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Never, unless told.")

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        """Refuse the past."""
        if value is not None and value <= timezone.now():
            raise unfit("This moment has passed.")
        return value


class RotateKeySerializer(StrictSerializer):
    """How long the old key goes on opening."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=24 * 90, default=24)


@extend_schema_serializer(component_name="TenantMember")
class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A member of the tenant."""

    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.get_full_name", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "email", "name", "role", "created_at")


class RoleSerializer(StrictSerializer):
    """A member's role."""

    role = serializers.ChoiceField(choices=Membership.Role.choices, required=False, help_text="Left out: it stays.")


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An open invitation; its link is in the mail alone."""

    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "invited_by", "created_at", "expires_at")


class InviteSerializer(StrictSerializer):
    """Whom to invite, as what."""

    email = serializers.CharField(max_length=254, validators=[_mail_address])
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class TenantSerializer(serializers.ModelSerializer[Tenant]):
    """The tenant."""

    class Meta:
        model = Tenant
        fields = ("id", "name", "slug", "time_zone", "redrive_after_reconnect", "created_at")


class ChangeTenantSerializer(StrictSerializer):
    """What may be changed of the tenant; what is left out stays."""

    name = serializers.CharField(max_length=120, required=False)
    time_zone = serializers.CharField(max_length=64, required=False, validators=[_known_zone])
    redrive_after_reconnect = serializers.BooleanField(required=False)


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """A line of the audit log."""

    class Meta:
        model = AuditEntry
        fields = ("id", "created_at", "actor", "action", "subject_kind", "subject_id", "detail")


class LimitSerializer(serializers.Serializer[Any]):
    """An allowance of calls, and what is left of it."""

    name = serializers.CharField(help_text="As in the headers RateLimit and RateLimit-Policy.")
    about = serializers.CharField(help_text="What counts.")
    whose = serializers.ChoiceField(choices=["caller", "tenant"])
    calls = serializers.IntegerField(help_text="How many calls a minute.")
    left = serializers.IntegerField(allow_null=True, help_text="null: cannot be told just now, and nothing is refused.")
    full_in_seconds = serializers.IntegerField(
        allow_null=True, help_text="When all of it is there again, if nothing is spent."
    )


class LimitsSerializer(serializers.Serializer[Any]):
    """What the caller has left."""

    limits = LimitSerializer(many=True)
    platforms = serializers.CharField(help_text="Where what is left of a platform's own budgets is told.")
