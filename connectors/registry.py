"""Which platforms there are. Adding one is a folder and a line here."""

from typing import Final

from connectors.base import Connector
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.linkedin.connector import LinkedInConnector
from connectors.mailchimp.connector import MailchimpConnector
from connectors.meta.connector import MetaConnector
from connectors.tiktok.connector import TikTokConnector

CONNECTORS: Final[dict[str, type[Connector]]] = {
    connector.slug: connector
    for connector in (
        MetaConnector,
        LinkedInConnector,
        TikTokConnector,
        GoogleBusinessConnector,
        MailchimpConnector,
    )
}
