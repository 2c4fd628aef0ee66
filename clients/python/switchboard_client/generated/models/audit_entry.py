from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AuditEntry")


@_attrs_define
class AuditEntry:
    """A line of the audit log.

    Attributes:
        id (UUID):
        created_at (str):
        actor (str): user:<email>, key:<prefix> or system:<part>.
        action (str): A dotted verb, such as job.redriven.
        subject_kind (str):
        subject_id (str):
        detail (Any | Unset): Plain facts; never a secret.
    """

    id: UUID
    created_at: str
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    detail: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        created_at = self.created_at

        actor = self.actor

        action = self.action

        subject_kind = self.subject_kind

        subject_id = self.subject_id

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "created_at": created_at,
                "actor": actor,
                "action": action,
                "subject_kind": subject_kind,
                "subject_id": subject_id,
            }
        )
        if detail is not UNSET:
            field_dict["detail"] = detail

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        created_at = d.pop("created_at")

        actor = d.pop("actor")

        action = d.pop("action")

        subject_kind = d.pop("subject_kind")

        subject_id = d.pop("subject_id")

        detail = d.pop("detail", UNSET)

        audit_entry = cls(
            id=id,
            created_at=created_at,
            actor=actor,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail=detail,
        )

        audit_entry.additional_properties = d
        return audit_entry

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
