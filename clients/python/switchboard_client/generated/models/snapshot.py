from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.snapshot_values import SnapshotValues


T = TypeVar("T", bound="Snapshot")


@_attrs_define
class Snapshot:
    """What a platform told at one moment.

    Attributes:
        taken_at (datetime.datetime):
        values (SnapshotValues):
    """

    taken_at: datetime.datetime
    values: SnapshotValues
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        taken_at = self.taken_at.isoformat()

        values = self.values.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "taken_at": taken_at,
                "values": values,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.snapshot_values import SnapshotValues  # noqa: PLC0415

        d = dict(src_dict)
        taken_at = datetime.datetime.fromisoformat(d.pop("taken_at"))

        values = SnapshotValues.from_dict(d.pop("values"))

        snapshot = cls(
            taken_at=taken_at,
            values=values,
        )

        snapshot.additional_properties = d
        return snapshot

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
