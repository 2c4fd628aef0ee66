from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.rehearsal import Rehearsal


T = TypeVar("T", bound="Redriven")


@_attrs_define
class Redriven:
    """How many are sent again, or, of a dry run, what would happen to each.

    Attributes:
        count (int):
        dry_run (list[Rehearsal] | Unset):
    """

    count: int
    dry_run: list[Rehearsal] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        count = self.count

        dry_run: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.dry_run, Unset):
            dry_run = []
            for dry_run_item_data in self.dry_run:
                dry_run_item = dry_run_item_data.to_dict()
                dry_run.append(dry_run_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "count": count,
            }
        )
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rehearsal import Rehearsal  # noqa: PLC0415

        d = dict(src_dict)
        count = d.pop("count")

        _dry_run = d.pop("dry_run", UNSET)
        dry_run: list[Rehearsal] | Unset = UNSET
        if _dry_run is not UNSET:
            dry_run = []
            for dry_run_item_data in _dry_run:
                dry_run_item = Rehearsal.from_dict(dry_run_item_data)

                dry_run.append(dry_run_item)

        redriven = cls(
            count=count,
            dry_run=dry_run,
        )

        redriven.additional_properties = d
        return redriven

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
