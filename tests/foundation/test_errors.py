"""Refusals carry a stable code, a cause and a remedy."""

import pytest

from foundation.errors import (
    ConfigurationError,
    Conflict,
    Finding,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Unavailable,
)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (Refusal, 400, "bad_request"),
        (NotFound, 404, "not_found"),
        (Forbidden, 403, "forbidden"),
        (Conflict, 409, "conflict"),
        (Invalid, 422, "invalid"),
        (Unavailable, 503, "unavailable"),
    ],
)
def test_each_refusal_has_its_status_and_a_stable_code(kind: type[Refusal], status: int, code: str) -> None:
    made = kind("why", remedy="what to do")
    assert (made.status, made.code, made.detail, made.remedy) == (status, code, "why", "what to do")
    assert str(made) == "why"
    assert made.title


def test_a_code_given_to_one_refusal_does_not_stick_to_its_kind() -> None:
    assert Invalid("why", code="unknown_scope").code == "unknown_scope"
    assert Invalid("why").code == "invalid"


def test_findings_are_kept_in_order() -> None:
    findings = [Finding("text", "too_long", "Too long."), Finding("link", "bad_link", "No address.")]
    assert Invalid("why", findings=findings).findings == tuple(findings)


def test_a_configuration_error_is_no_refusal_and_says_what_to_change() -> None:
    error = ConfigurationError("No key.", remedy="Set KEY.")
    assert not isinstance(error, Refusal)
    assert (error.detail, error.remedy) == ("No key.", "Set KEY.")
    assert "Set KEY." in str(error)
