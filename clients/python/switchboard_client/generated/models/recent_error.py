from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RecentError")


@_attrs_define
class RecentError:
    """Something that went wrong.

    Attributes:
        id (UUID): The id of the row that tells it: an attempt, a health check, a renewal, an event or a delivery.
        occurred_at (datetime.datetime): When it went wrong: when the attempt began, the check was made, the event came.
        source (str): Where: publish, health, token, webhook_in or webhook_out.
        platform (str): The platform; empty for webhook_out.
        subject_id (UUID): What to look up: the job, the account, the event or the webhook endpoint.
        kind (str): What kind of error: of publish as in docs/api/errors.md, of health the state, of token the outcome,
            of webhook_in the kind of event, of webhook_out the delivery's state.
        code (str): The platform's code, the health check's word, or the HTTP status; empty where nobody told.
        cause (str): What happened, in words.
        remedy (str): What to do.
        who (str): Who can mend it: author, tenant or operator; empty: nobody has to, it is tried again.
        connection_id (None | Unset | UUID): The account it is about.
        destination_id (None | Unset | UUID): The place it is about.
        job_id (None | Unset | UUID): The job it is about.
    """

    id: UUID
    occurred_at: datetime.datetime
    source: str
    platform: str
    subject_id: UUID
    kind: str
    code: str
    cause: str
    remedy: str
    who: str
    connection_id: None | Unset | UUID = UNSET
    destination_id: None | Unset | UUID = UNSET
    job_id: None | Unset | UUID = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        occurred_at = self.occurred_at.isoformat()

        source = self.source

        platform = self.platform

        subject_id = str(self.subject_id)

        kind = self.kind

        code = self.code

        cause = self.cause

        remedy = self.remedy

        who = self.who

        connection_id: None | str | Unset
        if isinstance(self.connection_id, Unset):
            connection_id = UNSET
        elif isinstance(self.connection_id, UUID):
            connection_id = str(self.connection_id)
        else:
            connection_id = self.connection_id

        destination_id: None | str | Unset
        if isinstance(self.destination_id, Unset):
            destination_id = UNSET
        elif isinstance(self.destination_id, UUID):
            destination_id = str(self.destination_id)
        else:
            destination_id = self.destination_id

        job_id: None | str | Unset
        if isinstance(self.job_id, Unset):
            job_id = UNSET
        elif isinstance(self.job_id, UUID):
            job_id = str(self.job_id)
        else:
            job_id = self.job_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "occurred_at": occurred_at,
                "source": source,
                "platform": platform,
                "subject_id": subject_id,
                "kind": kind,
                "code": code,
                "cause": cause,
                "remedy": remedy,
                "who": who,
            }
        )
        if connection_id is not UNSET:
            field_dict["connection_id"] = connection_id
        if destination_id is not UNSET:
            field_dict["destination_id"] = destination_id
        if job_id is not UNSET:
            field_dict["job_id"] = job_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        occurred_at = datetime.datetime.fromisoformat(d.pop("occurred_at"))

        source = d.pop("source")

        platform = d.pop("platform")

        subject_id = UUID(d.pop("subject_id"))

        kind = d.pop("kind")

        code = d.pop("code")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        who = d.pop("who")

        def _parse_connection_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                connection_id_type_0 = UUID(data)

                return connection_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        connection_id = _parse_connection_id(d.pop("connection_id", UNSET))

        def _parse_destination_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                destination_id_type_0 = UUID(data)

                return destination_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        destination_id = _parse_destination_id(d.pop("destination_id", UNSET))

        def _parse_job_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                job_id_type_0 = UUID(data)

                return job_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        job_id = _parse_job_id(d.pop("job_id", UNSET))

        recent_error = cls(
            id=id,
            occurred_at=occurred_at,
            source=source,
            platform=platform,
            subject_id=subject_id,
            kind=kind,
            code=code,
            cause=cause,
            remedy=remedy,
            who=who,
            connection_id=connection_id,
            destination_id=destination_id,
            job_id=job_id,
        )

        recent_error.additional_properties = d
        return recent_error

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
