from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.connection_health_state_enum import ConnectionHealthStateEnum, check_connection_health_state_enum

if TYPE_CHECKING:
    from ..models.health_finding import HealthFinding


T = TypeVar("T", bound="Health")


@_attrs_define
class Health:
    """How a connection is. A check that failed in passing changes nothing here until there were several in a row.

    Attributes:
        state (ConnectionHealthStateEnum): * `unknown` - unknown
            * `healthy` - healthy
            * `degraded` - degraded
            * `unhealthy` - unhealthy
        since (datetime.datetime | None): Since when it is in this state.
        code (str): Empty while nothing is wrong.
        cause (str):
        remedy (str):
        link (str): The page where it is mended.
        findings (list[HealthFinding]):
        unreachable_since (datetime.datetime | None): Since when the platform could not be asked; null while it can.
        checked_at (datetime.datetime | None):
        next_check_at (datetime.datetime | None): Null for a disconnected account.
    """

    state: ConnectionHealthStateEnum
    since: datetime.datetime | None
    code: str
    cause: str
    remedy: str
    link: str
    findings: list[HealthFinding]
    unreachable_since: datetime.datetime | None
    checked_at: datetime.datetime | None
    next_check_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        state: str = self.state

        since: None | str
        if isinstance(self.since, datetime.datetime):
            since = self.since.isoformat()
        else:
            since = self.since

        code = self.code

        cause = self.cause

        remedy = self.remedy

        link = self.link

        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)

        unreachable_since: None | str
        if isinstance(self.unreachable_since, datetime.datetime):
            unreachable_since = self.unreachable_since.isoformat()
        else:
            unreachable_since = self.unreachable_since

        checked_at: None | str
        if isinstance(self.checked_at, datetime.datetime):
            checked_at = self.checked_at.isoformat()
        else:
            checked_at = self.checked_at

        next_check_at: None | str
        if isinstance(self.next_check_at, datetime.datetime):
            next_check_at = self.next_check_at.isoformat()
        else:
            next_check_at = self.next_check_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "state": state,
                "since": since,
                "code": code,
                "cause": cause,
                "remedy": remedy,
                "link": link,
                "findings": findings,
                "unreachable_since": unreachable_since,
                "checked_at": checked_at,
                "next_check_at": next_check_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.health_finding import HealthFinding  # noqa: PLC0415

        d = dict(src_dict)
        state = check_connection_health_state_enum(d.pop("state"))

        def _parse_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                since_type_0 = datetime.datetime.fromisoformat(data)

                return since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        since = _parse_since(d.pop("since"))

        code = d.pop("code")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        link = d.pop("link")

        findings = []
        _findings = d.pop("findings")
        for findings_item_data in _findings:
            findings_item = HealthFinding.from_dict(findings_item_data)

            findings.append(findings_item)

        def _parse_unreachable_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                unreachable_since_type_0 = datetime.datetime.fromisoformat(data)

                return unreachable_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        unreachable_since = _parse_unreachable_since(d.pop("unreachable_since"))

        def _parse_checked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                checked_at_type_0 = datetime.datetime.fromisoformat(data)

                return checked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        checked_at = _parse_checked_at(d.pop("checked_at"))

        def _parse_next_check_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_check_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_check_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_check_at = _parse_next_check_at(d.pop("next_check_at"))

        health = cls(
            state=state,
            since=since,
            code=code,
            cause=cause,
            remedy=remedy,
            link=link,
            findings=findings,
            unreachable_since=unreachable_since,
            checked_at=checked_at,
            next_check_at=next_check_at,
        )

        health.additional_properties = d
        return health

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
