from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_severity_enum import AlertSeverityEnum, check_alert_severity_enum
from ..types import UNSET, Unset

T = TypeVar("T", bound="Alert")


@_attrs_define
class Alert:
    """Something that is or was wrong, told to a tenant.

    Attributes:
        id (UUID):
        rule (str): Which rule found it: `dead_letters_rising`, `dead_letters_open`, `tokens_expired`,
            `webhook_endpoints_off`, `webhook_endpoints_failing`
        title (str):
        severity (AlertSeverityEnum): * `bad` - Acts now
            * `warn` - Should be looked at
        state (str): Return ``firing`` or ``cleared``.
        cause (str):
        runbook (str): Where it is told step by step what to do.
        value (float): What was measured last.
        since (datetime.datetime): When it was first seen.
        remedy (str | Unset):
        raised_at (datetime.datetime | None | Unset):
        cleared_at (datetime.datetime | None | Unset):
        acknowledged_at (datetime.datetime | None | Unset):
        acknowledged_by (str | Unset):
        silenced_until (datetime.datetime | None | Unset):
    """

    id: UUID
    rule: str
    title: str
    severity: AlertSeverityEnum
    state: str
    cause: str
    runbook: str
    value: float
    since: datetime.datetime
    remedy: str | Unset = UNSET
    raised_at: datetime.datetime | None | Unset = UNSET
    cleared_at: datetime.datetime | None | Unset = UNSET
    acknowledged_at: datetime.datetime | None | Unset = UNSET
    acknowledged_by: str | Unset = UNSET
    silenced_until: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        rule = self.rule

        title = self.title

        severity: str = self.severity

        state = self.state

        cause = self.cause

        runbook = self.runbook

        value = self.value

        since = self.since.isoformat()

        remedy = self.remedy

        raised_at: None | str | Unset
        if isinstance(self.raised_at, Unset):
            raised_at = UNSET
        elif isinstance(self.raised_at, datetime.datetime):
            raised_at = self.raised_at.isoformat()
        else:
            raised_at = self.raised_at

        cleared_at: None | str | Unset
        if isinstance(self.cleared_at, Unset):
            cleared_at = UNSET
        elif isinstance(self.cleared_at, datetime.datetime):
            cleared_at = self.cleared_at.isoformat()
        else:
            cleared_at = self.cleared_at

        acknowledged_at: None | str | Unset
        if isinstance(self.acknowledged_at, Unset):
            acknowledged_at = UNSET
        elif isinstance(self.acknowledged_at, datetime.datetime):
            acknowledged_at = self.acknowledged_at.isoformat()
        else:
            acknowledged_at = self.acknowledged_at

        acknowledged_by = self.acknowledged_by

        silenced_until: None | str | Unset
        if isinstance(self.silenced_until, Unset):
            silenced_until = UNSET
        elif isinstance(self.silenced_until, datetime.datetime):
            silenced_until = self.silenced_until.isoformat()
        else:
            silenced_until = self.silenced_until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "rule": rule,
                "title": title,
                "severity": severity,
                "state": state,
                "cause": cause,
                "runbook": runbook,
                "value": value,
                "since": since,
            }
        )
        if remedy is not UNSET:
            field_dict["remedy"] = remedy
        if raised_at is not UNSET:
            field_dict["raised_at"] = raised_at
        if cleared_at is not UNSET:
            field_dict["cleared_at"] = cleared_at
        if acknowledged_at is not UNSET:
            field_dict["acknowledged_at"] = acknowledged_at
        if acknowledged_by is not UNSET:
            field_dict["acknowledged_by"] = acknowledged_by
        if silenced_until is not UNSET:
            field_dict["silenced_until"] = silenced_until

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        rule = d.pop("rule")

        title = d.pop("title")

        severity = check_alert_severity_enum(d.pop("severity"))

        state = d.pop("state")

        cause = d.pop("cause")

        runbook = d.pop("runbook")

        value = d.pop("value")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        remedy = d.pop("remedy", UNSET)

        def _parse_raised_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                raised_at_type_0 = datetime.datetime.fromisoformat(data)

                return raised_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        raised_at = _parse_raised_at(d.pop("raised_at", UNSET))

        def _parse_cleared_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cleared_at_type_0 = datetime.datetime.fromisoformat(data)

                return cleared_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        cleared_at = _parse_cleared_at(d.pop("cleared_at", UNSET))

        def _parse_acknowledged_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                acknowledged_at_type_0 = datetime.datetime.fromisoformat(data)

                return acknowledged_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        acknowledged_at = _parse_acknowledged_at(d.pop("acknowledged_at", UNSET))

        acknowledged_by = d.pop("acknowledged_by", UNSET)

        def _parse_silenced_until(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                silenced_until_type_0 = datetime.datetime.fromisoformat(data)

                return silenced_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        silenced_until = _parse_silenced_until(d.pop("silenced_until", UNSET))

        alert = cls(
            id=id,
            rule=rule,
            title=title,
            severity=severity,
            state=state,
            cause=cause,
            runbook=runbook,
            value=value,
            since=since,
            remedy=remedy,
            raised_at=raised_at,
            cleared_at=cleared_at,
            acknowledged_at=acknowledged_at,
            acknowledged_by=acknowledged_by,
            silenced_until=silenced_until,
        )

        alert.additional_properties = d
        return alert

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
