"""The shape of alerts in the API."""

from rest_framework import serializers

from foundation.forms import StrictSerializer
from monitoring import runbook
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import RULES
from monitoring.alerting.services import HOURS

STATES = ("firing", "cleared")


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """Something that is or was wrong, told to a tenant."""

    rule = serializers.CharField(
        help_text="Which rule found it: " + ", ".join(f"`{slug}`" for slug, one in RULES.items() if one.of_tenants)
    )
    state = serializers.SerializerMethodField()
    severity = serializers.ChoiceField(
        choices=Alert.Severity.choices, help_text="bad: acts now; warn: should be looked at."
    )
    runbook = serializers.SerializerMethodField(help_text="Where it is told step by step what to do.")

    class Meta:
        model = Alert
        fields = (
            *(
                "id",
                "rule",
                "title",
                "severity",
                "state",
                "cause",
                "remedy",
                "runbook",
                "value",
                "since",
                "raised_at",
                "cleared_at",
            ),
            *("acknowledged_at", "acknowledged_by", "silenced_until"),
        )

    def get_state(self, alert: Alert) -> str:
        """Return ``firing`` or ``cleared``."""
        return STATES[alert.cleared_at is not None]

    def get_runbook(self, alert: Alert) -> str:
        """Return the address of the rule's section."""
        return runbook.url_of(alert.rule)


class SilenceSerializer(StrictSerializer):
    """For how long nothing is sent about an alert."""

    hours = serializers.IntegerField(
        min_value=0, max_value=max(HOURS), help_text=f"{', '.join(str(one) for one in HOURS)}; 0 ends a silence."
    )
