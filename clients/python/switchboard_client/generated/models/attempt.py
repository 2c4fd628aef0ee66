from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.attempt_outcome_enum import AttemptOutcomeEnum, check_attempt_outcome_enum
from ..models.blank_enum import BlankEnum, check_blank_enum
from ..models.purpose_enum import PurposeEnum, check_purpose_enum

T = TypeVar("T", bound="Attempt")


@_attrs_define
class Attempt:
    """One try of a job.

    Attributes:
        number (int):
        purpose (PurposeEnum): * `publish` - Publish
            * `poll` - Look again
            * `reconcile` - Find out what happened
        opened_at (datetime.datetime):
        closed_at (None | str):
        outcome (AttemptOutcomeEnum | BlankEnum):
        error_kind (str):
        cause (str):
        remedy (str):
        facts (Any): The platform's status, codes and request id; never a body.
        next_at (None | str):
    """

    number: int
    purpose: PurposeEnum
    opened_at: datetime.datetime
    closed_at: None | str
    outcome: AttemptOutcomeEnum | BlankEnum
    error_kind: str
    cause: str
    remedy: str
    facts: Any
    next_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        purpose: str = self.purpose

        opened_at = self.opened_at.isoformat()

        closed_at: None | str
        closed_at = self.closed_at

        outcome: str
        if isinstance(self.outcome, str):
            outcome = self.outcome
        else:
            outcome = self.outcome

        error_kind = self.error_kind

        cause = self.cause

        remedy = self.remedy

        facts = self.facts

        next_at: None | str
        next_at = self.next_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "purpose": purpose,
                "opened_at": opened_at,
                "closed_at": closed_at,
                "outcome": outcome,
                "error_kind": error_kind,
                "cause": cause,
                "remedy": remedy,
                "facts": facts,
                "next_at": next_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        purpose = check_purpose_enum(d.pop("purpose"))

        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))

        def _parse_closed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        closed_at = _parse_closed_at(d.pop("closed_at"))

        def _parse_outcome(data: object) -> AttemptOutcomeEnum | BlankEnum:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                outcome_type_0 = check_attempt_outcome_enum(data)

                return outcome_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            outcome_type_1 = check_blank_enum(data)

            return outcome_type_1

        outcome = _parse_outcome(d.pop("outcome"))

        error_kind = d.pop("error_kind")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        facts = d.pop("facts")

        def _parse_next_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_at = _parse_next_at(d.pop("next_at"))

        attempt = cls(
            number=number,
            purpose=purpose,
            opened_at=opened_at,
            closed_at=closed_at,
            outcome=outcome,
            error_kind=error_kind,
            cause=cause,
            remedy=remedy,
            facts=facts,
            next_at=next_at,
        )

        attempt.additional_properties = d
        return attempt

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
