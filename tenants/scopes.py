"""What a caller may do: the scopes of API keys, and the scopes each role of a member carries."""

from typing import Final

POSTS_READ: Final = "posts:read"
POSTS_WRITE: Final = "posts:write"
CONNECTIONS_READ: Final = "connections:read"
CONNECTIONS_WRITE: Final = "connections:write"
MEDIA_READ: Final = "media:read"
MEDIA_WRITE: Final = "media:write"

#: Every scope with what it opens, in the words shown where a key is made.
SCOPES: Final[dict[str, str]] = {
    POSTS_READ: "Read posts, jobs and dead letters",
    POSTS_WRITE: "Publish, schedule, cancel, retry and redrive",
    CONNECTIONS_READ: "Read connections, destinations and platforms",
    CONNECTIONS_WRITE: "Connect, choose destinations, check health and disconnect",
    MEDIA_READ: "Read files and fetch them",
    MEDIA_WRITE: "Upload and delete files",
}

OWNER: Final = "owner"
EDITOR: Final = "editor"
VIEWER: Final = "viewer"

ROLE_SCOPES: Final[dict[str, frozenset[str]]] = {
    OWNER: frozenset(SCOPES),
    EDITOR: frozenset({POSTS_READ, POSTS_WRITE, CONNECTIONS_READ, MEDIA_READ, MEDIA_WRITE}),
    VIEWER: frozenset({POSTS_READ, CONNECTIONS_READ, MEDIA_READ}),
}
