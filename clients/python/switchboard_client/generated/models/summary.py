from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.by_enum import ByEnum, check_by_enum

if TYPE_CHECKING:
    from ..models.group import Group
    from ..models.sums import Sums


T = TypeVar("T", bound="Summary")


@_attrs_define
class Summary:
    """What a range comes to, beside the days before it.

    Attributes:
        since (datetime.date):
        until (datetime.date):
        time_zone (str): The tenant's; its days these are.
        previous_since (datetime.date):
        previous_until (datetime.date):
        by (ByEnum): * `platform` - platform
            * `destination` - destination
        next_ (None | str): More destinations; always null by platform.
        previous (None | str):
        total (Sums): What posts and places come to.
        groups (list[Group]):
    """

    since: datetime.date
    until: datetime.date
    time_zone: str
    previous_since: datetime.date
    previous_until: datetime.date
    by: ByEnum
    next_: None | str
    previous: None | str
    total: Sums
    groups: list[Group]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        since = self.since.isoformat()

        until = self.until.isoformat()

        time_zone = self.time_zone

        previous_since = self.previous_since.isoformat()

        previous_until = self.previous_until.isoformat()

        by: str = self.by

        next_: None | str
        next_ = self.next_

        previous: None | str
        previous = self.previous

        total = self.total.to_dict()

        groups = []
        for groups_item_data in self.groups:
            groups_item = groups_item_data.to_dict()
            groups.append(groups_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "since": since,
                "until": until,
                "time_zone": time_zone,
                "previous_since": previous_since,
                "previous_until": previous_until,
                "by": by,
                "next": next_,
                "previous": previous,
                "total": total,
                "groups": groups,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.group import Group  # noqa: PLC0415
        from ..models.sums import Sums  # noqa: PLC0415

        d = dict(src_dict)
        since = datetime.date.fromisoformat(d.pop("since"))

        until = datetime.date.fromisoformat(d.pop("until"))

        time_zone = d.pop("time_zone")

        previous_since = datetime.date.fromisoformat(d.pop("previous_since"))

        previous_until = datetime.date.fromisoformat(d.pop("previous_until"))

        by = check_by_enum(d.pop("by"))

        def _parse_next_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_ = _parse_next_(d.pop("next"))

        def _parse_previous(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        previous = _parse_previous(d.pop("previous"))

        total = Sums.from_dict(d.pop("total"))

        groups = []
        _groups = d.pop("groups")
        for groups_item_data in _groups:
            groups_item = Group.from_dict(groups_item_data)

            groups.append(groups_item)

        summary = cls(
            since=since,
            until=until,
            time_zone=time_zone,
            previous_since=previous_since,
            previous_until=previous_until,
            by=by,
            next_=next_,
            previous=previous,
            total=total,
            groups=groups,
        )

        summary.additional_properties = d
        return summary

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
