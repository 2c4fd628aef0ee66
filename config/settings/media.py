"""Files."""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.process import VAR_DIR

MEDIA_ROOT = Path(
    env.text(
        "MEDIA_ROOT",
        default=str(VAR_DIR / "media"),
        shown="VAR_DIR/media",
        help="Where files are received, and kept unless MEDIA_STORAGE is s3. Web processes and workers of one machine share it.",
    )
)
MEDIA_STORAGE = env.choice(
    "MEDIA_STORAGE",
    default="local",
    among=("local", "s3"),
    help="local: files lie in MEDIA_ROOT. s3: in a bucket, which several machines need.",
)
S3_BUCKET = env.text("S3_BUCKET", help="The bucket for files. It stays private.")
S3_PREFIX = env.text("S3_PREFIX", help="What the names of files begin with in the bucket.")
S3_REGION = env.text("S3_REGION", help="The bucket's region.")
S3_ENDPOINT_URL = env.url("S3_ENDPOINT_URL", help="Where S3 is reached; none, at AWS.")
S3_ACCESS_KEY_ID = env.text("S3_ACCESS_KEY_ID", help="None: what the machine itself is allowed, such as a role.")
S3_SECRET_ACCESS_KEY = env.secret("S3_SECRET_ACCESS_KEY", help="The secret that belongs to S3_ACCESS_KEY_ID.")
S3_PATH_STYLE = env.flag(
    "S3_PATH_STYLE",
    default=False,
    help="Name the bucket in the path instead of the host, as many servers beside AWS need.",
)
MEDIA_S3_REDIRECT = env.flag(
    "MEDIA_S3_REDIRECT",
    default=False,
    help="Send who fetches a file on to the bucket. Spares the hub the traffic, but Instagram and TikTok follow no redirect.",
)
_MEGABYTE = 1_000_000
MEDIA_MOST_BYTES = {
    "image": _MEGABYTE
    * env.number("MEDIA_MAX_IMAGE_MB", default=50, least=1, most=1000, help="Longest picture taken, in megabytes."),
    "video": _MEGABYTE
    * env.number("MEDIA_MAX_VIDEO_MB", default=1000, least=1, most=20_000, help="Longest video taken, in megabytes."),
    "document": _MEGABYTE
    * env.number(
        "MEDIA_MAX_DOCUMENT_MB", default=100, least=1, most=1000, help="Longest document taken, in megabytes."
    ),
}
MEDIA_MAX_PIXELS = _MEGABYTE * env.number(
    "MEDIA_MAX_MEGAPIXELS",
    default=64,
    least=1,
    most=100,
    help="Largest picture taken, in millions of pixels; decoding needs 4 to 12 bytes of memory for each.",
)
MEDIA_QUOTA_BYTES = _MEGABYTE * env.number(
    "MEDIA_QUOTA_MB", default=10_000, least=0, most=100_000_000, help="Megabytes one tenant may keep; 0: no limit."
)
MEDIA_RETENTION = timedelta(
    days=env.number(
        "MEDIA_RETENTION_DAYS",
        default=90,
        least=0,
        most=3650,
        help="Files that nobody has used for so many days are removed; 0: kept until somebody deletes them.",
    )
)
MEDIA_UPLOAD_LIFE = timedelta(
    hours=env.number(
        "MEDIA_UPLOAD_HOURS",
        default=24,
        least=1,
        most=720,
        help="How long an upload in parts may take from its beginning.",
    )
)
MEDIA_URL_LIFE = timedelta(
    seconds=env.number(
        "MEDIA_URL_SECONDS",
        default=7200,
        least=60,
        most=604_800,
        help="How long a signed address of a file is good. TikTok wants an hour at least.",
    )
)
MEDIA_FETCH_TIMEOUT = timedelta(
    seconds=env.number(
        "MEDIA_FETCH_SECONDS",
        default=60,
        least=1,
        most=600,
        help="Seconds that fetching a file from an author's address may take in all.",
    )
)
MEDIA_FETCH_IN_FLIGHT = env.number(
    "MEDIA_FETCH_IN_FLIGHT", default=4, least=1, most=100, help="Files one web process fetches at once."
)
_ports = env.listing("MEDIA_FETCH_PORTS", default=("80", "443"), help="Ports that files may be fetched from.")
if not all(port.isdecimal() and 0 < int(port) < 65536 for port in _ports):
    raise ImproperlyConfigured("MEDIA_FETCH_PORTS must be a list of port numbers parted by commas, such as 80,443.")
MEDIA_FETCH_PORTS = tuple(int(port) for port in _ports)
MEDIA_FETCH_ALLOW_LOOPBACK = env.flag(
    "MEDIA_FETCH_ALLOW_LOOPBACK",
    default=False,
    help="Let files be fetched from this machine itself. Only for trying things with the sandbox: it opens every local port.",
)
