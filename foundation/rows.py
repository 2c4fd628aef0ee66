"""The columns every table of ours has."""

from typing import Any

from django.db import models

from foundation.ids import new_id


class Row(models.Model):
    """Give a table a time-ordered UUID key and the moments of its birth and last change (UTC)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


#: JSON columns hold plain data of ours; their shape is documented where they are declared.
Json = dict[str, Any]
