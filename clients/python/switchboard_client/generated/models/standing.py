from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.blank_enum import BlankEnum, check_blank_enum
from ..models.standing_state_enum import StandingStateEnum, check_standing_state_enum

T = TypeVar("T", bound="Standing")


@_attrs_define
class Standing:
    """How a published post stands, by the last look at its platform.

    Attributes:
        state (BlankEnum | None | StandingStateEnum): live; pending: not public yet; rejected: taken back; removed;
            null: not looked at yet.

            * `live` - live
            * `pending` - pending
            * `rejected` - rejected
            * `removed` - removed
        reason (str):
        remedy (str):
        changed_at (None | str): Since when it stands so.
        looked_at (None | str):
        next_look_at (datetime.datetime | None):
        problem (str): Why the last look brought no answer; empty when it did.
        seen_at (None | str): When somebody took note that it was taken back.
    """

    state: BlankEnum | None | StandingStateEnum
    reason: str
    remedy: str
    changed_at: None | str
    looked_at: None | str
    next_look_at: datetime.datetime | None
    problem: str
    seen_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        state: None | str
        if isinstance(self.state, str):
            state = self.state
        elif isinstance(self.state, str):
            state = self.state
        else:
            state = self.state

        reason = self.reason

        remedy = self.remedy

        changed_at: None | str
        changed_at = self.changed_at

        looked_at: None | str
        looked_at = self.looked_at

        next_look_at: None | str
        if isinstance(self.next_look_at, datetime.datetime):
            next_look_at = self.next_look_at.isoformat()
        else:
            next_look_at = self.next_look_at

        problem = self.problem

        seen_at: None | str
        seen_at = self.seen_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "state": state,
                "reason": reason,
                "remedy": remedy,
                "changed_at": changed_at,
                "looked_at": looked_at,
                "next_look_at": next_look_at,
                "problem": problem,
                "seen_at": seen_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_state(data: object) -> BlankEnum | None | StandingStateEnum:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_0 = check_standing_state_enum(data)

                return state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_1 = check_blank_enum(data)

                return state_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BlankEnum | None | StandingStateEnum, data)

        state = _parse_state(d.pop("state"))

        reason = d.pop("reason")

        remedy = d.pop("remedy")

        def _parse_changed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        changed_at = _parse_changed_at(d.pop("changed_at"))

        def _parse_looked_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        looked_at = _parse_looked_at(d.pop("looked_at"))

        def _parse_next_look_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_look_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_look_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_look_at = _parse_next_look_at(d.pop("next_look_at"))

        problem = d.pop("problem")

        def _parse_seen_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        seen_at = _parse_seen_at(d.pop("seen_at"))

        standing = cls(
            state=state,
            reason=reason,
            remedy=remedy,
            changed_at=changed_at,
            looked_at=looked_at,
            next_look_at=next_look_at,
            problem=problem,
            seen_at=seen_at,
        )

        standing.additional_properties = d
        return standing

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
