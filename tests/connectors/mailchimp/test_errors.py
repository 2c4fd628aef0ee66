"""Mailchimp's errors to ours, by a golden corpus of answers: one class each, a cause and a remedy in words, never a guess."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from connectors.errors import (
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.http import Answer
from connectors.mailchimp.errors import FALLBACK_WAIT, STATUSES, TITLES, error_in
from foundation.secret import Secret

CORPUS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures" / "errors.json").read_text())
CLASSES = {
    kind.__name__: kind
    for kind in (ContentRejected, OutcomeUnknown, RateLimited, ReconnectRequired, TransientError, UnexpectedAnswer)
}
SAMPLES = pytest.mark.parametrize("sample", CORPUS, ids=[sample["name"] for sample in CORPUS])


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    known = CaseInsensitiveDict(headers or {})
    if isinstance(body, str):
        return Answer(status, known, None, timedelta(), body)
    return Answer(status, known, body, timedelta())


def told(sample: dict[str, Any], *, changes: bool) -> ConnectorError:
    received = answer(sample["status"], sample["body"], sample.get("headers"))
    error = error_in(received, operation=sample["operation"], changes=changes)
    assert error is not None, "an error went unseen"
    return error


def refusal(status: int, *, changes: bool = True, headers: dict[str, str] | None = None, **body: Any) -> ConnectorError:
    error = error_in(answer(status, {"status": status, **body}, headers), operation="publish", changes=changes)
    assert error is not None
    return error


def test_the_corpus_is_broad() -> None:
    assert len(CORPUS) >= 32
    assert len({sample["name"] for sample in CORPUS}) == len(CORPUS)
    assert {sample["read"] for sample in CORPUS} | {sample["change"] for sample in CORPUS} == set(CLASSES)


@SAMPLES
def test_every_sample_leads_to_exactly_the_class_that_must_act(sample: dict[str, Any]) -> None:
    classes = [type(told(sample, changes=changes)) for changes in (False, True)]
    assert classes == [CLASSES[sample["read"]], CLASSES[sample["change"]]]


@SAMPLES
def test_every_sample_is_told_in_words_with_what_to_look_it_up_by_and_nothing_more(sample: dict[str, Any]) -> None:
    for changes in (False, True):
        error = told(sample, changes=changes)
        if type(error) is CLASSES[sample["change"]]:
            assert sample["cause"] in error.cause
            assert (sample["remedy"] if changes else sample.get("read_remedy", sample["remedy"])) in error.remedy
        assert len(error.cause.split()) >= 3
        assert len(error.remedy.split()) >= 2
        assert "Change the " not in error.remedy or isinstance(error, ContentRejected)
        assert (error.platform, error.operation) == ("mailchimp", sample["operation"])
        facts = error.reply.facts()
        assert facts["http_status"] == sample["status"]
        assert set(facts) <= {"http_status", "code", "request_id", "words"}
        assert "<" not in error.cause + str(facts), "a page of a proxy is nobody's words"


@SAMPLES
def test_samples_say_the_wait_and_whether_the_connection_ended(sample: dict[str, Any]) -> None:
    for changes in (False, True):
        error = told(sample, changes=changes)
        if isinstance(error, ReconnectRequired):
            assert error.connection_ended is sample["connection_ended"]
        elif isinstance(error, RateLimited):
            assert error.retry_after == timedelta(seconds=sample["retry_after_s"])


@SAMPLES
def test_nothing_a_change_met_is_repeated_blindly_unless_it_surely_did_nothing(sample: dict[str, Any]) -> None:
    error = told(sample, changes=True)
    if sample["status"] >= 500:
        assert isinstance(error, OutcomeUnknown) or error.reply.code == "ComplianceRelated"
    if isinstance(error, TransientError):
        assert sample["status"] in {403, 429}


@SAMPLES
def test_neither_digits_nor_words_in_a_detail_decide(sample: dict[str, Any]) -> None:
    body = sample["body"]
    if not isinstance(body, dict):
        return
    plain = {**body, "detail": "429 401 426 API Key Invalid, User Disabled, Too Many Requests", "status": "sent"}
    for changes in (False, True):
        bare = error_in(answer(sample["status"], plain, sample.get("headers")), operation="publish", changes=changes)
        assert type(bare) is type(told(sample, changes=changes))


@SAMPLES
def test_type_and_instance_may_be_missing(sample: dict[str, Any]) -> None:
    body = sample["body"]
    if not isinstance(body, dict) or str(body.get("type")).startswith("akamai"):
        return
    bare = {key: value for key, value in body.items() if key not in {"type", "instance"}}
    error = error_in(answer(sample["status"], bare, sample.get("headers")), operation="publish", changes=True)
    assert type(error) is CLASSES[sample["change"]]


@pytest.mark.parametrize("title", sorted(TITLES))
@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_leaves_a_change_in_doubt_whatever_it_says(status: int, title: str) -> None:
    assert type(refusal(status, title=title)) is OutcomeUnknown
    assert type(refusal(status, title=title, changes=False)) is TransientError


@pytest.mark.parametrize("title", sorted(TITLES))
def test_these_statuses_leave_no_choice_whatever_title_stands_beside_them(title: str) -> None:
    assert type(refusal(401, title=title)) is ReconnectRequired
    assert type(refusal(429, title=title)) is RateLimited
    assert type(refusal(403, title=title)) is ReconnectRequired


def test_a_block_by_the_network_never_asks_for_another_key() -> None:
    for status in (403, 503):
        for body in ("", "<html>Request Blocked</html>", {"type": "akamai_error_message", "title": "akamai_503"}):
            for changes in (False, True):
                error = error_in(answer(status, body), operation="ping", changes=changes)
                assert not isinstance(error, ReconnectRequired)
                assert error is not None
                assert "new API key" not in error.remedy


def test_what_is_hidden_never_comes_back_in_words() -> None:
    address = Secret("https://hub.example/webhooks/mailchimp/1/s3cr3t-path/")
    told = {
        "title": "Invalid Resource",
        "detail": f"{address.reveal()} does not work",
        "errors": [{"message": address.reveal()}],
    }
    error = error_in(answer(400, told), operation="subscribe_webhooks", changes=True, hidden=address)
    assert error is not None
    assert "s3cr3t-path" not in f"{error.cause}{error.reply.facts()}"


def test_authors_are_told_mailchimps_own_words_and_never_too_many() -> None:
    error = refusal(400, title="Invalid Resource", detail="Le sujet est vide. " * 100)
    assert "Mailchimp says: Le sujet est vide." in error.cause
    assert len(error.cause) <= 500
    assert len(error.reply.facts()["words"]) <= 500


def test_failures_of_one_cause_share_a_fingerprint_without_any_id() -> None:
    one = refusal(401, title="API Key Invalid", instance="one", detail="key of ada")
    other = refusal(401, title="API Key Invalid", instance="other", detail="key of bob")
    assert one.fingerprint == other.fingerprint == "mailchimp:reconnect_required:APIKeyInvalid:"


def test_an_answer_can_be_traced() -> None:
    assert refusal(500, instance="c1429ae5").reply.request_id == "c1429ae5"
    assert refusal(500, headers={"X-Request-Id": "B" * 200}).reply.request_id == "B" * 80


@pytest.mark.parametrize(
    ("given", "wait"), [("", None), ("0", None), ("soon", None), ("-5", None), ("60", 60), ("999999", 86_400)]
)
def test_a_retry_header_is_believed_within_reason(given: str, wait: int | None) -> None:
    error = refusal(429, headers={"Retry-After": given})
    assert isinstance(error, RateLimited)
    assert error.retry_after == (FALLBACK_WAIT if wait is None else timedelta(seconds=wait))


def test_every_row_of_the_table_says_what_it_means_and_what_to_do() -> None:
    for meaning in [*STATUSES.values(), *TITLES.values()]:
        assert meaning.cause.endswith(".")
        assert meaning.remedy.endswith(".")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(300, 599), JSON_VALUES, JSON_VALUES, JSON_VALUES, st.booleans())
def test_no_shape_of_an_error_crashes_the_table(status: int, title: Any, rest: Any, errors: Any, changes: bool) -> None:
    body = {"title": title, "type": rest, "detail": rest, "instance": title, "errors": errors, "ref_no": rest}
    error = error_in(answer(status, body), operation="publish", changes=changes)
    assert isinstance(error, ConnectorError)


@given(st.integers(300, 599), JSON_VALUES)
def test_no_body_at_all_crashes_the_table(status: int, body: Any) -> None:
    assert isinstance(error_in(answer(status, body), operation="publish", changes=True), ConnectorError)


@given(st.integers(200, 299), JSON_VALUES)
def test_a_good_answer_is_no_error(status: int, data: Any) -> None:
    assert error_in(answer(status, data), operation="read", changes=False) is None
