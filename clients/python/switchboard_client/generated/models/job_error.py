from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="JobError")


@_attrs_define
class JobError:
    """Why a job failed last, who can mend it, and how.

    Attributes:
        kind (str):
        cause (str):
        remedy (str):
        who (str): author, tenant, operator, or empty while nobody is needed.
    """

    kind: str
    cause: str
    remedy: str
    who: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind

        cause = self.cause

        remedy = self.remedy

        who = self.who

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "cause": cause,
                "remedy": remedy,
                "who": who,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = d.pop("kind")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        who = d.pop("who")

        job_error = cls(
            kind=kind,
            cause=cause,
            remedy=remedy,
            who=who,
        )

        job_error.additional_properties = d
        return job_error

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
