from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.connect_link_status_enum import ConnectLinkStatusEnum, check_connect_link_status_enum

if TYPE_CHECKING:
    from ..models.connect_link_error import ConnectLinkError
    from ..models.connect_link_metadata import ConnectLinkMetadata
    from ..models.connect_link_result import ConnectLinkResult
    from ..models.told_brand import ToldBrand


T = TypeVar("T", bound="ConnectLink")


@_attrs_define
class ConnectLink:
    """A link; its address is told once, when it is made.

    Attributes:
        id (UUID):
        status (ConnectLinkStatusEnum): * `pending` - Not opened yet
            * `opened` - Under way
            * `completed` - Completed
            * `cancelled` - Cancelled
            * `expired` - Expired
            * `failed` - Failed
        platforms (list[str]):
        connection (None | UUID):
        allow_other_account (bool): Take another person's grant as an account of its own instead of refusing it.
        return_url (str):
        state (str): The client app's own words, handed back to it.
        external_user_id (str): Who it is for, in the client's words.
        metadata (ConnectLinkMetadata):
        brand (ToldBrand): How the link's pages look.
        expires_at (datetime.datetime):
        opened_at (None | str):
        finished_at (None | str):
        error (ConnectLinkError | None):
        result (ConnectLinkResult | None):
        created_at (str):
    """

    id: UUID
    status: ConnectLinkStatusEnum
    platforms: list[str]
    connection: None | UUID
    allow_other_account: bool
    return_url: str
    state: str
    external_user_id: str
    metadata: ConnectLinkMetadata
    brand: ToldBrand
    expires_at: datetime.datetime
    opened_at: None | str
    finished_at: None | str
    error: ConnectLinkError | None
    result: ConnectLinkResult | None
    created_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.connect_link_error import ConnectLinkError  # noqa: PLC0415
        from ..models.connect_link_result import ConnectLinkResult  # noqa: PLC0415

        id = str(self.id)

        status: str = self.status

        platforms = self.platforms

        connection: None | str
        if isinstance(self.connection, UUID):
            connection = str(self.connection)
        else:
            connection = self.connection

        allow_other_account = self.allow_other_account

        return_url = self.return_url

        state = self.state

        external_user_id = self.external_user_id

        metadata = self.metadata.to_dict()

        brand = self.brand.to_dict()

        expires_at = self.expires_at.isoformat()

        opened_at: None | str
        opened_at = self.opened_at

        finished_at: None | str
        finished_at = self.finished_at

        error: dict[str, Any] | None
        if isinstance(self.error, ConnectLinkError):
            error = self.error.to_dict()
        else:
            error = self.error

        result: dict[str, Any] | None
        if isinstance(self.result, ConnectLinkResult):
            result = self.result.to_dict()
        else:
            result = self.result

        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "status": status,
                "platforms": platforms,
                "connection": connection,
                "allow_other_account": allow_other_account,
                "return_url": return_url,
                "state": state,
                "external_user_id": external_user_id,
                "metadata": metadata,
                "brand": brand,
                "expires_at": expires_at,
                "opened_at": opened_at,
                "finished_at": finished_at,
                "error": error,
                "result": result,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.connect_link_error import ConnectLinkError  # noqa: PLC0415
        from ..models.connect_link_metadata import ConnectLinkMetadata  # noqa: PLC0415
        from ..models.connect_link_result import ConnectLinkResult  # noqa: PLC0415
        from ..models.told_brand import ToldBrand  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        status = check_connect_link_status_enum(d.pop("status"))

        platforms = cast(list[str], d.pop("platforms"))

        def _parse_connection(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                connection_type_0 = UUID(data)

                return connection_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        connection = _parse_connection(d.pop("connection"))

        allow_other_account = d.pop("allow_other_account")

        return_url = d.pop("return_url")

        state = d.pop("state")

        external_user_id = d.pop("external_user_id")

        metadata = ConnectLinkMetadata.from_dict(d.pop("metadata"))

        brand = ToldBrand.from_dict(d.pop("brand"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        def _parse_opened_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        opened_at = _parse_opened_at(d.pop("opened_at"))

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        def _parse_error(data: object) -> ConnectLinkError | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_1 = ConnectLinkError.from_dict(data)

                return error_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConnectLinkError | None, data)

        error = _parse_error(d.pop("error"))

        def _parse_result(data: object) -> ConnectLinkResult | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                result_type_1 = ConnectLinkResult.from_dict(data)

                return result_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConnectLinkResult | None, data)

        result = _parse_result(d.pop("result"))

        created_at = d.pop("created_at")

        connect_link = cls(
            id=id,
            status=status,
            platforms=platforms,
            connection=connection,
            allow_other_account=allow_other_account,
            return_url=return_url,
            state=state,
            external_user_id=external_user_id,
            metadata=metadata,
            brand=brand,
            expires_at=expires_at,
            opened_at=opened_at,
            finished_at=finished_at,
            error=error,
            result=result,
            created_at=created_at,
        )

        connect_link.additional_properties = d
        return connect_link

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
