"""Accounts and locations: every page, every account, each location once, and why nothing can be posted for some."""

from collections.abc import Mapping
from typing import Any

import pytest
import responses

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.google_business.standing import from_verifications
from connectors.types import FoundDestination
from foundation.secret import Secret
from tests.connectors.google_business.stage import (
    ACCOUNT,
    ACCOUNTS,
    LOCATION,
    LOCATIONS,
    OTHER_ACCOUNT,
    PLACE,
    VERIFICATIONS,
    refused,
)

VOICE = {"hasVoiceOfMerchant": True, "mapsUri": "https://maps.google.com/maps?cid=1", "canDelete": True}
CAFE = {
    "name": LOCATION,
    "title": "Cafe Uno",
    "storeCode": "66",
    "languageCode": "en",
    "storefrontAddress": {"regionCode": "US", "locality": "Austin"},
    "openInfo": {"status": "OPEN", "canReopen": True},
    "metadata": VOICE,
    "fieldOfTheFuture": {"a": 1},
}
ME = {"name": ACCOUNT, "accountName": "Jane Doe", "type": "PERSONAL"}
GROUP = {"name": OTHER_ACCOUNT, "accountName": "Shops", "type": "LOCATION_GROUP", "role": "MANAGER"}


def places(connector: GoogleBusinessConnector) -> dict[str, FoundDestination]:
    found = connector.fetch_accounts(access_token=Secret("ya29.x"))
    assert len({place.external_id for place in found}) == len(found)
    return {place.external_id: place for place in found}


def listed(answers: responses.RequestsMock, account: str, *locations: Mapping[str, Any], **more: Any) -> None:
    answers.get(f"{LOCATIONS}/{account}/locations", json={"locations": list(locations), **more})


def test_every_page_of_every_account_is_walked_even_an_empty_one(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(ACCOUNTS, json={"accounts": [ME], "nextPageToken": "two"})
    answers.get(
        ACCOUNTS,
        json={"accounts": [GROUP]},
        match=[responses.matchers.query_param_matcher({"pageSize": "20", "pageToken": "two"})],
    )
    listed(answers, ACCOUNT, CAFE)
    url = f"{LOCATIONS}/{OTHER_ACCOUNT}/locations"
    mask = "name,title,storeCode,languageCode,storefrontAddress,websiteUri,openInfo,metadata"
    asked = {"readMask": mask, "pageSize": "100"}
    matcher = responses.matchers.query_param_matcher
    answers.get(url, json={"nextPageToken": "b"}, match=[matcher(asked)])
    more = {**CAFE, "name": "locations/7", "title": "Cafe Due"}
    answers.get(
        url, json={"locations": [CAFE, more], "nextPageToken": "c"}, match=[matcher({**asked, "pageToken": "b"})]
    )
    answers.get(url, json={}, match=[matcher({**asked, "pageToken": "c"})])
    found = places(connector)
    assert list(found) == [LOCATION, "locations/7"]
    assert found[LOCATION].facts["account"] == ACCOUNT, "the account that listed it first opens it"
    assert found["locations/7"].facts["account"] == OTHER_ACCOUNT


def test_a_place_is_told_with_what_posting_and_people_need(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(ACCOUNTS, json={"accounts": [ME]})
    listed(answers, ACCOUNT, CAFE)
    place = places(connector)[LOCATION]
    assert (place.kind, place.name, place.username) == ("google_business_location", "Cafe Uno, Austin", "66")
    assert (place.url, place.obstacle) == ("https://maps.google.com/maps?cid=1", "")
    assert place.facts["standing"] == "open"
    assert place.facts["language"] == "en"


@pytest.mark.parametrize(
    ("changed", "told", "words", "word"),
    [
        ({"metadata": {}}, {"verify": {}}, "not verified. Verify", "unverified"),
        ({"metadata": {}}, {"verify": {"hasPendingVerification": True}}, "verification is under way", "unverified"),
        ({"metadata": {}}, {"waitForVoiceOfMerchant": {}}, "still reviewing", "waiting"),
        ({"metadata": {}}, {"resolveOwnershipConflict": {}}, "Somebody else owns", "conflict"),
        (
            {"metadata": {}},
            {"complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_SUSPENDED"}},
            "suspended",
            "suspended",
        ),
        (
            {"metadata": {}},
            {"complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_DISABLED"}},
            "disabled",
            "disabled",
        ),
        ({"metadata": {}}, {"complyWithGuidelines": {"recommendationReason": "NEW_WORD"}}, "guidelines", "suspended"),
        ({"metadata": {}}, {"somethingNew": {}}, "does not show changes", "silent"),
        ({"metadata": {}}, {"hasVoiceOfMerchant": True}, "does not show changes", "silent"),
        ({"openInfo": {"status": "CLOSED_PERMANENTLY"}}, None, "permanently closed", "closed"),
        ({"metadata": {**VOICE, "duplicateLocation": "locations/8"}}, None, "duplicate", "duplicate"),
    ],
)
def test_why_nothing_can_be_posted_is_told_with_what_to_do(
    connector: GoogleBusinessConnector,
    answers: responses.RequestsMock,
    changed: dict[str, Any],
    told: dict[str, Any] | None,
    words: str,
    word: str,
) -> None:
    answers.get(ACCOUNTS, json={"accounts": [ME]})
    listed(answers, ACCOUNT, {**CAFE, **changed})
    if told is not None:
        answers.get(f"{VERIFICATIONS}/{LOCATION}/VoiceOfMerchantState", json=told)
    place = places(connector)[LOCATION]
    assert words in place.obstacle
    assert len(place.obstacle) <= 300
    assert place.facts["standing"] == word


def test_a_switched_off_verifications_api_costs_the_reason_and_not_the_place(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(ACCOUNTS, json={"accounts": [ME]})
    listed(answers, ACCOUNT, {**CAFE, "metadata": {}})
    body = refused(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED")
    answers.get(f"{VERIFICATIONS}/{LOCATION}/VoiceOfMerchantState", status=403, json=body)
    assert "does not show changes" in places(connector)[LOCATION].obstacle


def test_a_place_that_is_closed_for_a_while_can_be_posted_to(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(ACCOUNTS, json={"accounts": [ME]})
    listed(answers, ACCOUNT, {**CAFE, "openInfo": {"status": "CLOSED_TEMPORARILY"}})
    place = places(connector)[LOCATION]
    assert place.obstacle == ""
    assert "temporarily closed" in place.facts["notice"]


def test_an_account_that_may_not_be_looked_into_stands_in_no_others_way(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(ACCOUNTS, json={"accounts": [GROUP, ME, {"name": "accounts/3"}, {"name": "strange"}]})
    answers.get(f"{LOCATIONS}/{OTHER_ACCOUNT}/locations", status=403, json=refused(403, "PERMISSION_DENIED"))
    answers.get(f"{LOCATIONS}/accounts/3/locations", status=404, json=refused(404, "NOT_FOUND"))
    listed(answers, ACCOUNT, CAFE)
    assert list(places(connector)) == [LOCATION]


def test_when_no_account_may_be_looked_into_that_is_said(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(ACCOUNTS, json={"accounts": [ME]})
    answers.get(f"{LOCATIONS}/{ACCOUNT}/locations", status=403, json=refused(403, "PERMISSION_DENIED"))
    with pytest.raises(ReconnectRequired, match="does not let this account"):
        connector.fetch_accounts(access_token=Secret("ya29.x"))
    answers.replace(responses.GET, f"{LOCATIONS}/{ACCOUNT}/locations", status=404, body="<html>not found")
    with pytest.raises(UnexpectedAnswer):
        connector.fetch_accounts(access_token=Secret("ya29.x"))


def test_writing_for_a_place_begins_with_how_it_stands(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, now: Any
) -> None:
    url = f"{LOCATIONS}/{LOCATION}"
    answers.get(url, json=CAFE)
    composing = alone.composing(PLACE, now=now)
    assert (composing.name, composing.obstacle) == ("Cafe Uno", "")
    assert any("products" in notice for notice in composing.notices)
    answers.replace(responses.GET, url, json={**CAFE, "openInfo": {"status": "CLOSED_PERMANENTLY"}})
    assert "permanently closed" in alone.composing(PLACE, now=now).obstacle
    answers.replace(responses.GET, url, status=404, json=refused(404, "NOT_FOUND"))
    assert "does not find this location" in alone.composing(PLACE, now=now).obstacle
    answers.replace(responses.GET, url, status=403, json=refused(403, "PERMISSION_DENIED"))
    assert "does not let this account" in alone.composing(PLACE, now=now).obstacle
    answers.replace(responses.GET, url, status=401, json=refused(401, "UNAUTHENTICATED"))
    with pytest.raises(ReconnectRequired):
        alone.composing(PLACE, now=now)


def test_the_four_actions_google_asks_for_have_four_tellings() -> None:
    actions = ("verify", "waitForVoiceOfMerchant", "resolveOwnershipConflict", "complyWithGuidelines")
    told = [from_verifications({action: {}}).obstacle for action in actions]
    assert len(set(told)) == 4
    assert from_verifications({"hasVoiceOfMerchant": True, "verify": {}}).obstacle == ""
