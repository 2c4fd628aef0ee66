from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.health_state_enum import HealthStateEnum, check_health_state_enum

T = TypeVar("T", bound="HealthFinding")


@_attrs_define
class HealthFinding:
    """One thing a check saw. With the state ``healthy`` it is a notice: worth reading, and nothing is wrong.

    Attributes:
        state (HealthStateEnum): * `healthy` - healthy
            * `degraded` - degraded
            * `unhealthy` - unhealthy
        code (str):
        cause (str):
        remedy (str):
        link (str): The page where it is mended.
    """

    state: HealthStateEnum
    code: str
    cause: str
    remedy: str
    link: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        state: str = self.state

        code = self.code

        cause = self.cause

        remedy = self.remedy

        link = self.link

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "state": state,
                "code": code,
                "cause": cause,
                "remedy": remedy,
                "link": link,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        state = check_health_state_enum(d.pop("state"))

        code = d.pop("code")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        link = d.pop("link")

        health_finding = cls(
            state=state,
            code=code,
            cause=cause,
            remedy=remedy,
            link=link,
        )

        health_finding.additional_properties = d
        return health_finding

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
