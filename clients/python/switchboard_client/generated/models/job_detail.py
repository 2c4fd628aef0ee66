from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_state_enum import JobStateEnum, check_job_state_enum
from ..models.role_enum import RoleEnum, check_role_enum

if TYPE_CHECKING:
    from ..models.attempt import Attempt
    from ..models.job_error import JobError
    from ..models.standing import Standing


T = TypeVar("T", bound="JobDetail")


@_attrs_define
class JobDetail:
    """One job with its attempts.

    Attributes:
        id (UUID):
        post (UUID):
        destination (UUID):
        destination_name (str):
        platform (str):
        role (RoleEnum): * `post` - Post
            * `first_comment` - First comment
        state (JobStateEnum): * `scheduled` - scheduled
            * `queued` - queued
            * `publishing` - publishing
            * `processing` - processing
            * `polling` - polling
            * `retrying` - retrying
            * `reconciling` - reconciling
            * `published` - published
            * `failed` - failed
            * `dlq` - dlq
            * `cancelled` - cancelled
        due_at (None | str): When a worker should take it; null while held or at rest.
        attempt_count (int):
        external_id (str):
        permalink (str):
        published_at (None | str):
        removed_at (None | str): When somebody took the live post away again.
        standing (None | Standing):
        error (JobError | None):
        created_at (str):
        updated_at (str):
        attempts (list[Attempt]):
    """

    id: UUID
    post: UUID
    destination: UUID
    destination_name: str
    platform: str
    role: RoleEnum
    state: JobStateEnum
    due_at: None | str
    attempt_count: int
    external_id: str
    permalink: str
    published_at: None | str
    removed_at: None | str
    standing: None | Standing
    error: JobError | None
    created_at: str
    updated_at: str
    attempts: list[Attempt]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.job_error import JobError  # noqa: PLC0415
        from ..models.standing import Standing  # noqa: PLC0415

        id = str(self.id)

        post = str(self.post)

        destination = str(self.destination)

        destination_name = self.destination_name

        platform = self.platform

        role: str = self.role

        state: str = self.state

        due_at: None | str
        due_at = self.due_at

        attempt_count = self.attempt_count

        external_id = self.external_id

        permalink = self.permalink

        published_at: None | str
        published_at = self.published_at

        removed_at: None | str
        removed_at = self.removed_at

        standing: dict[str, Any] | None
        if isinstance(self.standing, Standing):
            standing = self.standing.to_dict()
        else:
            standing = self.standing

        error: dict[str, Any] | None
        if isinstance(self.error, JobError):
            error = self.error.to_dict()
        else:
            error = self.error

        created_at = self.created_at

        updated_at = self.updated_at

        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "post": post,
                "destination": destination,
                "destination_name": destination_name,
                "platform": platform,
                "role": role,
                "state": state,
                "due_at": due_at,
                "attempt_count": attempt_count,
                "external_id": external_id,
                "permalink": permalink,
                "published_at": published_at,
                "removed_at": removed_at,
                "standing": standing,
                "error": error,
                "created_at": created_at,
                "updated_at": updated_at,
                "attempts": attempts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attempt import Attempt  # noqa: PLC0415
        from ..models.job_error import JobError  # noqa: PLC0415
        from ..models.standing import Standing  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        post = UUID(d.pop("post"))

        destination = UUID(d.pop("destination"))

        destination_name = d.pop("destination_name")

        platform = d.pop("platform")

        role = check_role_enum(d.pop("role"))

        state = check_job_state_enum(d.pop("state"))

        def _parse_due_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        due_at = _parse_due_at(d.pop("due_at"))

        attempt_count = d.pop("attempt_count")

        external_id = d.pop("external_id")

        permalink = d.pop("permalink")

        def _parse_published_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        published_at = _parse_published_at(d.pop("published_at"))

        def _parse_removed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        removed_at = _parse_removed_at(d.pop("removed_at"))

        def _parse_standing(data: object) -> None | Standing:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                standing_type_1 = Standing.from_dict(data)

                return standing_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Standing, data)

        standing = _parse_standing(d.pop("standing"))

        def _parse_error(data: object) -> JobError | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_1 = JobError.from_dict(data)

                return error_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobError | None, data)

        error = _parse_error(d.pop("error"))

        created_at = d.pop("created_at")

        updated_at = d.pop("updated_at")

        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in _attempts:
            attempts_item = Attempt.from_dict(attempts_item_data)

            attempts.append(attempts_item)

        job_detail = cls(
            id=id,
            post=post,
            destination=destination,
            destination_name=destination_name,
            platform=platform,
            role=role,
            state=state,
            due_at=due_at,
            attempt_count=attempt_count,
            external_id=external_id,
            permalink=permalink,
            published_at=published_at,
            removed_at=removed_at,
            standing=standing,
            error=error,
            created_at=created_at,
            updated_at=updated_at,
            attempts=attempts,
        )

        job_detail.additional_properties = d
        return job_detail

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
