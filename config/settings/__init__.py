"""Every setting of the hub, read once from the environment: a module for each subject (``docs/settings.md`` lists them all).

The order of the imports is the order of the list. A module may read what an earlier one said.
"""

import django_stubs_ext

from config.settings.process import *
from config.settings.entering import *
from config.settings.limits import *
from config.settings.rooms import *
from config.settings.database import *
from config.settings.broker import *
from config.settings.vault import *
from config.settings.platforms import *
from config.settings.meta import *
from config.settings.linkedin import *
from config.settings.tiktok import *
from config.settings.google_business import *
from config.settings.mailchimp import *
from config.settings.publishing import *
from config.settings.health import *
from config.settings.alerts import *
from config.settings.connect_links import *
from config.settings.analytics import *
from config.settings.reports import *
from config.settings.retention import *
from config.settings.webhooks import *
from config.settings.outbox import *
from config.settings.media import *
from config.settings.api import *
from config.settings.datadog import *
from config.settings.logging import *

django_stubs_ext.monkeypatch()
