"""Who enters."""

import re
from datetime import timedelta
from ipaddress import ip_network

from django.core.exceptions import ImproperlyConfigured

from config import env

BEHIND_PROXY = env.flag(
    "BEHIND_PROXY",
    default=False,
    help="Trust X-Forwarded-Proto and X-Forwarded-For from the proxies in front of the hub. Only if nobody can get past them.",
)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = (
    env.number(
        "PROXY_COUNT",
        default=1,
        least=1,
        most=10,
        help="With BEHIND_PROXY: how many proxies add to X-Forwarded-For. The client is counted from the right, as the left is anybody's word.",
    )
    * BEHIND_PROXY
)
_admin_path = env.text("ADMIN_PATH", default="admin", help="Where operators find the admin, below PUBLIC_URL.")
ADMIN_PATH = _admin_path.strip("/")
if not re.fullmatch(r"[\w-]+(/[\w-]+)*", ADMIN_PATH) or ADMIN_PATH.split("/")[0] in {"api", "static", "webhooks"}:
    raise ImproperlyConfigured(
        "ADMIN_PATH must be a path of letters, digits and dashes that nothing else uses, such as admin."
    )
try:
    ADMIN_ADDRESSES = tuple(
        ip_network(each)
        for each in env.listing(
            "ADMIN_ADDRESSES",
            help="Addresses and networks that may open the admin, such as 10.0.0.0/8; none: everybody who may sign in there.",
        )
    )
except ValueError as error:
    raise ImproperlyConfigured(f"ADMIN_ADDRESSES must be addresses or networks parted by commas: {error}.") from error
STAFF_TOTP_REQUIRED = env.flag(
    "STAFF_TOTP_REQUIRED",
    default=False,
    help="Refuse the admin to operators who have not switched on two-step sign-in.",
)
SESSION_ENGINE = "tenants.browser_sessions"
SESSION_COOKIE_AGE = 86_400 * env.number(
    "SESSION_DAYS", default=14, least=1, most=365, help="Days after which everybody signs in again."
)
SESSION_IDLE = timedelta(
    minutes=env.number(
        "SESSION_IDLE_MINUTES",
        default=4320,
        least=0,
        most=525_600,
        help="Minutes without a request after which a browser is signed out; 0: never before SESSION_DAYS.",
    )
)
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
AXES_FAILURE_LIMIT = env.number(
    "SIGN_IN_TRIES",
    default=10,
    least=3,
    most=1000,
    help="Wrong passwords for one account from one address before both together have to wait.",
)
AXES_COOLOFF_TIME = timedelta(
    minutes=env.number(
        "SIGN_IN_WAIT_MINUTES",
        default=15,
        least=1,
        most=1440,
        help="How long they wait, from the last wrong password on.",
    )
)
# Together: nobody is locked out by what another does behind the same proxy, nor by a stranger who guesses elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "tenants.addresses.guessing_address"
AXES_USERNAME_CALLABLE = "tenants.signing_in.account_name"
AXES_LOCKOUT_CALLABLE = "tenants.signing_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
