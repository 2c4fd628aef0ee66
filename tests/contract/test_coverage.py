"""Every connector of the registry is tried in all that it says it can: nothing is said without a case."""

import ast
from pathlib import Path

import pytest

from connectors.registry import CONNECTORS
from connectors.types import Capability
from tests.contract.adapter import SHAPES
from tests.contract.cases import SHAPED

#: Which function of the suite tries what a connector can do; forms of posts are tried by ``SHAPED``.
PROOFS: dict[Capability, str] = {
    Capability.API_KEY: "test_a_key_connects_its_account_with_every_place_it_opens",
    Capability.OAUTH: "test_an_account_is_connected_with_every_place_it_opens",
    Capability.FIND_PUBLISHED: "test_a_post_whose_answer_was_lost_is_live_exactly_once",
    Capability.FIRST_COMMENT: "test_a_first_comment_stands_once_under_its_post",
    Capability.EDIT_POST: "test_the_text_of_a_live_post_is_changed",
    Capability.DELETE_POST: "test_a_live_post_is_taken_away_and_doing_it_again_is_no_error",
    Capability.POST_METRICS: "test_what_a_platform_does_not_tell_of_a_post_is_absent_and_what_it_tells_arrives",
    Capability.ACCOUNT_METRICS: "test_the_numbers_of_a_place_are_told",
    Capability.WEBHOOKS: "test_a_stranger_is_turned_away_and_leaves_nothing",
    Capability.HEALTH_CHECK: "test_a_living_grant_is_healthy",
    Capability.REFRESH_TOKEN: "test_a_token_is_refreshed_and_the_fresh_one_publishes",
    Capability.COMPOSING: "test_a_place_says_what_it_allows_before_anybody_writes",
    Capability.WATCH: "test_a_later_look_tells_how_a_post_stands_and_that_it_is_gone",
    Capability.REVIEWS: "test_a_review_is_read_answered_and_the_answer_taken_back",
    Capability.AUDIENCES: "test_contacts_are_saved_listed_and_archived",
    Capability.ACTIONS: "test_an_action_says_what_it_takes_and_does_it",
    Capability.REVOKE: "test_disconnecting_ends_the_grant_at_the_platform",
}


@pytest.mark.parametrize("slug", sorted(CONNECTORS))
def test_whatever_a_connector_says_it_can_is_tried(slug: str) -> None:
    connector = CONNECTORS[slug]
    tried = {case.form.capability for case in SHAPED if case.connector is connector} | set(PROOFS)
    said = connector.capabilities.union(*(kind.takes for kind in connector.kinds))
    assert said <= tried, f"{slug} says {sorted(said - tried)}, and no case of the contract tries it"


@pytest.mark.parametrize("slug", sorted(CONNECTORS))
def test_what_a_kind_takes_and_what_its_connector_can_say_agree(slug: str) -> None:
    connector = CONNECTORS[slug]
    taken = frozenset[Capability]().union(*(kind.takes for kind in connector.kinds))
    assert taken <= connector.capabilities
    said = {*SHAPES, Capability.FIRST_COMMENT}
    assert connector.capabilities & said == taken & said


def test_every_proof_named_here_is_a_case_of_the_suite() -> None:
    here = Path(__file__).parent
    found = {
        node.name
        for file in here.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert set(PROOFS.values()) <= found
