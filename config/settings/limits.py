"""How often."""

from config import env

#: Calls a minute of one API key or member, by their kind.
API_LIMITS = {
    "publish": env.number(
        "API_PUBLISH_PER_MINUTE",
        default=3000,
        least=0,
        most=10_000_000,
        help="Posts, and checks of posts, a minute that one API key or member may make; 0: no limit.",
    ),
    "read": env.number(
        "API_READ_PER_MINUTE",
        default=6000,
        least=0,
        most=10_000_000,
        help="Reads a minute that one API key or member may make; 0: no limit.",
    ),
    "write": env.number(
        "API_WRITE_PER_MINUTE",
        default=1200,
        least=0,
        most=10_000_000,
        help="Other writes a minute that one API key or member may make; 0: no limit.",
    ),
    "media": env.number(
        "API_MEDIA_PER_MINUTE",
        default=1200,
        least=0,
        most=10_000_000,
        help="Uploads and other calls about files a minute that one API key or member may make; 0: no limit.",
    ),
    "expensive": env.number(
        "API_EXPENSIVE_PER_MINUTE",
        default=240,
        least=0,
        most=10_000_000,
        help="Calls that ask a platform at once, a minute that one API key or member may make; 0: no limit.",
    ),
}
API_TENANT_TIMES = env.number(
    "API_TENANT_TIMES",
    default=4,
    least=1,
    most=1000,
    help="How many times that all keys and members of one tenant may make together.",
)
API_BAD_KEYS_PER_MINUTE = env.number(
    "API_BAD_KEYS_PER_MINUTE",
    default=30,
    least=0,
    most=100_000,
    help="Wrong API keys a minute from one address before it has to wait; right ones from there still open. 0: no limit.",
)
