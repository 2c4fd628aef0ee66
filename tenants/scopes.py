"""What a caller may do: the scopes of API keys, and the scopes each role of a member carries."""

from typing import Final

POSTS_READ: Final = "posts:read"
POSTS_WRITE: Final = "posts:write"
CONNECTIONS_READ: Final = "connections:read"
CONNECTIONS_WRITE: Final = "connections:write"
MEDIA_READ: Final = "media:read"
MEDIA_WRITE: Final = "media:write"
REVIEWS_READ: Final = "reviews:read"
REVIEWS_WRITE: Final = "reviews:write"
AUDIENCES_READ: Final = "audiences:read"
AUDIENCES_WRITE: Final = "audiences:write"
WEBHOOKS_READ: Final = "webhooks:read"
WEBHOOKS_WRITE: Final = "webhooks:write"
ANALYTICS_READ: Final = "analytics:read"
ANALYTICS_WRITE: Final = "analytics:write"
TENANT_READ: Final = "tenant:read"
TENANT_WRITE: Final = "tenant:write"
KEYS_WRITE: Final = "keys:write"
AUDIT_READ: Final = "audit:read"

#: Every scope with what it opens, in the words shown where a key is made.
SCOPES: Final[dict[str, str]] = {
    POSTS_READ: "Read posts, jobs and dead letters",
    POSTS_WRITE: "Publish, schedule, cancel, retry and redrive",
    CONNECTIONS_READ: "Read connections, destinations and platforms",
    CONNECTIONS_WRITE: "Connect, choose destinations, check health and disconnect",
    MEDIA_READ: "Read files and fetch them",
    MEDIA_WRITE: "Upload and delete files",
    REVIEWS_READ: "Read reviews of places",
    REVIEWS_WRITE: "Answer reviews in public",
    AUDIENCES_READ: "Read contacts and segments of audiences",
    AUDIENCES_WRITE: "Add, change and archive contacts of audiences",
    WEBHOOKS_READ: "Read webhook endpoints, deliveries and events",
    WEBHOOKS_WRITE: "Make, change, test and delete webhook endpoints, and replay deliveries",
    ANALYTICS_READ: "Read the numbers of posts and places",
    ANALYTICS_WRITE: "Have platforms asked for fresh numbers at once",
    TENANT_READ: "Read the tenant's settings and members",
    TENANT_WRITE: "Change the tenant's settings, invite and remove members",
    KEYS_WRITE: "Read, make, rotate and revoke API keys",
    AUDIT_READ: "Read who did what",
}

OWNER: Final = "owner"
EDITOR: Final = "editor"
VIEWER: Final = "viewer"

ROLE_SCOPES: Final[dict[str, frozenset[str]]] = {
    OWNER: frozenset(SCOPES),
    EDITOR: frozenset(
        {
            *(POSTS_READ, POSTS_WRITE, CONNECTIONS_READ, MEDIA_READ, MEDIA_WRITE),
            *(REVIEWS_READ, REVIEWS_WRITE, AUDIENCES_READ, AUDIENCES_WRITE, WEBHOOKS_READ),
            *(ANALYTICS_READ, ANALYTICS_WRITE, TENANT_READ),
        }
    ),
    # Contacts are people's own: who only looks has no need to see them.
    VIEWER: frozenset({POSTS_READ, CONNECTIONS_READ, MEDIA_READ, REVIEWS_READ, ANALYTICS_READ, TENANT_READ}),
}
