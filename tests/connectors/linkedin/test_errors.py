"""LinkedIn's errors to ours, by a golden corpus of answers: one class each, a cause and a remedy in words, never a guess."""

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
    VersionRetired,
)
from connectors.http import Answer
from connectors.linkedin.errors import CODES, FALLBACK_WAIT, STATUSES, duplicate_of, error_in

CORPUS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures" / "errors.json").read_text())
CLASSES = {
    kind.__name__: kind
    for kind in (
        ContentRejected,
        OutcomeUnknown,
        RateLimited,
        ReconnectRequired,
        TransientError,
        UnexpectedAnswer,
        VersionRetired,
    )
}
SAMPLES = pytest.mark.parametrize("sample", CORPUS, ids=[sample["name"] for sample in CORPUS])
VERSION = "202609"


def answer(status: int, data: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, CaseInsensitiveDict(headers or {}), data, timedelta())


def told(sample: dict[str, Any], *, changes: bool) -> ConnectorError:
    body = sample["body"]
    received = answer(sample["status"], None if isinstance(body, str) else body, sample.get("headers"))
    error = error_in(
        received,
        operation=sample["operation"],
        changes=changes,
        scope=sample.get("missing_scope", ""),
        version=VERSION,
    )
    assert error is not None, "an error went unseen"
    return error


def refusal(status: int, *, changes: bool = True, headers: dict[str, str] | None = None, **body: Any) -> ConnectorError:
    error = error_in(answer(status, {"status": status, **body}, headers), operation="publish", changes=changes)
    assert error is not None
    return error


def test_the_corpus_is_broad() -> None:
    assert len(CORPUS) >= 60
    assert len({sample["name"] for sample in CORPUS}) == len(CORPUS)
    assert {sample["change"] for sample in CORPUS} == set(CLASSES)


@SAMPLES
def test_every_sample_leads_to_exactly_the_class_that_must_act(sample: dict[str, Any]) -> None:
    classes = [type(told(sample, changes=changes)) for changes in (False, True)]
    assert classes == [CLASSES[sample["read"]], CLASSES[sample["change"]]]


@SAMPLES
def test_every_sample_is_told_in_words_with_what_to_look_it_up_by_and_nothing_more(sample: dict[str, Any]) -> None:
    for changes in (False, True):
        error = told(sample, changes=changes)
        remedy = sample["remedy"] if changes else sample.get("read_remedy", sample["remedy"])
        if type(error) is CLASSES[sample["change"]]:
            assert sample["cause"] in error.cause
            assert remedy in error.remedy
        assert len(error.cause.split()) >= 3
        assert len(error.remedy.split()) >= 2
        assert "Change the post" not in error.remedy or isinstance(error, ContentRejected)
        assert (error.platform, error.operation) == ("linkedin", sample["operation"])
        facts = error.reply.facts()
        assert facts["http_status"] == sample["status"]
        assert set(facts) <= {"http_status", "code", "subcode", "request_id", "words"}


@SAMPLES
def test_samples_name_the_missing_scope_the_wait_and_whether_the_connection_ended(sample: dict[str, Any]) -> None:
    for changes in (False, True):
        error = told(sample, changes=changes)
        if isinstance(error, ReconnectRequired):
            assert error.connection_ended is sample["connection_ended"]
            assert error.missing_scope == sample.get("missing_scope", "")
            assert error.missing_scope in error.cause
        elif isinstance(error, RateLimited):
            assert error.retry_after == timedelta(seconds=sample["retry_after_s"])
        elif isinstance(error, OutcomeUnknown):
            assert error.duplicate is sample.get("duplicate", False)


@SAMPLES
def test_nothing_a_change_met_is_repeated_blindly_unless_it_surely_did_nothing(sample: dict[str, Any]) -> None:
    error = told(sample, changes=True)
    if sample["status"] >= 500:
        assert isinstance(error, OutcomeUnknown)
    if isinstance(error, TransientError):
        assert sample["status"] in {400, 409, 426, 429}


@SAMPLES
def test_neither_digits_nor_words_in_a_message_decide(sample: dict[str, Any]) -> None:
    """The same answer without its tempting words leads to the same class, but for the one case the table names."""
    body = sample["body"]
    if not isinstance(body, dict) or "Unpermitted" in str(body.get("message")):
        return
    plain = json.loads(json.dumps(body))
    plain["message"] = "429 401 426 65601 DUPLICATE_POST urn:li:share:190 not enough permissions"
    for changes in (False, True):
        bare = error_in(answer(sample["status"], plain, sample.get("headers")), operation="publish", changes=changes)
        assert type(bare) is type(told(sample, changes=changes))


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_leaves_a_change_in_doubt_whatever_it_says(status: int, code: str) -> None:
    assert type(refusal(status, code=code)) is OutcomeUnknown
    assert type(refusal(status, code=code, changes=False)) is TransientError


def test_a_page_that_comes_with_a_401_is_of_something_on_the_way_and_ends_no_token() -> None:
    page = Answer(401, CaseInsensitiveDict(), None, timedelta(), opening="<html><h1>Sign in to the proxy</h1>")
    assert type(error_in(page, operation="publish", changes=True)) is OutcomeUnknown
    assert type(error_in(page, operation="find", changes=False)) is TransientError
    bare = Answer(401, CaseInsensitiveDict(), None, timedelta())
    assert type(error_in(bare, operation="publish", changes=True)) is ReconnectRequired


@pytest.mark.parametrize("code", sorted(CODES))
def test_these_statuses_leave_no_choice_whatever_code_stands_beside_them(code: str) -> None:
    assert type(refusal(401, code=code)) is ReconnectRequired
    assert type(refusal(426, code=code)) is VersionRetired
    assert type(refusal(429, code=code)) is RateLimited


def test_the_code_of_a_field_says_more_than_the_code_of_the_answer() -> None:
    details = {"inputErrors": [{"code": "FIELD_LENGTH_TOO_LONG", "description": "too long"}]}
    error = refusal(400, code="INVALID_VALUE_FOR_FIELD", errorDetails=details)
    assert error.reply.code == "FIELD_LENGTH_TOO_LONG"
    assert "too long" in error.cause


@pytest.mark.parametrize(
    ("words", "urn"),
    [
        ("Content is a duplicate of urn:li:share:7141138937766391808", "urn:li:share:7141138937766391808"),
        ("duplicate of urn:li:ugcPost:7141138937766391808.", "urn:li:ugcPost:7141138937766391808"),
        ("duplicate of [urn:li:activity:71]", "urn:li:activity:71"),
        ("Duplicate post is detected", ""),
        ("duplicate of urn:li:image:C4E10", ""),
    ],
)
def test_the_post_a_duplicate_refusal_names_is_read_from_its_words(words: str, urn: str) -> None:
    assert duplicate_of(refusal(422, code="DUPLICATE_POST", message=words)) == urn


def test_authors_are_told_linkedins_own_words_and_never_too_many() -> None:
    error = refusal(400, code="INVALID_VALUE_FOR_FIELD", message="La valeur est refusée. " * 100)
    assert "LinkedIn says: La valeur est refusée." in error.cause
    assert len(error.cause) < 400
    assert len(error.reply.facts()["words"]) <= 500


def test_failures_of_one_cause_share_a_fingerprint_without_any_id() -> None:
    one = refusal(401, code="REVOKED_ACCESS_TOKEN", serviceErrorCode=65601, message="of urn:li:person:one")
    other = refusal(401, code="REVOKED_ACCESS_TOKEN", serviceErrorCode=65601, message="of urn:li:person:other")
    assert one.fingerprint == other.fingerprint == "linkedin:reconnect_required:REVOKED_ACCESS_TOKEN:65601"


def test_an_answer_can_be_traced_by_its_header() -> None:
    assert refusal(500, headers={"X-LI-UUID": "AAYk"}).reply.request_id == "AAYk"
    assert refusal(500, headers={"x-li-request-id": "B" * 200}).reply.request_id == "B" * 80


@pytest.mark.parametrize(
    ("given", "wait"),
    [("", None), ("0", None), ("soon", None), ("-5", None), ("60", 60), ("9" * 18, 86_400), ("9" * 400, None)],
)
def test_a_retry_header_is_believed_within_reason(given: str, wait: int | None) -> None:
    error = refusal(429, headers={"Retry-After": given})
    assert isinstance(error, RateLimited)
    assert error.retry_after == (FALLBACK_WAIT if wait is None else timedelta(seconds=wait))


def test_every_row_of_the_table_says_what_it_means_and_what_to_do() -> None:
    for meaning in [*STATUSES.values(), *(CODES[code] for code in CODES if code != "NONEXISTENT_VERSION")]:
        assert meaning.cause.endswith(".")
        assert meaning.remedy.endswith(".")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(300, 599), JSON_VALUES, JSON_VALUES, JSON_VALUES, st.booleans())
def test_no_shape_of_an_error_crashes_the_table(status: int, code: Any, rest: Any, inputs: Any, changes: bool) -> None:
    body = {
        "code": code,
        "serviceErrorCode": rest,
        "message": rest,
        "errorDetails": {"inputErrors": inputs} if changes else inputs,
        "error_description": code,
    }
    error = error_in(answer(status, body), operation="publish", changes=changes)
    assert isinstance(error, ConnectorError)


@given(st.integers(300, 599), JSON_VALUES)
def test_no_body_at_all_crashes_the_table(status: int, body: Any) -> None:
    assert isinstance(error_in(answer(status, body), operation="publish", changes=True), ConnectorError)


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", min_size=1, max_size=30))
def test_a_code_outside_the_table_is_never_guessed_at(code: str) -> None:
    if code not in CODES:
        error = refusal(400, code=code)
        assert type(error) is UnexpectedAnswer
        assert code in error.cause


@given(st.integers(200, 299), JSON_VALUES)
def test_a_good_answer_is_no_error(status: int, data: Any) -> None:
    assert error_in(answer(status, data), operation="read", changes=False) is None
