"""The hub's settings for tests: real ones, with a throw-away master key, cheap hashes, and no address of any real platform.

DATABASE_URL and REDIS_URL choose the suite: SQLite and an in-memory broker, or PostgreSQL and Redis (``python -m tests``).
"""

import atexit
import os
import secrets
import shutil
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

# A shared directory would let two runs at once meet in one database file.
if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = mkdtemp(prefix="switchboard-tests-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
(Path(os.environ["VAR_DIR"]) / "static").mkdir(mode=0o700, parents=True, exist_ok=True)
os.environ.setdefault("VAULT_MASTER_KEY", secrets.token_urlsafe(48))
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["SWITCHBOARD_MODE"] = "embedded"
os.environ["SANDBOX"] = "1"
if (
    "REDIS_URL" in os.environ
    and (worker := os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")).isdecimal()
):
    # Each process of a run has a Redis database of its own: what one test's platform said is no business of another's.
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{int(worker) + 1}"
# Real host names, so that a request that escapes the in-process sandbox is seen and refused, not answered by chance.
os.environ["PLATFORM_GATEWAY_URL"] = "https://sandbox.invalid"

from config.settings import *  # noqa: E402, F403 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
VAULT_PBKDF2_ITERATIONS = 1_000
# No thread of its own writes into a test's tables: tests that look at the counts write them by hand.
VAULT_ACCESS_FLUSH = timedelta(0)
CELERY_TASK_ALWAYS_EAGER = False
PUBLISH_LANDING = timedelta(seconds=15)
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PUBLIC_URL = "http://testserver"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Files are looked for when they are asked for: each test's client would walk through all of them at its first request.
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in life: SQLite's shared memory databases lock whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}  # noqa: F405
