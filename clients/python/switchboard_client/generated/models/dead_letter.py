from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.blank_enum import BlankEnum, check_blank_enum
from ..models.resolution_enum import ResolutionEnum, check_resolution_enum

if TYPE_CHECKING:
    from ..models.job import Job


T = TypeVar("T", bound="DeadLetter")


@_attrs_define
class DeadLetter:
    """A job that needs a person.

    Attributes:
        id (UUID):
        kind (str):
        fingerprint (str): Equal for failures of one cause.
        platform (str):
        cause (str):
        remedy (str):
        who (str): Who can mend it: author, tenant or operator.
        opened_at (datetime.datetime):
        closed_at (None | str):
        resolution (BlankEnum | ResolutionEnum):
        note (str):
        job (Job): One post to one destination, or its first comment there.
    """

    id: UUID
    kind: str
    fingerprint: str
    platform: str
    cause: str
    remedy: str
    who: str
    opened_at: datetime.datetime
    closed_at: None | str
    resolution: BlankEnum | ResolutionEnum
    note: str
    job: Job
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        kind = self.kind

        fingerprint = self.fingerprint

        platform = self.platform

        cause = self.cause

        remedy = self.remedy

        who = self.who

        opened_at = self.opened_at.isoformat()

        closed_at: None | str
        closed_at = self.closed_at

        resolution: str
        if isinstance(self.resolution, str):
            resolution = self.resolution
        else:
            resolution = self.resolution

        note = self.note

        job = self.job.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "fingerprint": fingerprint,
                "platform": platform,
                "cause": cause,
                "remedy": remedy,
                "who": who,
                "opened_at": opened_at,
                "closed_at": closed_at,
                "resolution": resolution,
                "note": note,
                "job": job,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job import Job  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        kind = d.pop("kind")

        fingerprint = d.pop("fingerprint")

        platform = d.pop("platform")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        who = d.pop("who")

        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))

        def _parse_closed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        closed_at = _parse_closed_at(d.pop("closed_at"))

        def _parse_resolution(data: object) -> BlankEnum | ResolutionEnum:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                resolution_type_0 = check_resolution_enum(data)

                return resolution_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            resolution_type_1 = check_blank_enum(data)

            return resolution_type_1

        resolution = _parse_resolution(d.pop("resolution"))

        note = d.pop("note")

        job = Job.from_dict(d.pop("job"))

        dead_letter = cls(
            id=id,
            kind=kind,
            fingerprint=fingerprint,
            platform=platform,
            cause=cause,
            remedy=remedy,
            who=who,
            opened_at=opened_at,
            closed_at=closed_at,
            resolution=resolution,
            note=note,
            job=job,
        )

        dead_letter.additional_properties = d
        return dead_letter

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
