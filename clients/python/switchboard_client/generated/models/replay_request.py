from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ReplayRequest")


@_attrs_define
class ReplayRequest:
    """What is to be sent again.

    Attributes:
        since (datetime.datetime | Unset): Everything that happened since then.
        failed (bool | Unset): What failed for good.
        dry_run (bool | Unset): Only count. Default: False.
    """

    since: datetime.datetime | Unset = UNSET
    failed: bool | Unset = UNSET
    dry_run: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        since: str | Unset = UNSET
        if not isinstance(self.since, Unset):
            since = self.since.isoformat()

        failed = self.failed

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if since is not UNSET:
            field_dict["since"] = since
        if failed is not UNSET:
            field_dict["failed"] = failed
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _since = d.pop("since", UNSET)
        since: datetime.datetime | Unset
        if isinstance(_since, Unset):
            since = UNSET
        else:
            since = datetime.datetime.fromisoformat(_since)

        failed = d.pop("failed", UNSET)

        dry_run = d.pop("dry_run", UNSET)

        replay_request = cls(
            since=since,
            failed=failed,
            dry_run=dry_run,
        )

        return replay_request
