"""Every Page a grant opens is found, each once, with the reason where one cannot publish."""

from collections.abc import Callable

import pytest

from connectors.errors import ReconnectRequired, TransientError, UnexpectedAnswer
from connectors.meta.accounts import INSTAGRAM_KIND, PAGE_KIND
from connectors.meta.connector import MetaConnector
from connectors.types import FoundDestination, Grant
from sandbox.meta import demo
from sandbox.world import World
from tests.connectors.meta.conftest import Listening, Trouble

Granted = Callable[..., Grant]


def found_by(connector: MetaConnector, grant: Grant) -> dict[str, FoundDestination]:
    places = connector.fetch_accounts(access_token=grant.access_token)
    assert len({place.external_id for place in places}) == len(places), "each place once"
    return {place.external_id: place for place in places}


def pages_found_by(connector: MetaConnector, grant: Grant) -> dict[str, FoundDestination]:
    return {key: place for key, place in found_by(connector, grant).items() if place.kind == PAGE_KIND}


def accounts_found_by(connector: MetaConnector, grant: Grant) -> dict[str, FoundDestination]:
    return {key: place for key, place in found_by(connector, grant).items() if place.kind == INSTAGRAM_KIND}


def test_the_pages_of_a_person_are_found_with_their_tokens(connector: MetaConnector, granted: Granted) -> None:
    places = pages_found_by(connector, granted())
    assert set(places) == {demo.BAKERY, demo.BICYCLES, demo.CAFE, demo.CHOIR}
    bakery = places[demo.BAKERY]
    assert (bakery.kind, bakery.name, bakery.username) == (
        "facebook_page",
        "Boulangerie Éclair 🥐",
        "boulangerie.eclair",
    )
    assert bakery.token is not None
    assert bakery.obstacle == ""
    assert bakery.picture_url
    assert bakery.url
    assert "CREATE_CONTENT" in bakery.facts["tasks"]


def test_every_page_of_results_is_followed(connector: MetaConnector, granted: Granted, world: World) -> None:
    wanted = {page.id for page in world.meta.state.pages if demo.JONAS in page.roles}
    assert len(wanted) > 30
    places = pages_found_by(connector, granted(demo.JONAS))
    assert set(places) == wanted
    assert all(place.token is not None for place in places.values())


@pytest.mark.parametrize("size", [1, 7, 25])
def test_small_pages_of_results_change_nothing(
    granted: Granted, wire: Listening, connector: MetaConnector, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.meta import paging

    grant = granted(demo.JONAS)
    monkeypatch.setattr(paging, "MOST", size)
    wire.heard.clear()
    assert len(pages_found_by(connector, grant)) == 34
    lists = [query for path, query in wire.queries() if path.endswith("/me/accounts")]
    assert len(lists) == -(-33 // size)
    assert "after" not in lists[0]


def test_a_page_held_in_a_portfolio_is_found_though_the_list_leaves_it_out(
    connector: MetaConnector, granted: Granted, wire: Listening
) -> None:
    places = pages_found_by(connector, granted())
    assert places[demo.CAFE].token is not None
    assert any(path.endswith("/owned_pages") for path, _ in wire.queries())


def test_a_client_page_of_an_agency_is_found(connector: MetaConnector, granted: Granted) -> None:
    assert pages_found_by(connector, granted(demo.JONAS))[demo.ORCHARD].token is not None


def test_a_portfolio_page_is_found_by_its_id_when_businesses_may_not_be_listed(
    connector: MetaConnector, granted: Granted, wire: Listening
) -> None:
    grant = granted(declined=["business_management"], pages=[demo.BAKERY, demo.CAFE])
    places = pages_found_by(connector, grant)
    assert set(places) == {demo.BAKERY, demo.CAFE}
    assert places[demo.CAFE].token is not None
    assert any(path.endswith(f"/{demo.CAFE}") for path, _ in wire.queries())


def test_only_the_pages_a_person_ticked_are_found(connector: MetaConnector, granted: Granted) -> None:
    assert set(pages_found_by(connector, granted(pages=[demo.BICYCLES]))) == {demo.BICYCLES}


def test_a_page_where_the_person_may_not_create_content_says_so(connector: MetaConnector, granted: Granted) -> None:
    choir = pages_found_by(connector, granted())[demo.CHOIR]
    assert "does not allow creating content" in choir.obstacle
    assert "Ask an admin" in choir.obstacle
    assert choir.facts["tasks"] == ["ANALYZE", "MODERATE"]


def test_managing_a_page_includes_publishing_and_creating_content_suffices(
    connector: MetaConnector, granted: Granted, world: World
) -> None:
    for page_id, tasks in ((demo.BAKERY, ["MANAGE"]), (demo.BICYCLES, ["CREATE_CONTENT"]), (demo.CAFE, [])):
        page = world.meta.state.pages.get(page_id)
        assert page is not None
        page.roles[demo.AMELIE] = list(tasks)
        world.meta.state.pages.put(page_id, page)
    places = pages_found_by(connector, granted())
    assert places[demo.BAKERY].obstacle == places[demo.BICYCLES].obstacle == ""
    assert places[demo.CAFE].obstacle


def test_a_person_who_declined_the_list_of_pages_is_told_the_scope(connector: MetaConnector, granted: Granted) -> None:
    with pytest.raises(ReconnectRequired, match="pages_show_list") as refusal:
        pages_found_by(connector, granted(declined=["pages_show_list"]))
    assert refusal.value.missing_scope == "pages_show_list"
    assert not refusal.value.connection_ended


def test_a_list_that_breaks_off_is_not_taken_for_a_short_one(
    connector: MetaConnector, granted: Granted, trouble: Trouble
) -> None:
    grant = granted(demo.JONAS)
    trouble("http_status", status=503, path="*/client_pages")
    with pytest.raises(TransientError):
        pages_found_by(connector, grant)


def test_a_list_without_data_is_told_as_unexpected(
    connector: MetaConnector, granted: Granted, trouble: Trouble
) -> None:
    grant = granted()
    trouble("malformed_json", path="*/me/accounts")
    with pytest.raises(UnexpectedAnswer):
        pages_found_by(connector, grant)


# --- Instagram ---------------------------------------------------------------------------------------------------------


def test_the_instagram_account_of_a_page_is_a_place_of_its_own_with_the_pages_token(
    connector: MetaConnector, granted: Granted
) -> None:
    places = found_by(connector, granted())
    account = places[demo.IG_BAKERY]
    assert (account.kind, account.name, account.username) == (
        "instagram_account",
        "Boulangerie Éclair",
        "boulangerie.eclair",
    )
    assert account.url == "https://www.instagram.com/boulangerie.eclair/"
    assert account.facts["page_id"] == demo.BAKERY
    assert account.token == places[demo.BAKERY].token
    assert account.token is not None
    assert account.obstacle == ""
    assert account.picture_url


def test_every_linked_account_is_found_also_behind_pages_of_a_portfolio(
    connector: MetaConnector, granted: Granted
) -> None:
    assert demo.IG_CAFE in accounts_found_by(connector, granted())
    assert {*demo.IG_BRANCHES, demo.IG_ORCHARD} == set(accounts_found_by(connector, granted(demo.JONAS)))


def test_a_personal_account_that_hangs_on_a_page_is_no_place(connector: MetaConnector, granted: Granted) -> None:
    assert demo.IG_CHOIR not in found_by(connector, granted())


def test_without_instagram_basic_no_account_is_asked_for_and_the_pages_are_found(
    connector: MetaConnector, granted: Granted, wire: Listening
) -> None:
    grant = granted(declined=["instagram_basic"])
    wire.heard.clear()
    places = found_by(connector, grant)
    assert {place.kind for place in places.values()} == {"facebook_page"}
    assert not any("instagram_business_account" in query.get("fields", "") for _, query in wire.queries())


def test_an_account_one_may_not_publish_to_says_which_permission_is_missing(
    connector: MetaConnector, granted: Granted
) -> None:
    account = accounts_found_by(connector, granted(declined=["instagram_content_publish"]))[demo.IG_BAKERY]
    assert "instagram_content_publish" in account.obstacle


def test_an_account_the_person_left_out_says_so(connector: MetaConnector, granted: Granted) -> None:
    accounts = accounts_found_by(connector, granted(instagram=[demo.IG_CAFE]))
    assert accounts[demo.IG_CAFE].obstacle == ""
    if demo.IG_BAKERY in accounts:
        assert "gave no access" in accounts[demo.IG_BAKERY].obstacle


def test_an_account_that_is_merely_connected_is_never_published_with(wire: Listening, granted: Granted) -> None:
    granted()
    assert not any("connected_instagram_account" in str(query) for _, query in wire.queries())
