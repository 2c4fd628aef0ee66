"""Meta."""

from datetime import timedelta

from config import env
from config.settings.platforms import SANDBOX, platform_url
from foundation.secret import Secret

META_REFRESH_BEFORE = env.spans(
    "META_REFRESH_BEFORE_SECONDS",
    default=(86_400, 604_800),
    most=5_184_000,
    help="How long before its end a Meta token is traded for a fresh one; each moment has its own try. 0: never by itself.",
)
META_APP_ID = env.text(
    "META_APP_ID", default="1000000000000001" if SANDBOX else "", shown="", help="App ID of your Meta app."
)
META_APP_SECRET = env.secret("META_APP_SECRET", help="App secret of your Meta app.")
if META_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    META_APP_SECRET = Secret("sandbox-meta-app-secret")
META_GRAPH_VERSION = env.text("META_GRAPH_VERSION", default="v25.0", help="Graph API version every call names.")
META_SCOPES = env.listing(
    "META_SCOPES",
    default=(
        "pages_show_list",
        "pages_read_engagement",
        "pages_manage_posts",
        "pages_manage_engagement",
        "pages_read_user_content",
        "pages_manage_metadata",
        "pages_messaging",
        "read_insights",
        "business_management",
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_comments",
        "instagram_manage_insights",
    ),
    help="Scopes asked of Meta. Leave out what your app review does not cover; the features go with them.",
)
META_INSTAGRAM_DELETE_SCOPE = env.text(
    "META_INSTAGRAM_DELETE_SCOPE",
    default="instagram_manage_contents",
    help="Scope without which deleting on Instagram is not offered; Meta's pages do not name it. Empty: it is always tried.",
)
META_SETTLE = timedelta(
    seconds=env.number(
        "META_SETTLE_SECONDS",
        default=180,
        least=1,
        most=86_400,
        help="How long after an announced post its absence from the Page's list is no proof yet (Meta's lists lag).",
    )
)
META_GRAPH_URL = platform_url("META_GRAPH_URL", "graph.facebook.com")
META_DIALOG_URL = platform_url("META_DIALOG_URL", "www.facebook.com")
META_UPLOAD_URL = platform_url("META_UPLOAD_URL", "rupload.facebook.com")
META_MEDIA_BY = env.choice(
    "META_MEDIA_BY",
    default="upload",
    among=("upload", "url"),
    help="How files reach Meta: sent by us, or fetched by Meta from PUBLIC_URL. Instagram fetches images in any case.",
)
META_PHOTO_MOST_MB = env.number(
    "META_PHOTO_MOST_MB",
    default=4,
    least=1,
    most=10,
    help="The largest photo for a Page, in MB. Meta's pages name 4 and 10; its error message says 4.",
)
META_WEBHOOK_VERIFY_TOKEN = env.secret(
    "META_WEBHOOK_VERIFY_TOKEN",
    help="The verify token typed into the Webhooks page of your Meta app; without it Meta's challenge is refused.",
)
META_WEBHOOK_FIELDS = env.listing(
    "META_WEBHOOK_FIELDS",
    default=("feed", "mention", "messages"),
    help="What Pages are subscribed to. messages needs the scope pages_messaging.",
)
