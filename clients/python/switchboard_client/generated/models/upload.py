from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.upload_state_enum import UploadStateEnum, check_upload_state_enum

if TYPE_CHECKING:
    from ..models.upload_problem_type_0 import UploadProblemType0


T = TypeVar("T", bound="Upload")


@_attrs_define
class Upload:
    """An upload in parts.

    Attributes:
        id (UUID):
        name (str):
        size_bytes (int): How long the whole is to be.
        offset_bytes (int): How much of it has arrived.
        state (UploadStateEnum): * `open` - Open
            * `finished` - Finished
            * `refused` - Refused
        media (None | str):
        problem (None | UploadProblemType0): Why the file was refused: code and detail.
        expires_at (datetime.datetime):
        created_at (str):
    """

    id: UUID
    name: str
    size_bytes: int
    offset_bytes: int
    state: UploadStateEnum
    media: None | str
    problem: None | UploadProblemType0
    expires_at: datetime.datetime
    created_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.upload_problem_type_0 import UploadProblemType0  # noqa: PLC0415

        id = str(self.id)

        name = self.name

        size_bytes = self.size_bytes

        offset_bytes = self.offset_bytes

        state: str = self.state

        media: None | str
        media = self.media

        problem: dict[str, Any] | None
        if isinstance(self.problem, UploadProblemType0):
            problem = self.problem.to_dict()
        else:
            problem = self.problem

        expires_at = self.expires_at.isoformat()

        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "size_bytes": size_bytes,
                "offset_bytes": offset_bytes,
                "state": state,
                "media": media,
                "problem": problem,
                "expires_at": expires_at,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.upload_problem_type_0 import UploadProblemType0  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        name = d.pop("name")

        size_bytes = d.pop("size_bytes")

        offset_bytes = d.pop("offset_bytes")

        state = check_upload_state_enum(d.pop("state"))

        def _parse_media(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        media = _parse_media(d.pop("media"))

        def _parse_problem(data: object) -> None | UploadProblemType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                problem_type_0 = UploadProblemType0.from_dict(data)

                return problem_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UploadProblemType0, data)

        problem = _parse_problem(d.pop("problem"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        created_at = d.pop("created_at")

        upload = cls(
            id=id,
            name=name,
            size_bytes=size_bytes,
            offset_bytes=offset_bytes,
            state=state,
            media=media,
            problem=problem,
            expires_at=expires_at,
            created_at=created_at,
        )

        upload.additional_properties = d
        return upload

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
