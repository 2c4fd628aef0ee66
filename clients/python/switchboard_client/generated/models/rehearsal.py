from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.would_enum import WouldEnum, check_would_enum

if TYPE_CHECKING:
    from ..models.finding import Finding


T = TypeVar("T", bound="Rehearsal")


@_attrs_define
class Rehearsal:
    """What a redrive would do with one dead letter.

    Attributes:
        id (UUID):
        job (UUID):
        would (WouldEnum): * `send` - send
            * `look first` - look first
            * `nothing` - nothing
        findings (list[Finding]):
    """

    id: UUID
    job: UUID
    would: WouldEnum
    findings: list[Finding]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        job = str(self.job)

        would: str = self.would

        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "job": job,
                "would": would,
                "findings": findings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.finding import Finding  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        job = UUID(d.pop("job"))

        would = check_would_enum(d.pop("would"))

        findings = []
        _findings = d.pop("findings")
        for findings_item_data in _findings:
            findings_item = Finding.from_dict(findings_item_data)

            findings.append(findings_item)

        rehearsal = cls(
            id=id,
            job=job,
            would=would,
            findings=findings,
        )

        rehearsal.additional_properties = d
        return rehearsal

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
