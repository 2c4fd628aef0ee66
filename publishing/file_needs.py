"""Which posts still need a file, asked before somebody deletes it."""

from typing import Final
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from publishing.contents import files_at
from publishing.models import PublishJob
from publishing.states import RESTING

_LONGEST_WORDS: Final = 60


def posts_needing(tenant_id: UUID, media_id: UUID) -> str:
    """Return in words the first post that is still to go out with a file, and how many more there are; empty for none."""
    waiting = PublishJob.objects.filter(tenant_id=tenant_id, role=PublishJob.Role.POST).exclude(state__in=RESTING)
    # Neither database looks into JSON the same way; an id is too long to stand in a text by chance.
    said = waiting.annotate(files=Cast("post__media", TextField()), others=Cast("post__overrides", TextField()))
    named = said.filter(Q(files__contains=str(media_id)) | Q(others__contains=str(media_id)))
    found: dict[UUID, PublishJob] = {}
    for job in named.select_related("post").order_by("planned_at", "id"):
        if any(one["id"] == str(media_id) for one in files_at(job.post, job.destination_id)):
            found.setdefault(job.post_id, job)
    if not found:
        return ""
    first = next(iter(found.values()))
    words = " ".join(first.post.text.split())
    quoted = f" “{words[:_LONGEST_WORDS]}{'…' if len(words) > _LONGEST_WORDS else ''}”" if words else ""
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"the post{quoted} ({first.post_id}), planned for {first.planned_at:%d %B %Y at %H:%M} UTC{more}"
