from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.blank_enum import BlankEnum, check_blank_enum
from ..models.job_action_outcome_enum import JobActionOutcomeEnum, check_job_action_outcome_enum

if TYPE_CHECKING:
    from ..models.job_action_answer import JobActionAnswer


T = TypeVar("T", bound="JobAction")


@_attrs_define
class JobAction:
    """What was done with a published post, and what the platform told of it.

    Attributes:
        id (UUID):
        job (UUID):
        action (str):
        outcome (BlankEnum | JobActionOutcomeEnum):
        answer (JobActionAnswer): As the platform's folder tells it; see the page of the platform.
        began_at (datetime.datetime):
        finished_at (None | str):
    """

    id: UUID
    job: UUID
    action: str
    outcome: BlankEnum | JobActionOutcomeEnum
    answer: JobActionAnswer
    began_at: datetime.datetime
    finished_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        job = str(self.job)

        action = self.action

        outcome: str
        if isinstance(self.outcome, str):
            outcome = self.outcome
        else:
            outcome = self.outcome

        answer = self.answer.to_dict()

        began_at = self.began_at.isoformat()

        finished_at: None | str
        finished_at = self.finished_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "job": job,
                "action": action,
                "outcome": outcome,
                "answer": answer,
                "began_at": began_at,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job_action_answer import JobActionAnswer  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        job = UUID(d.pop("job"))

        action = d.pop("action")

        def _parse_outcome(data: object) -> BlankEnum | JobActionOutcomeEnum:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                outcome_type_0 = check_job_action_outcome_enum(data)

                return outcome_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            outcome_type_1 = check_blank_enum(data)

            return outcome_type_1

        outcome = _parse_outcome(d.pop("outcome"))

        answer = JobActionAnswer.from_dict(d.pop("answer"))

        began_at = datetime.datetime.fromisoformat(d.pop("began_at"))

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        job_action = cls(
            id=id,
            job=job,
            action=action,
            outcome=outcome,
            answer=answer,
            began_at=began_at,
            finished_at=finished_at,
        )

        job_action.additional_properties = d
        return job_action

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
