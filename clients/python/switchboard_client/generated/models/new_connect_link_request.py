from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.brand_request import BrandRequest
    from ..models.new_connect_link_request_metadata import NewConnectLinkRequestMetadata


T = TypeVar("T", bound="NewConnectLinkRequest")


@_attrs_define
class NewConnectLinkRequest:
    """What a link is for.

    Attributes:
        platforms (list[str] | Unset): To choose among, by slug; none: all that are switched on.
        connection (None | Unset | UUID): Renew this account, and no other.
        allow_other_account (bool | Unset): With connection: take another person's grant as an account of its own
            instead of refusing it. Default: False.
        return_url (str | Unset): Where the person goes afterwards; its origin must be listed (/api/return-origins/).
            Default: ''.
        state (str | Unset): Handed back as it is. Default: ''.
        expires_in (int | None | Unset): Seconds: 60 to 86400, or to 604800 with connection; 3600 unless told.
        external_user_id (str | Unset): Who it is for, in your words. Default: ''.
        metadata (NewConnectLinkRequestMetadata | Unset): Your own notes: up to 50 texts, 4,000 characters in all.
        brand (BrandRequest | Unset): How the link's pages look.
    """

    platforms: list[str] | Unset = UNSET
    connection: None | Unset | UUID = UNSET
    allow_other_account: bool | Unset = False
    return_url: str | Unset = ""
    state: str | Unset = ""
    expires_in: int | None | Unset = UNSET
    external_user_id: str | Unset = ""
    metadata: NewConnectLinkRequestMetadata | Unset = UNSET
    brand: BrandRequest | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        platforms: list[str] | Unset = UNSET
        if not isinstance(self.platforms, Unset):
            platforms = self.platforms

        connection: None | str | Unset
        if isinstance(self.connection, Unset):
            connection = UNSET
        elif isinstance(self.connection, UUID):
            connection = str(self.connection)
        else:
            connection = self.connection

        allow_other_account = self.allow_other_account

        return_url = self.return_url

        state = self.state

        expires_in: int | None | Unset
        if isinstance(self.expires_in, Unset):
            expires_in = UNSET
        else:
            expires_in = self.expires_in

        external_user_id = self.external_user_id

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        brand: dict[str, Any] | Unset = UNSET
        if not isinstance(self.brand, Unset):
            brand = self.brand.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if platforms is not UNSET:
            field_dict["platforms"] = platforms
        if connection is not UNSET:
            field_dict["connection"] = connection
        if allow_other_account is not UNSET:
            field_dict["allow_other_account"] = allow_other_account
        if return_url is not UNSET:
            field_dict["return_url"] = return_url
        if state is not UNSET:
            field_dict["state"] = state
        if expires_in is not UNSET:
            field_dict["expires_in"] = expires_in
        if external_user_id is not UNSET:
            field_dict["external_user_id"] = external_user_id
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if brand is not UNSET:
            field_dict["brand"] = brand

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.brand_request import BrandRequest  # noqa: PLC0415
        from ..models.new_connect_link_request_metadata import NewConnectLinkRequestMetadata  # noqa: PLC0415

        d = dict(src_dict)
        platforms = cast(list[str], d.pop("platforms", UNSET))

        def _parse_connection(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                connection_type_0 = UUID(data)

                return connection_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        connection = _parse_connection(d.pop("connection", UNSET))

        allow_other_account = d.pop("allow_other_account", UNSET)

        return_url = d.pop("return_url", UNSET)

        state = d.pop("state", UNSET)

        def _parse_expires_in(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expires_in = _parse_expires_in(d.pop("expires_in", UNSET))

        external_user_id = d.pop("external_user_id", UNSET)

        _metadata = d.pop("metadata", UNSET)
        metadata: NewConnectLinkRequestMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = NewConnectLinkRequestMetadata.from_dict(_metadata)

        _brand = d.pop("brand", UNSET)
        brand: BrandRequest | Unset
        if isinstance(_brand, Unset):
            brand = UNSET
        else:
            brand = BrandRequest.from_dict(_brand)

        new_connect_link_request = cls(
            platforms=platforms,
            connection=connection,
            allow_other_account=allow_other_account,
            return_url=return_url,
            state=state,
            expires_in=expires_in,
            external_user_id=external_user_id,
            metadata=metadata,
            brand=brand,
        )

        return new_connect_link_request
