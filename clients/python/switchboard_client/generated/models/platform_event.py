from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.platform_event_state_enum import PlatformEventStateEnum, check_platform_event_state_enum

T = TypeVar("T", bound="PlatformEvent")


@_attrs_define
class PlatformEvent:
    """One thing a platform told by itself, and how far the hub is with it.

    Attributes:
        id (UUID):
        platform (str):
        kind (str): In the same words for all platforms: post_created, post_changed, post_removed, comment, reaction,
            mention, share, message, insights, member_joined, member_changed, member_left, member_unreachable, deauthorized,
            data_deletion, unknown.
        key (str): The same each time the platform tells it.
        external_id (str): The platform's id of the place it is about; a destination has it too.
        post_id (str): The platform's id of the post it is about.
        state (PlatformEventStateEnum): * `received` - Waiting
            * `processed` - Processed
            * `failed` - Dead letter
        happened_at (datetime.datetime | None): Null where the platform did not say.
        received_at (datetime.datetime):
        due_at (datetime.datetime | None): When it is processed next; null at rest.
        processed_at (None | str):
        tries (int): Failed tries since it was received or replayed.
        error (str):
    """

    id: UUID
    platform: str
    kind: str
    key: str
    external_id: str
    post_id: str
    state: PlatformEventStateEnum
    happened_at: datetime.datetime | None
    received_at: datetime.datetime
    due_at: datetime.datetime | None
    processed_at: None | str
    tries: int
    error: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        platform = self.platform

        kind = self.kind

        key = self.key

        external_id = self.external_id

        post_id = self.post_id

        state: str = self.state

        happened_at: None | str
        if isinstance(self.happened_at, datetime.datetime):
            happened_at = self.happened_at.isoformat()
        else:
            happened_at = self.happened_at

        received_at = self.received_at.isoformat()

        due_at: None | str
        if isinstance(self.due_at, datetime.datetime):
            due_at = self.due_at.isoformat()
        else:
            due_at = self.due_at

        processed_at: None | str
        processed_at = self.processed_at

        tries = self.tries

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "platform": platform,
                "kind": kind,
                "key": key,
                "external_id": external_id,
                "post_id": post_id,
                "state": state,
                "happened_at": happened_at,
                "received_at": received_at,
                "due_at": due_at,
                "processed_at": processed_at,
                "tries": tries,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        platform = d.pop("platform")

        kind = d.pop("kind")

        key = d.pop("key")

        external_id = d.pop("external_id")

        post_id = d.pop("post_id")

        state = check_platform_event_state_enum(d.pop("state"))

        def _parse_happened_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                happened_at_type_0 = datetime.datetime.fromisoformat(data)

                return happened_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        happened_at = _parse_happened_at(d.pop("happened_at"))

        received_at = datetime.datetime.fromisoformat(d.pop("received_at"))

        def _parse_due_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                due_at_type_0 = datetime.datetime.fromisoformat(data)

                return due_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        due_at = _parse_due_at(d.pop("due_at"))

        def _parse_processed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        processed_at = _parse_processed_at(d.pop("processed_at"))

        tries = d.pop("tries")

        error = d.pop("error")

        platform_event = cls(
            id=id,
            platform=platform,
            kind=kind,
            key=key,
            external_id=external_id,
            post_id=post_id,
            state=state,
            happened_at=happened_at,
            received_at=received_at,
            due_at=due_at,
            processed_at=processed_at,
            tries=tries,
            error=error,
        )

        platform_event.additional_properties = d
        return platform_event

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
