"""The hub's settings, with one address more: a view that does nothing, behind the same server and middleware."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floors.web_urls"
