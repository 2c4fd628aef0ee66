from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="DlqStatus")


@_attrs_define
class DlqStatus:
    """Open dead letters of one cause.

    Attributes:
        platform (str): The platform, such as meta.
        fingerprint (str): Equal for failures of one cause.
        kind (str): What kind of error, as in docs/api/errors.md.
        cause (str): What happened, in the words of the newest of them.
        remedy (str): What to do.
        who (str): Who can mend it: author, tenant or operator.
        open_ (int): Letters that nobody has dealt with.
        opened_24h (int): Letters of those that came in the last 24 hours.
        oldest_open_at (datetime.datetime): When the first of them came.
        newest_open_at (datetime.datetime): When the last of them came.
        redriven_7d (int): Letters of this cause sent again in the last seven days.
        discarded_7d (int): Letters of this cause discarded in the last seven days.
        confirmed_live_7d (int): Letters of this cause whose post somebody found live in the last seven days.
    """

    platform: str
    fingerprint: str
    kind: str
    cause: str
    remedy: str
    who: str
    open_: int
    opened_24h: int
    oldest_open_at: datetime.datetime
    newest_open_at: datetime.datetime
    redriven_7d: int
    discarded_7d: int
    confirmed_live_7d: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        platform = self.platform

        fingerprint = self.fingerprint

        kind = self.kind

        cause = self.cause

        remedy = self.remedy

        who = self.who

        open_ = self.open_

        opened_24h = self.opened_24h

        oldest_open_at = self.oldest_open_at.isoformat()

        newest_open_at = self.newest_open_at.isoformat()

        redriven_7d = self.redriven_7d

        discarded_7d = self.discarded_7d

        confirmed_live_7d = self.confirmed_live_7d

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "platform": platform,
                "fingerprint": fingerprint,
                "kind": kind,
                "cause": cause,
                "remedy": remedy,
                "who": who,
                "open": open_,
                "opened_24h": opened_24h,
                "oldest_open_at": oldest_open_at,
                "newest_open_at": newest_open_at,
                "redriven_7d": redriven_7d,
                "discarded_7d": discarded_7d,
                "confirmed_live_7d": confirmed_live_7d,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        platform = d.pop("platform")

        fingerprint = d.pop("fingerprint")

        kind = d.pop("kind")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        who = d.pop("who")

        open_ = d.pop("open")

        opened_24h = d.pop("opened_24h")

        oldest_open_at = datetime.datetime.fromisoformat(d.pop("oldest_open_at"))

        newest_open_at = datetime.datetime.fromisoformat(d.pop("newest_open_at"))

        redriven_7d = d.pop("redriven_7d")

        discarded_7d = d.pop("discarded_7d")

        confirmed_live_7d = d.pop("confirmed_live_7d")

        dlq_status = cls(
            platform=platform,
            fingerprint=fingerprint,
            kind=kind,
            cause=cause,
            remedy=remedy,
            who=who,
            open_=open_,
            opened_24h=opened_24h,
            oldest_open_at=oldest_open_at,
            newest_open_at=newest_open_at,
            redriven_7d=redriven_7d,
            discarded_7d=discarded_7d,
            confirmed_live_7d=confirmed_live_7d,
        )

        dlq_status.additional_properties = d
        return dlq_status

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
