"""What client apps and people can be told: one name each, stable, in the words of the documentation."""

from enum import StrEnum


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
    ALERT_RAISED = "alert.raised"
    ALERT_CLEARED = "alert.cleared"
    PING = "ping"
