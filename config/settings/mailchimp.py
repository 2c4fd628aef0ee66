"""Mailchimp."""

from datetime import timedelta

from config import env
from config.settings.platforms import SANDBOX, SANDBOX_URL, platform_url

MAILCHIMP_API_URL = platform_url("MAILCHIMP_API_URL", "{dc}.api.mailchimp.com")
MAILCHIMP_ADMIN_URL = env.url(
    "MAILCHIMP_ADMIN_URL",
    default=f"{SANDBOX_URL}/us19.admin.mailchimp.com" if SANDBOX else "https://admin.mailchimp.com",
    shown="https://admin.mailchimp.com",
    help="Where people make their API keys: the form that asks for one leads there.",
)
MAILCHIMP_ALLOW_GLOBAL_HOST = env.flag(
    "MAILCHIMP_ALLOW_GLOBAL_HOST",
    default=False,
    help="Take API keys that name no data centre, too, and send them to api.mailchimp.com. Off: such a key was cut off.",
)
MAILCHIMP_CONCURRENT_CALLS = env.number(
    "MAILCHIMP_CONCURRENT_CALLS",
    default=10,
    least=1,
    most=10,
    help="Calls at one time for each Mailchimp user, all workers together. Mailchimp allows 10, which it shares with the user's other tools.",
)
MAILCHIMP_SETTLE = timedelta(
    seconds=env.number(
        "MAILCHIMP_SETTLE_SECONDS",
        default=180,
        least=1,
        most=86_400,
        help="How long after a lost answer a campaign that is still a draft is no proof yet. Mailchimp works up to 120 s on a call.",
    )
)
MAILCHIMP_SIGN_WEBHOOKS = env.flag(
    "MAILCHIMP_SIGN_WEBHOOKS",
    default=False,
    help="Ask Mailchimp to sign the webhooks of an audience. Not every account can; the secret in the address is there in any case.",
)
