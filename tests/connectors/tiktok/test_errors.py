"""TikTok's errors to ours, by a golden corpus of answers: one class each, a cause and a remedy in words, never a guess."""

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
from connectors.http import Answer
from connectors.tiktok import status
from connectors.tiktok.codes import CODES, REASONS
from connectors.tiktok.errors import error_in

CORPUS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures" / "errors.json").read_text())
KINDS = (
    ConfigurationError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
CLASSES = {kind.__name__: kind for kind in KINDS}
SAMPLES = pytest.mark.parametrize("sample", CORPUS, ids=[sample["name"] for sample in CORPUS])


def answer(status_code: int, data: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status_code, CaseInsensitiveDict(headers or {}), data, timedelta())


def told(sample: dict[str, Any], *, changes: bool, body: Any = None) -> ConnectorError | ConfigurationError:
    body = sample["body"] if body is None else body
    received = answer(sample["status"], None if isinstance(body, str) else body, sample.get("headers"))
    error = error_in(
        received,
        operation=sample["operation"],
        changes=changes,
        authored=changes,
        scope=sample.get("missing_scope", ""),
    )
    assert error is not None, "an error went unseen"
    return error


def test_the_corpus_is_broad() -> None:
    assert len(CORPUS) >= 32
    assert len({sample["name"] for sample in CORPUS}) == len(CORPUS)
    assert {sample["change"] for sample in CORPUS} | {sample["read"] for sample in CORPUS} == set(CLASSES)
    known = {sample["body"]["error"].get("code") for sample in CORPUS if _enveloped(sample)}
    assert set(CODES) <= known, "every code of the table has a sample"


@SAMPLES
def test_every_sample_leads_to_exactly_the_class_that_must_act(sample: dict[str, Any]) -> None:
    read, change = told(sample, changes=False), told(sample, changes=True)
    assert (type(read), type(change)) == (CLASSES[sample["read"]], CLASSES[sample["change"]])
    if isinstance(change, ConfigurationError):
        assert sample["cause"] in change.detail
        assert sample["remedy"] in change.remedy
        return
    for error in (read, change):
        assert isinstance(error, ConnectorError)
        assert len(error.cause.split()) >= 3
        assert len(error.remedy.split()) >= 2
        assert (error.platform, error.operation) == ("tiktok", sample["operation"])
        facts = error.reply.facts()
        assert facts["http_status"] == sample["status"]
        assert set(facts) <= {"http_status", "code", "request_id", "words"}
    assert sample["cause"] in change.cause
    assert sample["remedy"] in change.remedy


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
def test_a_request_that_may_have_published_is_in_doubt_after_every_fault_of_theirs(sample: dict[str, Any]) -> None:
    error = told(sample, changes=True)
    if sample["status"] >= 500:
        assert isinstance(error, OutcomeUnknown)
    if isinstance(error, TransientError):
        assert isinstance(error, RateLimited), "nothing else that failed passingly is repeated blindly"


@SAMPLES
def test_neither_digits_nor_words_in_a_message_decide(sample: dict[str, Any]) -> None:
    if not _enveloped(sample):
        return
    plain = json.loads(json.dumps(sample["body"]))
    plain["error"]["message"] = "429 401 500 access_token_invalid rate_limit_exceeded internal_error"
    plain["error"]["log_id"] = "429401500"
    for changes in (False, True):
        assert type(told(sample, changes=changes, body=plain)) is type(told(sample, changes=changes))


def test_an_answer_can_be_traced_by_its_log_id_however_it_is_spelled() -> None:
    for body in ({"log_id": "2026ABC"}, {"logid": "2026ABC"}):
        error = error_in(answer(403, {"error": {"code": "spam_risk", **body}}), operation="publish", changes=True)
        assert isinstance(error, ConnectorError)
        assert error.reply.request_id == "2026ABC"


def test_failures_of_one_cause_share_a_fingerprint_without_any_id() -> None:
    first, second = (
        error_in(
            answer(401, {"error": {"code": "access_token_invalid", "message": words, "log_id": words}}),
            operation="publish",
            changes=True,
        )
        for words in ("of 6801", "of 6802")
    )
    assert isinstance(first, ConnectorError)
    assert isinstance(second, ConnectorError)
    assert first.fingerprint == second.fingerprint == "tiktok:reconnect_required:access_token_invalid:"


@pytest.mark.parametrize(
    ("given_wait", "seconds"),
    [("", 60), ("0", 60), ("soon", 60), ("-5", 60), ("7", 7), ("9" * 9, 86_400), ("9" * 400, 60)],
)
def test_a_retry_header_is_believed_within_reason(given_wait: str, seconds: int) -> None:
    body = {"error": {"code": "rate_limit_exceeded"}}
    error = error_in(answer(429, body, {"Retry-After": given_wait}), operation="publish", changes=True)
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=seconds)


def test_every_row_of_the_tables_says_what_it_means_and_what_to_do() -> None:
    for meaning in [*CODES.values(), *REASONS.values()]:
        assert meaning.cause.endswith(".")
        assert meaning.remedy.endswith(".")


#: By reason: what a failed post becomes at first, and once it has failed so as often as TikTok's documents allow.
FAILED = {
    "file_format_check_failed": (ContentRejected, ContentRejected),
    "duration_check_failed": (ContentRejected, ContentRejected),
    "frame_rate_check_failed": (ContentRejected, ContentRejected),
    "picture_size_check_failed": (ContentRejected, ContentRejected),
    "internal": (TransientError, ContentRejected),
    "video_pull_failed": (TransientError, UnexpectedAnswer),
    "photo_pull_failed": (TransientError, UnexpectedAnswer),
    "publish_cancelled": (ContentRejected, ContentRejected),
    "auth_removed": (ReconnectRequired, ReconnectRequired),
    "spam_risk_too_many_posts": (RateLimited, RateLimited),
    "spam_risk_user_banned_from_posting": (ReconnectRequired, ReconnectRequired),
    "spam_risk_text": (ContentRejected, ContentRejected),
    "spam_risk": (ContentRejected, ContentRejected),
    "a_reason_nobody_knows": (UnexpectedAnswer, UnexpectedAnswer),
    "": (UnexpectedAnswer, UnexpectedAnswer),
}


@pytest.mark.parametrize("reason", sorted(FAILED))
def test_every_reason_of_a_failed_post_leads_to_who_can_mend_it(reason: str) -> None:
    first, later = (status.failure(reason, earlier=earlier) for earlier in (0, 9))
    assert (type(first), type(later)) == FAILED[reason]
    assert set(REASONS) <= set(FAILED)
    for error in (first, later):
        assert isinstance(error, ConnectorError)
        assert error.remedy
        assert error.reply.code == reason


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(200, 599), JSON_VALUES, JSON_VALUES, st.booleans())
def test_no_shape_of_an_error_crashes_the_table(code: int, inner: Any, rest: Any, changes: bool) -> None:
    body = {"error": {"code": inner, "message": rest, "log_id": inner}, "data": rest} if changes else inner
    error = error_in(answer(code, body), operation="publish", changes=changes, authored=changes)
    assert error is None or isinstance(error, ConnectorError | ConfigurationError)
    assert (error is None) <= (code < 300)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=30))
def test_a_code_outside_the_table_is_never_guessed_at(code: str) -> None:
    if code not in CODES and code != "ok":
        error = error_in(answer(403, {"error": {"code": code}}), operation="publish", changes=True, authored=True)
        assert type(error) is UnexpectedAnswer
        assert code in error.cause


def test_a_good_answer_is_no_error() -> None:
    good = {"data": {"publish_id": "v_pub_file~v2-1.1"}, "error": {"code": "ok", "message": "", "log_id": "1"}}
    assert error_in(answer(200, good), operation="publish", changes=True) is None
    assert error_in(answer(200, {"data": {}}), operation="publish", changes=True) is None, "without the envelope's half"


def _enveloped(sample: dict[str, Any]) -> bool:
    body = sample["body"]
    return isinstance(body, dict) and isinstance(body.get("error"), dict)
