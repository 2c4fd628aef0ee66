from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Removal")


@_attrs_define
class Removal:
    """What became of a live post at one destination; ``code`` is empty when it is gone.

    Attributes:
        job (UUID):
        destination (UUID):
        removed (bool): Return whether it is gone.
        code (str): Why it still stands, as the same refusal of a single job says.
        cause (str):
        remedy (str):
    """

    job: UUID
    destination: UUID
    removed: bool
    code: str
    cause: str
    remedy: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        job = str(self.job)

        destination = str(self.destination)

        removed = self.removed

        code = self.code

        cause = self.cause

        remedy = self.remedy

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "job": job,
                "destination": destination,
                "removed": removed,
                "code": code,
                "cause": cause,
                "remedy": remedy,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        job = UUID(d.pop("job"))

        destination = UUID(d.pop("destination"))

        removed = d.pop("removed")

        code = d.pop("code")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        removal = cls(
            job=job,
            destination=destination,
            removed=removed,
            code=code,
            cause=cause,
            remedy=remedy,
        )

        removal.additional_properties = d
        return removal

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
