from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.health_state_enum import HealthStateEnum, check_health_state_enum

if TYPE_CHECKING:
    from ..models.health_finding import HealthFinding


T = TypeVar("T", bound="HealthCheck")


@_attrs_define
class HealthCheck:
    """What one check saw. ``not_asked``: the platform was out of reach, which by itself says nothing of the account.

    Attributes:
        id (UUID):
        checked_at (datetime.datetime):
        state (HealthStateEnum): * `healthy` - healthy
            * `degraded` - degraded
            * `unhealthy` - unhealthy
        latency_ms (int):
        code (str):
        cause (str):
        remedy (str):
        link (str): The page where it is mended.
        findings (list[HealthFinding]):
    """

    id: UUID
    checked_at: datetime.datetime
    state: HealthStateEnum
    latency_ms: int
    code: str
    cause: str
    remedy: str
    link: str
    findings: list[HealthFinding]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        checked_at = self.checked_at.isoformat()

        state: str = self.state

        latency_ms = self.latency_ms

        code = self.code

        cause = self.cause

        remedy = self.remedy

        link = self.link

        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "checked_at": checked_at,
                "state": state,
                "latency_ms": latency_ms,
                "code": code,
                "cause": cause,
                "remedy": remedy,
                "link": link,
                "findings": findings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.health_finding import HealthFinding  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        checked_at = datetime.datetime.fromisoformat(d.pop("checked_at"))

        state = check_health_state_enum(d.pop("state"))

        latency_ms = d.pop("latency_ms")

        code = d.pop("code")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        link = d.pop("link")

        findings = []
        _findings = d.pop("findings")
        for findings_item_data in _findings:
            findings_item = HealthFinding.from_dict(findings_item_data)

            findings.append(findings_item)

        health_check = cls(
            id=id,
            checked_at=checked_at,
            state=state,
            latency_ms=latency_ms,
            code=code,
            cause=cause,
            remedy=remedy,
            link=link,
            findings=findings,
        )

        health_check.additional_properties = d
        return health_check

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
