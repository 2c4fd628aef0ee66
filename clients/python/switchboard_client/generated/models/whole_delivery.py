from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delivery_state_enum import DeliveryStateEnum, check_delivery_state_enum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.delivery_attempt import DeliveryAttempt
    from ..models.whole_delivery_request_headers import WholeDeliveryRequestHeaders


T = TypeVar("T", bound="WholeDelivery")


@_attrs_define
class WholeDelivery:
    """A delivery with what is sent and every attempt kept.

    Attributes:
        id (UUID):
        endpoint_id (UUID):
        event_id (UUID):
        event_type (str):
        next_attempt_at (datetime.datetime | None):
        created_at (str):
        attempts (list[DeliveryAttempt]): The latest twenty.
        request_headers (WholeDeliveryRequestHeaders):
        request_body (str): The body as it is signed and sent.
        state (DeliveryStateEnum | Unset): * `waiting` - Waiting
            * `delivered` - Delivered
            * `failed` - Failed
        tries (int | Unset): Attempts since it was made or replayed.
        last_status (int | None | Unset):
        last_error (str | Unset):
        attempted_at (datetime.datetime | None | Unset):
        delivered_at (datetime.datetime | None | Unset):
    """

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_type: str
    next_attempt_at: datetime.datetime | None
    created_at: str
    attempts: list[DeliveryAttempt]
    request_headers: WholeDeliveryRequestHeaders
    request_body: str
    state: DeliveryStateEnum | Unset = UNSET
    tries: int | Unset = UNSET
    last_status: int | None | Unset = UNSET
    last_error: str | Unset = UNSET
    attempted_at: datetime.datetime | None | Unset = UNSET
    delivered_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        endpoint_id = str(self.endpoint_id)

        event_id = str(self.event_id)

        event_type = self.event_type

        next_attempt_at: None | str
        if isinstance(self.next_attempt_at, datetime.datetime):
            next_attempt_at = self.next_attempt_at.isoformat()
        else:
            next_attempt_at = self.next_attempt_at

        created_at = self.created_at

        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)

        request_headers = self.request_headers.to_dict()

        request_body = self.request_body

        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state

        tries = self.tries

        last_status: int | None | Unset
        if isinstance(self.last_status, Unset):
            last_status = UNSET
        else:
            last_status = self.last_status

        last_error = self.last_error

        attempted_at: None | str | Unset
        if isinstance(self.attempted_at, Unset):
            attempted_at = UNSET
        elif isinstance(self.attempted_at, datetime.datetime):
            attempted_at = self.attempted_at.isoformat()
        else:
            attempted_at = self.attempted_at

        delivered_at: None | str | Unset
        if isinstance(self.delivered_at, Unset):
            delivered_at = UNSET
        elif isinstance(self.delivered_at, datetime.datetime):
            delivered_at = self.delivered_at.isoformat()
        else:
            delivered_at = self.delivered_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "endpoint_id": endpoint_id,
                "event_id": event_id,
                "event_type": event_type,
                "next_attempt_at": next_attempt_at,
                "created_at": created_at,
                "attempts": attempts,
                "request_headers": request_headers,
                "request_body": request_body,
            }
        )
        if state is not UNSET:
            field_dict["state"] = state
        if tries is not UNSET:
            field_dict["tries"] = tries
        if last_status is not UNSET:
            field_dict["last_status"] = last_status
        if last_error is not UNSET:
            field_dict["last_error"] = last_error
        if attempted_at is not UNSET:
            field_dict["attempted_at"] = attempted_at
        if delivered_at is not UNSET:
            field_dict["delivered_at"] = delivered_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.delivery_attempt import DeliveryAttempt  # noqa: PLC0415
        from ..models.whole_delivery_request_headers import WholeDeliveryRequestHeaders  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        endpoint_id = UUID(d.pop("endpoint_id"))

        event_id = UUID(d.pop("event_id"))

        event_type = d.pop("event_type")

        def _parse_next_attempt_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_attempt_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_attempt_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_attempt_at = _parse_next_attempt_at(d.pop("next_attempt_at"))

        created_at = d.pop("created_at")

        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in _attempts:
            attempts_item = DeliveryAttempt.from_dict(attempts_item_data)

            attempts.append(attempts_item)

        request_headers = WholeDeliveryRequestHeaders.from_dict(d.pop("request_headers"))

        request_body = d.pop("request_body")

        _state = d.pop("state", UNSET)
        state: DeliveryStateEnum | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = check_delivery_state_enum(_state)

        tries = d.pop("tries", UNSET)

        def _parse_last_status(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        last_status = _parse_last_status(d.pop("last_status", UNSET))

        last_error = d.pop("last_error", UNSET)

        def _parse_attempted_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                attempted_at_type_0 = datetime.datetime.fromisoformat(data)

                return attempted_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        attempted_at = _parse_attempted_at(d.pop("attempted_at", UNSET))

        def _parse_delivered_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                delivered_at_type_0 = datetime.datetime.fromisoformat(data)

                return delivered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        delivered_at = _parse_delivered_at(d.pop("delivered_at", UNSET))

        whole_delivery = cls(
            id=id,
            endpoint_id=endpoint_id,
            event_id=event_id,
            event_type=event_type,
            next_attempt_at=next_attempt_at,
            created_at=created_at,
            attempts=attempts,
            request_headers=request_headers,
            request_body=request_body,
            state=state,
            tries=tries,
            last_status=last_status,
            last_error=last_error,
            attempted_at=attempted_at,
            delivered_at=delivered_at,
        )

        whole_delivery.additional_properties = d
        return whole_delivery

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
