"""TikTok."""

from datetime import timedelta

from config import env
from config.settings.platforms import PLATFORM_GATEWAY_URL, SANDBOX, platform_url
from foundation.secret import Secret

TIKTOK_APP_ID = env.text(
    "TIKTOK_APP_ID",
    default="aw7sandboxaudited1" if SANDBOX else "",
    shown="",
    help="Client key of your TikTok app (that of its sandbox while you try).",
)
TIKTOK_APP_SECRET = env.secret("TIKTOK_APP_SECRET", help="Client secret of your TikTok app; it signs webhooks too.")
if TIKTOK_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    TIKTOK_APP_SECRET = Secret("sandbox-tiktok-audited-secret")
TIKTOK_SCOPES = env.listing(
    "TIKTOK_SCOPES",
    default=(
        "user.info.basic",
        "user.info.profile",
        "user.info.stats",
        "video.list",
        "video.upload",
        "video.publish",
    ),
    help="Scopes asked of TikTok. One that your app is not approved for fails every login; the features go with them.",
)
TIKTOK_AUDITED = env.flag(
    "TIKTOK_AUDITED",
    default=SANDBOX,
    help="Whether your app has passed TikTok's audit of the Content Posting API. Until then posts are for the creator alone, "
    "and their account must be private.",
)
TIKTOK_VIDEO_BY = env.choice(
    "TIKTOK_VIDEO_BY",
    default="upload",
    among=("upload", "url"),
    help="How videos reach TikTok: sent by us in chunks, or fetched by TikTok from PUBLIC_URL, whose domain must be verified for "
    "the app. Photos are fetched in any case.",
)
TIKTOK_CHUNK_BYTES = env.number(
    "TIKTOK_CHUNK_BYTES",
    default=5_242_880,
    least=5_242_880,
    most=32_000_000,
    help="How many bytes of a video go in one request.",
)
TIKTOK_POSTS_PER_DAY = env.number(
    "TIKTOK_POSTS_PER_DAY",
    default=15,
    least=0,
    most=10_000,
    help="Direct posts of one account within 24 hours (TikTok's usual cap, shared with other apps); 0: TikTok tells.",
)
TIKTOK_DRAFTS_PER_DAY = env.number(
    "TIKTOK_DRAFTS_PER_DAY",
    default=5,
    least=0,
    most=10_000,
    help="Drafts that may wait in one account's inbox within 24 hours (TikTok's cap); 0: TikTok tells.",
)
TIKTOK_REFRESH_AT_PERCENT = env.number(
    "TIKTOK_REFRESH_AT_PERCENT",
    default=75,
    least=25,
    most=95,
    help="After which share of a token's stated life it is traded for a fresh one (75: 18 hours of 24, 90 minutes of 120).",
)
TIKTOK_SETTLE = timedelta(
    seconds=env.number(
        "TIKTOK_SETTLE_SECONDS",
        default=900,
        least=1,
        most=86_400,
        help="How long a video that TikTok was told to fetch is looked for after a lost answer, before a person is asked.",
    )
)
TIKTOK_API_URL = platform_url("TIKTOK_API_URL", "open.tiktokapis.com")
TIKTOK_OAUTH_URL = platform_url("TIKTOK_OAUTH_URL", "www.tiktok.com")
TIKTOK_UPLOAD_GATEWAY_URL = env.url(
    "TIKTOK_UPLOAD_GATEWAY_URL",
    default=PLATFORM_GATEWAY_URL,
    shown="PLATFORM_GATEWAY_URL",
    help="Reach TikTok's upload hosts, whose names vary, under this address, the host name as first path segment; empty: directly.",
)
