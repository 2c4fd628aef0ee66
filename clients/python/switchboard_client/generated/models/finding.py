from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.finding_severity_enum import FindingSeverityEnum, check_finding_severity_enum

T = TypeVar("T", bound="Finding")


@_attrs_define
class Finding:
    """One thing that is wrong, or may become so.

    Attributes:
        field (str):
        code (str):
        message (str):
        remedy (str):
        limit (str):
        destination (str):
        severity (FindingSeverityEnum): * `error` - error
            * `warning` - warning
    """

    field: str
    code: str
    message: str
    remedy: str
    limit: str
    destination: str
    severity: FindingSeverityEnum
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field = self.field

        code = self.code

        message = self.message

        remedy = self.remedy

        limit = self.limit

        destination = self.destination

        severity: str = self.severity

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "field": field,
                "code": code,
                "message": message,
                "remedy": remedy,
                "limit": limit,
                "destination": destination,
                "severity": severity,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        field = d.pop("field")

        code = d.pop("code")

        message = d.pop("message")

        remedy = d.pop("remedy")

        limit = d.pop("limit")

        destination = d.pop("destination")

        severity = check_finding_severity_enum(d.pop("severity"))

        finding = cls(
            field=field,
            code=code,
            message=message,
            remedy=remedy,
            limit=limit,
            destination=destination,
            severity=severity,
        )

        finding.additional_properties = d
        return finding

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
