"""LinkedIn."""

from datetime import timedelta

from config import env
from config.settings.platforms import SANDBOX, platform_url
from foundation.secret import Secret

LINKEDIN_REFRESH_BEFORE = env.spans(
    "LINKEDIN_REFRESH_BEFORE_SECONDS",
    default=(86_400, 604_800),
    most=5_184_000,
    help="How long before its end a LinkedIn token is renewed, where LinkedIn gave a refresh token. 0: never by itself.",
)

LINKEDIN_APP_ID = env.text(
    "LINKEDIN_APP_ID", default="86sandboxplus01" if SANDBOX else "", shown="", help="Client ID of your LinkedIn app."
)
LINKEDIN_APP_SECRET = env.secret(
    "LINKEDIN_APP_SECRET", help="Client secret of your LinkedIn app; it signs webhooks too."
)
if LINKEDIN_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    LINKEDIN_APP_SECRET = Secret("sandbox-linkedin-plus-secret")
LINKEDIN_DEVELOPER_APP_ID = env.text(
    "LINKEDIN_DEVELOPER_APP_ID",
    default="5550001" if SANDBOX else "",
    shown="",
    help="The app's number (in the address of its page on developers.linkedin.com); only webhooks need it.",
)
LINKEDIN_MODE = env.choice(
    "LINKEDIN_MODE",
    default="p_plus" if SANDBOX else "p",
    among=("p", "p_plus", "c"),
    help="Which products your app has. p: sign-in and Share on LinkedIn. p_plus: and Advertising. c: Community Management alone.",
)
LINKEDIN_SCOPES = env.listing(
    "LINKEDIN_SCOPES",
    help="Ask for exactly these scopes instead of the mode's. One that the app has no product for fails every login.",
)
LINKEDIN_EXTRA_SCOPES = env.listing(
    "LINKEDIN_EXTRA_SCOPES",
    help="Scopes asked for besides, such as r_member_postAnalytics, or r_ad_campaigns (a legacy name that normal apps lack).",
)
LINKEDIN_API_VERSION = env.text(
    "LINKEDIN_API_VERSION", default="202609", help="API version (YYYYMM) every call names; each lives about a year."
)
LINKEDIN_SETTLE = timedelta(
    seconds=env.number(
        "LINKEDIN_SETTLE_SECONDS",
        default=120,
        least=1,
        most=86_400,
        help="How long after an announced post its absence from a page's posts is no proof yet.",
    )
)
LINKEDIN_MEDIA_GRACE = timedelta(
    seconds=env.number(
        "LINKEDIN_MEDIA_GRACE_SECONDS",
        default=20,
        least=0,
        most=600,
        help="How long to wait after an upload before posting, where LinkedIn does not let us ask whether it is ready.",
    )
)
LINKEDIN_READ_BACK = env.flag(
    "LINKEDIN_READ_BACK",
    default=True,
    help="Read a page's post back after publishing, and tell when LinkedIn shows another text than was sent.",
)
LINKEDIN_DUPLICATE_CHECK = env.choice(
    "LINKEDIN_DUPLICATE_CHECK",
    default="text",
    among=("off", "text", "all"),
    help="After a lost answer, send a post that cannot be looked for once more and let LinkedIn refuse it as a duplicate: "
    "never, for posts without files, or for all (LinkedIn documents nothing for files).",
)
LINKEDIN_DUPLICATE_WINDOW = timedelta(
    seconds=env.number(
        "LINKEDIN_DUPLICATE_WINDOW_SECONDS",
        default=600,
        least=120,
        most=3600,
        help="How long LinkedIn refuses the same post as a duplicate.",
    )
)
LINKEDIN_MEMBER_CALLS_PER_DAY = env.number(
    "LINKEDIN_MEMBER_CALLS_PER_DAY",
    default=150 if LINKEDIN_MODE == "p" else 0,
    least=0,
    most=10_000_000,
    help="Calls a day (UTC), member and endpoint that your app is allowed (mode p: 150); 0: not known, LinkedIn tells by 429.",
)
LINKEDIN_APP_CALLS_PER_DAY = env.number(
    "LINKEDIN_APP_CALLS_PER_DAY",
    default=100_000 if LINKEDIN_MODE == "p" else 0,
    least=0,
    most=1_000_000_000,
    help="Calls a day (UTC) and endpoint that your app is allowed in all (mode p: 100000); 0: not known, LinkedIn tells by 429.",
)
LINKEDIN_API_URL = platform_url("LINKEDIN_API_URL", "api.linkedin.com")
LINKEDIN_OAUTH_URL = platform_url("LINKEDIN_OAUTH_URL", "www.linkedin.com")
