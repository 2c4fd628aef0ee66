"""The WSGI entry for web servers."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
tracing.is_server()

# Everything that lasts as long as the process is loaded now and taken out of the collector's sight: going through some hundred
# thousand objects of code again and again would make now and then a request wait for tens of milliseconds.
get_resolver().url_patterns  # noqa: B018 - reading them loads every view
gc.collect()
gc.freeze()
