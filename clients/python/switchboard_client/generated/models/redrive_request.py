from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RedriveRequest")


@_attrs_define
class RedriveRequest:
    """Which dead letters to send again: named by id, or all that share a cause.

    Attributes:
        ids (list[UUID] | Unset):
        fingerprint (str | Unset): All open dead letters of this cause.
        dry_run (bool | Unset): Only tell what would happen. Default: False.
    """

    ids: list[UUID] | Unset = UNSET
    fingerprint: str | Unset = UNSET
    dry_run: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        ids: list[str] | Unset = UNSET
        if not isinstance(self.ids, Unset):
            ids = []
            for ids_item_data in self.ids:
                ids_item = str(ids_item_data)
                ids.append(ids_item)

        fingerprint = self.fingerprint

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if ids is not UNSET:
            field_dict["ids"] = ids
        if fingerprint is not UNSET:
            field_dict["fingerprint"] = fingerprint
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _ids = d.pop("ids", UNSET)
        ids: list[UUID] | Unset = UNSET
        if _ids is not UNSET:
            ids = []
            for ids_item_data in _ids:
                ids_item = UUID(ids_item_data)

                ids.append(ids_item)

        fingerprint = d.pop("fingerprint", UNSET)

        dry_run = d.pop("dry_run", UNSET)

        redrive_request = cls(
            ids=ids,
            fingerprint=fingerprint,
            dry_run=dry_run,
        )

        return redrive_request
