"""Google Business Profile."""

from datetime import timedelta

from config import env
from config.settings.platforms import SANDBOX, platform_url
from foundation.secret import Secret

GOOGLE_BUSINESS_APP_ID = env.text(
    "GOOGLE_BUSINESS_APP_ID",
    default="740000000001-sandboxprofiles.apps.googleusercontent.com" if SANDBOX else "",
    shown="",
    help="Client ID of your Google OAuth client (type 'Web application').",
)
GOOGLE_BUSINESS_APP_SECRET = env.secret("GOOGLE_BUSINESS_APP_SECRET", help="Client secret of your Google OAuth client.")
if GOOGLE_BUSINESS_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    GOOGLE_BUSINESS_APP_SECRET = Secret("sandbox-google-approved-secret")
GOOGLE_BUSINESS_REFRESH_BEFORE = timedelta(
    seconds=env.number(
        "GOOGLE_BUSINESS_REFRESH_BEFORE_SECONDS",
        default=3000,
        least=60,
        most=3300,
        help="How long before its end a Google access token, which lives an hour, is renewed. 600 makes it one call an hour.",
    )
)
GOOGLE_BUSINESS_SETTLE = timedelta(
    seconds=env.number(
        "GOOGLE_BUSINESS_SETTLE_SECONDS",
        default=300,
        least=1,
        most=86_400,
        help="How long after an announced post its absence from the location's posts is no proof yet.",
    )
)
GOOGLE_BUSINESS_RESENDS = env.number(
    "GOOGLE_BUSINESS_RESENDS",
    default=1,
    least=0,
    most=10,
    help="How often a post whose answer was lost, and that is not to be found, is sent again before a person is asked.",
)
GOOGLE_BUSINESS_CALLS_PER_MINUTE = env.number(
    "GOOGLE_BUSINESS_CALLS_PER_MINUTE",
    default=240,
    least=0,
    most=1_000_000,
    help="Calls a minute to each of Google's APIs, of 300 that a project is allowed; 0: nobody counts, Google tells by 429.",
)
GOOGLE_BUSINESS_EDITS_PER_MINUTE = env.number(
    "GOOGLE_BUSINESS_EDITS_PER_MINUTE",
    default=10,
    least=0,
    most=1_000,
    help="Posts, changes and replies a minute at one location; Google does not raise its limit of 10. 0: nobody counts.",
)
GOOGLE_BUSINESS_CONSENT_URL = platform_url("GOOGLE_BUSINESS_CONSENT_URL", "accounts.google.com")
GOOGLE_BUSINESS_TOKEN_URL = platform_url("GOOGLE_BUSINESS_TOKEN_URL", "oauth2.googleapis.com")
GOOGLE_BUSINESS_ACCOUNTS_URL = platform_url(
    "GOOGLE_BUSINESS_ACCOUNTS_URL", "mybusinessaccountmanagement.googleapis.com"
)
GOOGLE_BUSINESS_LOCATIONS_URL = platform_url(
    "GOOGLE_BUSINESS_LOCATIONS_URL", "mybusinessbusinessinformation.googleapis.com"
)
GOOGLE_BUSINESS_POSTS_URL = platform_url("GOOGLE_BUSINESS_POSTS_URL", "mybusiness.googleapis.com")
GOOGLE_BUSINESS_PERFORMANCE_URL = platform_url(
    "GOOGLE_BUSINESS_PERFORMANCE_URL", "businessprofileperformance.googleapis.com"
)
GOOGLE_BUSINESS_VERIFICATIONS_URL = platform_url(
    "GOOGLE_BUSINESS_VERIFICATIONS_URL", "mybusinessverifications.googleapis.com"
)
