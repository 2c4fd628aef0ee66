"""What customers wrote about a place, and what the place answers: read from its platform and written there, never kept here."""

import re
from datetime import datetime
from typing import Final

from connectors import asking
from connectors.models import Destination
from connectors.types import Capability, ReviewPage
from foundation.errors import NotFound
from tenants.principal import Principal
from tenants.scopes import REVIEWS_READ, REVIEWS_WRITE
from tenants.services import record

#: An id of a platform's becomes part of an address there, so it may not lead anywhere else.
_ID: Final = re.compile(r"(?!\.+$)[^\s/\\?#%\x00-\x1f\x7f]{1,300}")


def reviews_of(*, principal: Principal, place: Destination, page: str, now: datetime) -> ReviewPage:
    """Return one page of a place's reviews, newest first. Raises ``Refusal`` when they cannot be had."""
    principal.require(REVIEWS_READ)
    _require(place)
    return asking.ask(place, lambda connector, target: connector.fetch_reviews(target, page=page), now=now)


def reply(*, principal: Principal, place: Destination, review: str, text: str, now: datetime) -> None:
    """Answer a review, or replace the answer; an empty text takes it away. Audited; raises ``Refusal``."""
    principal.require(REVIEWS_WRITE)
    if not _ID.fullmatch(review):
        raise NotFound("There is no such review.", remedy="List the reviews to find its id.")
    _require(place)
    asking.ask(place, lambda connector, target: connector.reply_to_review(review, text, target), now=now)
    action = "review.replied" if text else "review.reply_removed"
    record(tenant=principal.tenant, actor=principal.actor, action=action, subject=place, review=review)


def _require(place: Destination) -> None:
    asking.connector_for(place, Capability.REVIEWS, doing="read and answer reviews")
    asking.require_open(place)
