from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.finding_severity_enum import FindingSeverityEnum, check_finding_severity_enum
from ..types import UNSET, Unset

T = TypeVar("T", bound="ProblemFinding")


@_attrs_define
class ProblemFinding:
    """One thing that is wrong with what was sent.

    Attributes:
        field (str): Where it stands in what was sent; empty: the whole.
        code (str): Stable; for programs. See docs/api/errors.md.
        message (str):
        remedy (str | Unset):
        limit (str | Unset):
        destination (str | Unset): The id of the destination it applies to.
        severity (FindingSeverityEnum | Unset): * `error` - error
            * `warning` - warning
    """

    field: str
    code: str
    message: str
    remedy: str | Unset = UNSET
    limit: str | Unset = UNSET
    destination: str | Unset = UNSET
    severity: FindingSeverityEnum | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field = self.field

        code = self.code

        message = self.message

        remedy = self.remedy

        limit = self.limit

        destination = self.destination

        severity: str | Unset = UNSET
        if not isinstance(self.severity, Unset):
            severity = self.severity

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "field": field,
                "code": code,
                "message": message,
            }
        )
        if remedy is not UNSET:
            field_dict["remedy"] = remedy
        if limit is not UNSET:
            field_dict["limit"] = limit
        if destination is not UNSET:
            field_dict["destination"] = destination
        if severity is not UNSET:
            field_dict["severity"] = severity

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        field = d.pop("field")

        code = d.pop("code")

        message = d.pop("message")

        remedy = d.pop("remedy", UNSET)

        limit = d.pop("limit", UNSET)

        destination = d.pop("destination", UNSET)

        _severity = d.pop("severity", UNSET)
        severity: FindingSeverityEnum | Unset
        if isinstance(_severity, Unset):
            severity = UNSET
        else:
            severity = check_finding_severity_enum(_severity)

        problem_finding = cls(
            field=field,
            code=code,
            message=message,
            remedy=remedy,
            limit=limit,
            destination=destination,
            severity=severity,
        )

        problem_finding.additional_properties = d
        return problem_finding

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
