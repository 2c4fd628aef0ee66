"""The tables behind the views that are no facts of other rooms: what SQL cannot see, and what is summed up beforehand."""

from django.db import models

from connectors.models import Platform


class PlatformReadiness(models.Model):
    """What settings and code say of a platform, which SQL cannot see: written down by the hub's processes now and then."""

    platform = models.OneToOneField(Platform, on_delete=models.CASCADE, primary_key=True, related_name="+")
    configured = models.BooleanField(help_text="Its credentials are set.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is not configured.")
    remedy = models.CharField(max_length=300, blank=True)
    api_version = models.CharField(max_length=40, blank=True)
    version_sunset_on = models.DateField(null=True, blank=True)
    version_remedy = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        db_table = "platform_readiness"
        verbose_name_plural = "platform readiness"

    def __str__(self) -> str:
        return self.platform_id
