"""What client apps and people can be told: one name each, stable, in the words of the documentation."""

from enum import StrEnum
from typing import Any, Final

#: Grows when a member of an event's data changes its meaning or goes; what is added leaves it as it is.
VERSION: Final = 1


class EventType(StrEnum):
    """A kind of news. Names are part of the API: they may be added to, never changed."""

    JOB_PUBLISHED = "job.published"
    JOB_FAILED = "job.failed"
    JOB_DEAD_LETTERED = "job.dead_lettered"
    POST_STANDING_CHANGED = "post.standing_changed"
    CONNECTION_CREATED = "connection.created"
    CONNECTION_RENEWED = "connection.renewed"
    CONNECTION_ATTENTION = "connection.attention"
    CONNECTION_RECOVERED = "connection.recovered"
    CONNECTION_HEALTH_CHANGED = "connection.health_changed"
    CONNECTION_EXPIRING = "connection.expiring"
    CONNECTION_DISCONNECTED = "connection.disconnected"
    CONNECT_LINK_COMPLETED = "connect_link.completed"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint.disabled"
    API_KEY_EXPIRING = "api_key.expiring"
    ALERT_RAISED = "alert.raised"
    ALERT_CLEARED = "alert.cleared"
    PING = "ping"


#: Kinds that are many, one or more for every post: they are written only for tenants of whom an endpoint wants them.
ONLY_WHEN_WANTED: Final = frozenset(
    {EventType.JOB_PUBLISHED, EventType.JOB_FAILED, EventType.JOB_DEAD_LETTERED, EventType.POST_STANDING_CHANGED}
)
#: What an endpoint may ask for. A ping comes only when somebody asks for one.
TYPES: Final = tuple(kind for kind in EventType if kind is not EventType.PING)

#: When each is told, in the words of the documentation.
MEANINGS: Final[dict[EventType, str]] = {
    EventType.JOB_PUBLISHED: "A post is public at one destination.",
    EventType.JOB_FAILED: "A job stopped and needs its author or tenant: the content was refused, an account must be reconnected.",
    EventType.JOB_DEAD_LETTERED: "A job stopped and needs an operator, or nobody knows whether its post is live.",
    EventType.POST_STANDING_CHANGED: "A published post stands otherwise than before: its platform rejected, removed or restored it.",
    EventType.CONNECTION_CREATED: "An account was connected.",
    EventType.CONNECTION_RENEWED: "An account was connected again: its tokens are fresh.",
    EventType.CONNECTION_ATTENTION: "An account needs a person: until then nothing is published with it.",
    EventType.CONNECTION_RECOVERED: "An account that needed a person works again.",
    EventType.CONNECTION_HEALTH_CHANGED: "A health check found an account healthier or sicker than before.",
    EventType.CONNECTION_EXPIRING: "What an account's grant rests on ends soon.",
    EventType.CONNECTION_DISCONNECTED: "An account was disconnected and its tokens destroyed.",
    EventType.CONNECT_LINK_COMPLETED: "Somebody went through a connect link to its end.",
    EventType.WEBHOOK_ENDPOINT_DISABLED: "The hub switched an endpoint off: it failed for days, or said that it is gone. Other endpoints are told.",
    EventType.API_KEY_EXPIRING: "An API key ends within a week: rotate it before that.",
    EventType.ALERT_RAISED: "A rule of the operators found something wrong.",
    EventType.ALERT_CLEARED: "What an alert told of is over.",
    EventType.PING: "Somebody asked for a test.",
}

_JOB: Final[dict[str, Any]] = {
    "job_id": "019f7c1e-3b6a-7f60-9d1e-51f0a2c4b7d1",
    "post_id": "019f7c1e-3b5f-7aa0-8c55-0d4b1f6e9a02",
    "idempotency_key": "order-4711",
    "role": "post",
    "state": "published",
    "platform": "linkedin",
    "destination_id": "019f7b90-11d2-7c3e-a5c8-2f9d7be01144",
    "connection_id": "019f7b90-0a4e-7d11-b2aa-7c6e5f30d291",
    "external_id": "urn:li:share:7123456789012345678",
    "permalink": "https://www.linkedin.com/feed/update/urn:li:share:7123456789012345678/",
    "published_at": "2026-11-22T09:00:01.250000+00:00",
    "error": None,
    "dead_letter_id": None,
}
_UNPUBLISHED: Final[dict[str, Any]] = {"external_id": "", "permalink": "", "published_at": None}
_CONNECTION: Final[dict[str, Any]] = {
    "connection_id": "019f7b90-0a4e-7d11-b2aa-7c6e5f30d291",
    "platform": "linkedin",
    "status": "active",
    "error": None,
}
_REVOKED: Final = {
    "code": "linkedin:65601",
    "cause": "LinkedIn no longer accepts this account's token.",
    "remedy": "Reconnect the account.",
}

#: What the data of each looks like; the documentation and the pages show these.
SAMPLES: Final[dict[EventType, dict[str, Any]]] = {
    EventType.JOB_PUBLISHED: _JOB,
    EventType.JOB_FAILED: {
        **_JOB,
        **_UNPUBLISHED,
        "state": "failed",
        "error": {
            "code": "content_rejected",
            "cause": "The text is longer than this destination takes.",
            "remedy": "Shorten it and send the job again.",
            "who": "author",
        },
        "dead_letter_id": "019f7c1e-5d01-7b22-8f0a-9c3d6e7f1a2b",
    },
    EventType.JOB_DEAD_LETTERED: {
        **_JOB,
        **_UNPUBLISHED,
        "state": "dlq",
        "error": {
            "code": "transient",
            "cause": "LinkedIn answered 503 five times.",
            "remedy": "Wait until it is well again, then redrive the job.",
            "who": "operator",
        },
        "dead_letter_id": "019f7c1e-5d01-7b22-8f0a-9c3d6e7f1a2b",
    },
    EventType.POST_STANDING_CHANGED: {
        **_JOB,
        "standing": {
            "state": "rejected",
            "before": "live",
            "reason": "It was found to break the platform's policies.",
            "remedy": "Change it and publish it anew.",
            "changed_at": "2026-11-22T10:00:03.100000+00:00",
        },
    },
    EventType.CONNECTION_CREATED: _CONNECTION,
    EventType.CONNECTION_RENEWED: _CONNECTION,
    EventType.CONNECTION_ATTENTION: {**_CONNECTION, "status": "attention", "error": _REVOKED},
    EventType.CONNECTION_RECOVERED: _CONNECTION,
    EventType.CONNECTION_HEALTH_CHANGED: {
        "connection_id": "019f7b90-0a4e-7d11-b2aa-7c6e5f30d291",
        "platform": "linkedin",
        "state": "degraded",
        "previous": "healthy",
        "code": "scope_missing",
        "cause": "The permission to read comments is missing.",
        "remedy": "Reconnect the account and allow everything that is asked.",
        "link": "https://hub.example.com/connections/019f7b90-0a4e-7d11-b2aa-7c6e5f30d291/reconnect",
        "since": "2026-11-22T09:00:00+00:00",
    },
    EventType.CONNECTION_EXPIRING: {
        **_CONNECTION,
        "days": 7,
        "ends_at": "2026-11-29T09:00:00+00:00",
    },
    EventType.CONNECTION_DISCONNECTED: {**_CONNECTION, "status": "inactive"},
    EventType.CONNECT_LINK_COMPLETED: {
        "connect_link_id": "019f7b8f-99aa-7e01-a3b4-c5d6e7f80912",
        "connection_id": "019f7b90-0a4e-7d11-b2aa-7c6e5f30d291",
        "external_user_id": "customer-17",
        "state": "",
    },
    EventType.WEBHOOK_ENDPOINT_DISABLED: {
        "endpoint_id": "019f7a00-1c2d-7e3f-8a4b-5c6d7e8f9a0b",
        "reason": "failing",
        "cause": "It has not taken a delivery since 17 Nov 2026, 09:00 UTC.",
        "remedy": "Mend the receiver, switch the endpoint on, then replay what failed.",
    },
    EventType.API_KEY_EXPIRING: {
        "api_key_id": "019f7a10-2b3c-7d4e-9f5a-6b7c8d9e0f1a",
        "name": "Shop",
        "prefix": "swb_1a2b3c4d",
        "ends_at": "2026-11-29T09:00:00+00:00",
    },
    EventType.ALERT_RAISED: {
        "alert_id": "019f7c20-0000-7abc-8def-0123456789ab",
        "rule": "dead_letters_rising",
        "title": "Dead letters are rising",
        "severity": "bad",
        "cause": "25 jobs became dead letters within ten minutes; usual are none.",
        "remedy": "Look at them grouped by cause. Mend the cause, then redrive the group: each job goes out once.",
        "value": 25,
        "runbook": "https://hub.example.com/docs/runbook#dead_letters_rising",
        "since": "2026-11-22T09:00:00+00:00",
        "raised_at": "2026-11-22T09:00:00+00:00",
    },
    EventType.ALERT_CLEARED: {
        "alert_id": "019f7c20-0000-7abc-8def-0123456789ab",
        "rule": "dead_letters_rising",
        "title": "Dead letters are rising",
        "severity": "bad",
        "since": "2026-11-22T09:00:00+00:00",
        "raised_at": "2026-11-22T09:00:00+00:00",
        "cleared_at": "2026-11-22T09:40:00+00:00",
    },
    EventType.PING: {"endpoint_id": "019f7a00-1c2d-7e3f-8a4b-5c6d7e8f9a0b"},
}
