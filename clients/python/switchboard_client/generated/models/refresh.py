from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.refresh_outcome_enum import RefreshOutcomeEnum, check_refresh_outcome_enum

if TYPE_CHECKING:
    from ..models.refresh_platform_reply import RefreshPlatformReply


T = TypeVar("T", bound="Refresh")


@_attrs_define
class Refresh:
    """One renewal of a connection's tokens: why, who asked, what came of it.

    Attributes:
        id (UUID):
        connection (UUID):
        outcome (RefreshOutcomeEnum): * `open` - open
            * `refreshed` - refreshed
            * `fresh_already` - fresh_already
            * `failed` - failed
            * `ended` - ended
        reason (str):
        asked_by (str):
        started_at (datetime.datetime):
        took_ms (int):
        cause (str):
        platform_reply (RefreshPlatformReply): The platform's status, code and request id.
    """

    id: UUID
    connection: UUID
    outcome: RefreshOutcomeEnum
    reason: str
    asked_by: str
    started_at: datetime.datetime
    took_ms: int
    cause: str
    platform_reply: RefreshPlatformReply
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        connection = str(self.connection)

        outcome: str = self.outcome

        reason = self.reason

        asked_by = self.asked_by

        started_at = self.started_at.isoformat()

        took_ms = self.took_ms

        cause = self.cause

        platform_reply = self.platform_reply.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "connection": connection,
                "outcome": outcome,
                "reason": reason,
                "asked_by": asked_by,
                "started_at": started_at,
                "took_ms": took_ms,
                "cause": cause,
                "platform_reply": platform_reply,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.refresh_platform_reply import RefreshPlatformReply  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        connection = UUID(d.pop("connection"))

        outcome = check_refresh_outcome_enum(d.pop("outcome"))

        reason = d.pop("reason")

        asked_by = d.pop("asked_by")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        took_ms = d.pop("took_ms")

        cause = d.pop("cause")

        platform_reply = RefreshPlatformReply.from_dict(d.pop("platform_reply"))

        refresh = cls(
            id=id,
            connection=connection,
            outcome=outcome,
            reason=reason,
            asked_by=asked_by,
            started_at=started_at,
            took_ms=took_ms,
            cause=cause,
            platform_reply=platform_reply,
        )

        refresh.additional_properties = d
        return refresh

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
