from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define


T = TypeVar("T", bound="DiscardRequest")


@_attrs_define
class DiscardRequest:
    """Which dead letters to give up, and why.

    Attributes:
        ids (list[UUID]):
        reason (str):
    """

    ids: list[UUID]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        ids = []
        for ids_item_data in self.ids:
            ids_item = str(ids_item_data)
            ids.append(ids_item)

        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "ids": ids,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        ids = []
        _ids = d.pop("ids")
        for ids_item_data in _ids:
            ids_item = UUID(ids_item_data)

            ids.append(ids_item)

        reason = d.pop("reason")

        discard_request = cls(
            ids=ids,
            reason=reason,
        )

        return discard_request
