"""Rows of the post room: news, written in the transaction of what it tells."""

from typing import ClassVar

from django.db import models

from foundation.rows import Row
from tenants.models import Tenant


class OutgoingEvent(Row):
    """One piece of news for a tenant. Its id is what receivers know it by, however often it is delivered."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(max_length=40, help_text="One of EventType; a new word needs no migration.")
    happened_at = models.DateTimeField()
    data = models.JSONField(default=dict, help_text="What receivers are told; never a secret.")

    class Meta:
        db_table = "outgoing_events"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["tenant", "-id"], name="news_of_tenant")]

    def __str__(self) -> str:
        return f"{self.type} for {self.tenant_id}"
