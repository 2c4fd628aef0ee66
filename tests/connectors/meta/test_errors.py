"""Meta's errors to ours, by a golden corpus of answers: one class each, a cause and a remedy in words, never a guess."""

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
from connectors.meta.codes import MEANINGS, SUBCODES, meaning_of
from connectors.meta.errors import FALLBACK_WAIT, error_in, regain_time
from connectors.meta.meanings import Sort
from connectors.meta.usage import Usage, app_usage, business_usage

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


def received(sample: dict[str, Any]) -> Answer:
    """What the HTTP door makes of a sample: a body that is no JSON has no data."""
    body = sample["body"]
    return answer(sample["status"], None if isinstance(body, str) else body, sample.get("headers"))


def told(sample: dict[str, Any], *, changes: bool) -> ConnectorError | ConfigurationError:
    error = error_in(received(sample), operation=sample["operation"], changes=changes)
    assert error is not None, "an error went unseen"
    return error


def error_with(code: Any, *, changes: bool = True, status: int = 400, **more: Any) -> Any:
    body = {"error": {"message": "m", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}}
    return error_in(answer(status, body), operation="publish", changes=changes)


def test_the_corpus_is_broad() -> None:
    assert len(CORPUS) >= 140
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
        assert "Change the post" not in error.remedy or isinstance(error, ContentRejected)
        if isinstance(error, ConfigurationError):
            continue
        assert (error.platform, error.operation) == ("meta", sample["operation"])
        facts = error.reply.facts()
        assert facts["http_status"] == sample["status"]
        assert set(facts) <= {"http_status", "code", "subcode", "request_id", "words"}
        body = sample["body"]
        if isinstance(body, dict) and isinstance(body.get("error"), dict) and "fbtrace_id" in body["error"]:
            assert facts["request_id"] == body["error"]["fbtrace_id"]


@SAMPLES
def test_samples_name_the_missing_scope_the_wait_and_whether_the_connection_ended(sample: dict[str, Any]) -> None:
    for changes in (False, True):
        error = told(sample, changes=changes)
        if isinstance(error, ReconnectRequired):
            assert error.connection_ended is sample["connection_ended"]
            if scope := sample.get("missing_scope"):
                assert error.missing_scope == scope
                assert scope in error.cause
        elif isinstance(error, RateLimited):
            assert error.retry_after == timedelta(seconds=sample["retry_after_s"])
        elif isinstance(error, OutcomeUnknown):
            assert error.duplicate is sample.get("duplicate", False)
        else:
            assert type(error) in {ConfigurationError, ContentRejected, TransientError, UnexpectedAnswer}


@SAMPLES
def test_nothing_a_change_met_is_repeated_blindly_unless_it_surely_did_nothing(sample: dict[str, Any]) -> None:
    """Only what Meta documents as refused before the work may be retried: limits, files it could not fetch, and what
    Instagram says of a post it has only prepared.
    """
    error = told(sample, changes=True)
    if isinstance(error, TransientError):
        code = sample["body"]["error"].get("code") if isinstance(sample["body"], dict) else None
        assert (
            isinstance(error, RateLimited)
            or code in {389, 6001, -1, -2, 24, 9004, 9007}
            or sample["name"].startswith("upload failed")
        )


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 500, 503])
def test_a_known_code_counts_whatever_the_status(status: int) -> None:
    assert type(error_with(190, status=status, error_subcode=460)) is ReconnectRequired
    assert type(error_with(506, status=status)) is OutcomeUnknown
    assert type(error_with(100, status=status)) is ContentRejected


def test_digits_in_ids_traces_and_words_decide_nothing() -> None:
    told = error_with(
        777190, fbtrace_id="190", message="(#190) code 190 subcode 460 (#4) #368", error_data={"code": 190}
    )
    assert type(told) is UnexpectedAnswer
    assert told.reply.code == "777190"


@given(st.integers(min_value=-(10**9), max_value=10**9), st.one_of(st.none(), st.integers(0, 10**9)))
def test_a_code_outside_the_table_is_never_guessed_at(code: int, subcode: int | None) -> None:
    error = error_with(code, error_subcode=subcode)
    if meaning_of(code, subcode) is None:
        assert type(error) is UnexpectedAnswer
        assert str(code) in error.cause


def test_every_code_of_the_200s_is_a_permission_and_neighbours_of_known_codes_are_unknown() -> None:
    for code in range(200, 300):
        found = meaning_of(code, None)
        assert found is not None
        assert found.sort is Sort.PERMISSION
    assert [meaning_of(code, None) for code in (-3, 0, 9, 24, 25, 199, 300, 19, 1900)] == [None] * 9


def test_is_transient_is_believed_only_where_the_table_says_nothing() -> None:
    assert type(error_with(424242, is_transient=True)) is OutcomeUnknown
    assert type(error_with(424242, is_transient=True, changes=False)) is TransientError
    assert type(error_with(424242, is_transient="true")) is UnexpectedAnswer
    assert type(error_with(190, is_transient=True)) is ReconnectRequired
    assert type(error_with(100, is_transient=True)) is ContentRejected


@pytest.mark.parametrize("subcode", sorted(SUBCODES))
def test_a_telling_subcode_counts_whatever_code_stands_beside_it(subcode: int) -> None:
    for code in (100, 200, 368, 424242):
        assert meaning_of(code, subcode) is SUBCODES[subcode]


def test_the_exact_pair_counts_before_the_subcode_and_the_subcode_before_the_code() -> None:
    assert meaning_of(190, 460) is MEANINGS[190, 460]
    assert meaning_of(190, 123) is MEANINGS[190, None]
    assert meaning_of(4, 2207051) is SUBCODES[2207051]


@pytest.mark.parametrize("code", ["190", " 190 ", 190])
def test_a_code_told_as_text_is_the_same_code(code: Any) -> None:
    error = error_with(code, error_subcode="463")
    assert type(error) is ReconnectRequired
    assert (error.reply.code, error.reply.subcode) == ("190", "463")


@pytest.mark.parametrize("code", [None, True, False, 190.0, [190], {"code": 190}, "", "19O", "--190", "9" * 5000, "٣"])
def test_what_is_no_code_is_no_code_and_no_crash(code: Any) -> None:
    assert type(error_with(code)) is UnexpectedAnswer


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(200, 599), JSON_VALUES, JSON_VALUES, JSON_VALUES, st.booleans())
def test_no_shape_of_an_error_crashes_the_table(status: int, code: Any, subcode: Any, rest: Any, changes: bool) -> None:
    body = {"error": {"code": code, "error_subcode": subcode, "message": rest, "is_transient": rest}}
    error = error_in(answer(status, body), operation="publish", changes=changes)
    assert isinstance(error, ConnectorError | ConfigurationError)


@given(st.integers(200, 299), JSON_VALUES)
def test_a_good_answer_without_an_error_object_is_no_error(status: int, data: Any) -> None:
    if isinstance(data, dict) and isinstance(data.get("error"), dict):
        return
    assert error_in(answer(status, data), operation="read", changes=False) is None


def test_the_authors_are_told_metas_own_words_and_never_too_many() -> None:
    error = error_with(100, error_user_msg="Le message est trop long. " * 100)
    assert "Meta says: Le message est trop long." in error.cause
    assert len(error.cause) < 400
    assert len(error.reply.facts()["words"]) <= 500


def test_failures_of_one_cause_share_a_fingerprint_without_any_id() -> None:
    one = error_with(190, error_subcode=460, fbtrace_id="Aone")
    other = error_with(190, error_subcode=460, fbtrace_id="Aother", message="of page 100550000000")
    assert one.fingerprint == other.fingerprint == "meta:reconnect_required:190:460"
    assert error_with(190, error_subcode=463).fingerprint != one.fingerprint


def test_an_answer_without_a_trace_in_its_body_is_traced_by_its_header() -> None:
    error = error_in(answer(502, None, {"X-FB-Trace-ID": "B" * 200}), operation="publish", changes=True)
    assert isinstance(error, OutcomeUnknown)
    assert error.reply.request_id == "B" * 80


def test_every_row_of_the_table_says_what_it_means_and_what_to_do() -> None:
    for meaning in [*MEANINGS.values(), *SUBCODES.values()]:
        assert meaning.cause.endswith(".")
        assert meaning.remedy.endswith(".")


# --- how long to wait ---------------------------------------------------------------------------------------------------


def business(*entries: Any, page: str = "100190460368463") -> dict[str, str]:
    return {"X-Business-Use-Case-Usage": json.dumps({page: list(entries)})}


def entry(minutes: Any = 0, **more: Any) -> dict[str, Any]:
    usage = {"type": "pages", "call_count": 97, "total_cputime": 23, "total_time": 25}
    return {**usage, "estimated_time_to_regain_access": minutes, **more}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"Retry-After": "120"}, timedelta(minutes=2)),
        ({"retry-after": " 7 "}, timedelta(seconds=7)),
        ({"Retry-After": "0"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "999999999"}, timedelta(days=1)),
        ({"Retry-After": "9" * 6000}, None),
        (business(entry(19)), timedelta(minutes=19)),
        (business(entry(3), entry(42, type="instagram"), entry(0)), timedelta(minutes=42)),
        (business(entry(0)), None),
        (business(entry(10**12)), None),
        (business(entry(10**8)), timedelta(days=1)),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 1e999}]}'}, None),
        ({**business(entry(19)), "Retry-After": "60"}, timedelta(minutes=1)),
        ({**business(entry(19)), "Retry-After": "soon"}, timedelta(minutes=19)),
    ],
)
def test_meta_is_waited_for_as_long_as_it_asks(headers: dict[str, str], wait: timedelta | None) -> None:
    limited = answer(400, {"error": {"code": 80001, "message": "wait"}}, headers)
    assert regain_time(limited) == wait
    error = error_in(limited, operation="publish", changes=True)
    assert isinstance(error, RateLimited)
    assert error.retry_after == (wait or FALLBACK_WAIT)


def test_usage_is_read_from_every_entry_of_every_object() -> None:
    headers = CaseInsensitiveDict(
        {
            "x-business-use-case-usage": json.dumps(
                {"1": [entry(5), entry(0, type="instagram", call_count=10, total_time=90)], "2": [entry(0)]}
            )
        }
    )
    assert business_usage(headers) == [
        Usage("1", "pages", 97, 5),
        Usage("1", "instagram", 90, 0),
        Usage("2", "pages", 97, 0),
    ]


def test_the_usage_of_the_app_is_its_highest_percentage() -> None:
    headers = CaseInsensitiveDict({"X-App-Usage": '{"call_count": 28, "total_time": 25, "total_cputime": 31.7}'})
    assert app_usage(headers) == Usage("app", "app", 31)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "7", '"x"', '{"1": null}', '{"1": {}}', '{"1": [null, 7, []]}', "[" * 50_000,
        '{"1": [{"call_count": "97"}]}', '{"1": [{"call_count": NaN, "total_time": Infinity, "total_cputime": -1e999}]}',
        '{"1": [{"call_count": true, "estimated_time_to_regain_access": [3]}]}',
    ],
)  # fmt: skip
def test_a_usage_header_of_another_shape_counts_as_nothing_spent(text: str) -> None:
    headers = CaseInsensitiveDict({"X-Business-Use-Case-Usage": text, "X-App-Usage": text})
    assert all((usage.percent, usage.regain_minutes) == (0, 0) for usage in business_usage(headers))
    told = app_usage(headers)
    assert told is None or told.percent == 0


@given(st.one_of(st.text(), JSON_VALUES.map(lambda value: json.dumps(value))))
def test_no_usage_header_crashes_the_reading(text: str) -> None:
    headers = {"X-Business-Use-Case-Usage": text, "X-App-Usage": text}
    assert all(usage.percent >= 0 for usage in business_usage(headers))
    assert app_usage(headers) is None or isinstance(app_usage(headers), Usage)
