from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Cause")


@_attrs_define
class Cause:
    """Open dead letters that share a cause; the newest speaks for all.

    Attributes:
        fingerprint (str):
        platform (str):
        count (int):
        since (datetime.datetime):
        latest (datetime.datetime):
        kind (str):
        cause (str):
        remedy (str):
        who (str):
    """

    fingerprint: str
    platform: str
    count: int
    since: datetime.datetime
    latest: datetime.datetime
    kind: str
    cause: str
    remedy: str
    who: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        fingerprint = self.fingerprint

        platform = self.platform

        count = self.count

        since = self.since.isoformat()

        latest = self.latest.isoformat()

        kind = self.kind

        cause = self.cause

        remedy = self.remedy

        who = self.who

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "fingerprint": fingerprint,
                "platform": platform,
                "count": count,
                "since": since,
                "latest": latest,
                "kind": kind,
                "cause": cause,
                "remedy": remedy,
                "who": who,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        fingerprint = d.pop("fingerprint")

        platform = d.pop("platform")

        count = d.pop("count")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        latest = datetime.datetime.fromisoformat(d.pop("latest"))

        kind = d.pop("kind")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        who = d.pop("who")

        cause = cls(
            fingerprint=fingerprint,
            platform=platform,
            count=count,
            since=since,
            latest=latest,
            kind=kind,
            cause=cause,
            remedy=remedy,
            who=who,
        )

        cause.additional_properties = d
        return cause

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
