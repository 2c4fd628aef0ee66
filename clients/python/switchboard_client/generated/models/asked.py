from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Asked")


@_attrs_define
class Asked:
    """A place or post of which fresh numbers are wanted.

    Attributes:
        destination (UUID):
        job (None | UUID):
        asked (bool): False: that was done a moment ago, and is not done again.
        asked_at (datetime.datetime):
        refresh_possible_at (datetime.datetime):
        taken_at (datetime.datetime | None):
    """

    destination: UUID
    job: None | UUID
    asked: bool
    asked_at: datetime.datetime
    refresh_possible_at: datetime.datetime
    taken_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        destination = str(self.destination)

        job: None | str
        if isinstance(self.job, UUID):
            job = str(self.job)
        else:
            job = self.job

        asked = self.asked

        asked_at = self.asked_at.isoformat()

        refresh_possible_at = self.refresh_possible_at.isoformat()

        taken_at: None | str
        if isinstance(self.taken_at, datetime.datetime):
            taken_at = self.taken_at.isoformat()
        else:
            taken_at = self.taken_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "destination": destination,
                "job": job,
                "asked": asked,
                "asked_at": asked_at,
                "refresh_possible_at": refresh_possible_at,
                "taken_at": taken_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        destination = UUID(d.pop("destination"))

        def _parse_job(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                job_type_0 = UUID(data)

                return job_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        job = _parse_job(d.pop("job"))

        asked = d.pop("asked")

        asked_at = datetime.datetime.fromisoformat(d.pop("asked_at"))

        refresh_possible_at = datetime.datetime.fromisoformat(d.pop("refresh_possible_at"))

        def _parse_taken_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                taken_at_type_0 = datetime.datetime.fromisoformat(data)

                return taken_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        taken_at = _parse_taken_at(d.pop("taken_at"))

        asked = cls(
            destination=destination,
            job=job,
            asked=asked,
            asked_at=asked_at,
            refresh_possible_at=refresh_possible_at,
            taken_at=taken_at,
        )

        asked.additional_properties = d
        return asked

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
