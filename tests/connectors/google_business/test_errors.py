"""Google's errors to ours, by a golden corpus of answers: one class each, a cause and a remedy in words, never a guess."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.google_business.errors import FALLBACK_WAIT, HTTP, REASONS, STATUSES, Sort, error_in, is_photo
from connectors.google_business.hosts import Api
from connectors.http import Answer

CORPUS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures" / "errors.json").read_text())
CLASSES = {
    kind.__name__: kind
    for kind in (
        ConfigurationError,
        ContentRejected,
        OutcomeUnknown,
        RateLimited,
        ReconnectRequired,
        TransientError,
        UnexpectedAnswer,
    )
}
SAMPLES = pytest.mark.parametrize("sample", CORPUS, ids=[sample["name"] for sample in CORPUS])


def answer(status: int, data: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, CaseInsensitiveDict(headers or {}), data, timedelta())


def told(sample: dict[str, Any], *, changes: bool, body: Any = None) -> ConnectorError | ConfigurationError:
    body = sample["body"] if body is None else body
    received = answer(sample["status"], None if isinstance(body, str) else body, sample.get("headers"))
    error = error_in(received, operation=sample["operation"], changes=changes, api=Api[sample["api"]])
    assert error is not None, "an error went unseen"
    return error


def test_the_corpus_is_broad() -> None:
    assert len(CORPUS) >= 32
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
        cause = error.detail if isinstance(error, ConfigurationError) else error.cause
        assert len(cause.split()) >= 3
        assert len(error.remedy.split()) >= 2
        if changes:
            assert sample["cause"] in cause
            assert sample["remedy"] in error.remedy
        if isinstance(error, ConfigurationError):
            continue
        assert "Change the post" not in error.remedy or isinstance(error, ContentRejected)
        assert (error.platform, error.operation) == ("google_business", sample["operation"])
        facts = error.reply.facts()
        assert facts["http_status"] == sample["status"]
        assert set(facts) <= {"http_status", "code", "subcode", "words"}


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


@SAMPLES
def test_nothing_a_change_met_is_repeated_blindly_unless_it_surely_did_nothing(sample: dict[str, Any]) -> None:
    error = told(sample, changes=True)
    if sample["status"] >= 500:
        assert isinstance(error, OutcomeUnknown)
    if isinstance(error, TransientError):
        assert sample["status"] in {400, 403, 409, 429}


@SAMPLES
def test_neither_digits_nor_words_in_a_message_decide(sample: dict[str, Any]) -> None:
    if not isinstance(sample["body"], dict) or not isinstance(sample["body"]["error"], dict):
        return
    plain = json.loads(json.dumps(sample["body"]))
    plain["error"]["message"] = "429 401 403 1000 quota_limit_value 0 UNAUTHENTICATED not authorized for this location"
    for changes in (False, True):
        assert type(told(sample, changes=changes, body=plain)) is type(told(sample, changes=changes))


def test_an_unapproved_project_an_api_switched_off_and_a_busy_minute_are_told_apart() -> None:
    by_name = {sample["name"]: told(sample, changes=True) for sample in CORPUS}
    unapproved, off, busy = (
        by_name[name] for name in ("project not approved", "API not switched on", "limit of the project")
    )
    assert isinstance(unapproved, ConfigurationError)
    assert "not approved" in unapproved.detail
    assert isinstance(off, ConfigurationError)
    assert "not switched on" in off.detail
    assert isinstance(busy, RateLimited)
    assert busy.retry_after == FALLBACK_WAIT


@pytest.mark.parametrize("number", [1000, 1099])
def test_photos_have_a_band_of_numbers_of_their_own(number: int) -> None:
    for code, photo in ((number, True), (number + 100, False), (number - 100, False)):
        body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"errorDetails": [{"code": code}]}]}}
        error = error_in(answer(400, body), operation="publish", changes=True)
        assert isinstance(error, ContentRejected)
        assert is_photo(error) is photo


def test_authors_are_told_googles_own_words_and_never_too_many() -> None:
    body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "O título é inválido. " * 100}}
    error = error_in(answer(400, body), operation="publish", changes=True)
    assert isinstance(error, ContentRejected)
    assert "Google says: O título é inválido." in error.cause
    assert len(error.cause) < 450
    assert len(error.reply.facts()["words"]) <= 500


@pytest.mark.parametrize(
    ("given", "wait"),
    [("", 60), ("0", 60), ("soon", 60), ("-5", 60), ("17", 17), ("999999999", 86_400), ("9" * 400, 60)],
)
def test_a_wait_that_google_names_is_believed_within_reason(given: str, wait: int) -> None:
    error = error_in(answer(429, {}, {"Retry-After": given}), operation="publish", changes=True)
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=wait)


def test_every_row_of_the_tables_says_what_it_means_and_what_to_do() -> None:
    for meaning in [*REASONS.values(), *STATUSES.values(), *HTTP.values()]:
        assert meaning.cause.endswith(".")
        assert meaning.remedy.endswith(".")
    assert {meaning.sort for meaning in [*REASONS.values(), *STATUSES.values()]} == set(Sort)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(300, 599), JSON_VALUES, JSON_VALUES, JSON_VALUES, st.booleans())
def test_no_shape_of_an_error_crashes_the_tables(status: int, one: Any, other: Any, inner: Any, changes: bool) -> None:
    detail = {
        "@type": one,
        "reason": other,
        "metadata": {"quota_limit_value": inner},
        "errorDetails": [{"code": inner}, one],
    }
    body = {"error": {"code": one, "status": other, "message": inner, "details": [detail, one] if changes else one}}
    assert error_in(answer(status, body), operation="publish", changes=changes) is not None


@given(st.integers(300, 599), JSON_VALUES)
def test_no_body_at_all_crashes_the_tables(status: int, body: Any) -> None:
    assert error_in(answer(status, body), operation="publish", changes=True) is not None


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=30))
def test_a_word_outside_the_tables_is_never_guessed_at(word: str) -> None:
    if word not in STATUSES:
        body = {"error": {"code": 400, "status": word}}
        error = error_in(answer(400, body), operation="publish", changes=True)
        assert type(error) is UnexpectedAnswer
        assert word in error.cause


@given(st.integers(200, 299), JSON_VALUES)
def test_a_good_answer_is_no_error(status: int, data: Any) -> None:
    assert error_in(answer(status, data), operation="read", changes=False) is None
