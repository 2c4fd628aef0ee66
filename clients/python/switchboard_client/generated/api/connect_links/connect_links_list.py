from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.connect_links_list_status_item import ConnectLinksListStatusItem
from ...models.paginated_connect_link_list import PaginatedConnectLinkList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    external_user_id: str | Unset = UNSET,
    limit: int | Unset = 25,
    status: list[ConnectLinksListStatusItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["external_user_id"] = external_user_id

    params["limit"] = limit

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item: str = status_item_data
            json_status.append(status_item)

    params["status"] = json_status

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/connect-links/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedConnectLinkList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedConnectLinkList.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())

        return response_406

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedConnectLinkList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    external_user_id: str | Unset = UNSET,
    limit: int | Unset = 25,
    status: list[ConnectLinksListStatusItem] | Unset = UNSET,
) -> Response[PaginatedConnectLinkList | Problem]:
    """Connect links, newest first

     Connect links, newest first.

    Args:
        cursor (str | Unset):
        external_user_id (str | Unset):
        limit (int | Unset):  Default: 25.
        status (list[ConnectLinksListStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedConnectLinkList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        external_user_id=external_user_id,
        limit=limit,
        status=status,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    external_user_id: str | Unset = UNSET,
    limit: int | Unset = 25,
    status: list[ConnectLinksListStatusItem] | Unset = UNSET,
) -> PaginatedConnectLinkList | Problem | None:
    """Connect links, newest first

     Connect links, newest first.

    Args:
        cursor (str | Unset):
        external_user_id (str | Unset):
        limit (int | Unset):  Default: 25.
        status (list[ConnectLinksListStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedConnectLinkList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        external_user_id=external_user_id,
        limit=limit,
        status=status,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    external_user_id: str | Unset = UNSET,
    limit: int | Unset = 25,
    status: list[ConnectLinksListStatusItem] | Unset = UNSET,
) -> Response[PaginatedConnectLinkList | Problem]:
    """Connect links, newest first

     Connect links, newest first.

    Args:
        cursor (str | Unset):
        external_user_id (str | Unset):
        limit (int | Unset):  Default: 25.
        status (list[ConnectLinksListStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedConnectLinkList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        external_user_id=external_user_id,
        limit=limit,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    external_user_id: str | Unset = UNSET,
    limit: int | Unset = 25,
    status: list[ConnectLinksListStatusItem] | Unset = UNSET,
) -> PaginatedConnectLinkList | Problem | None:
    """Connect links, newest first

     Connect links, newest first.

    Args:
        cursor (str | Unset):
        external_user_id (str | Unset):
        limit (int | Unset):  Default: 25.
        status (list[ConnectLinksListStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedConnectLinkList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            external_user_id=external_user_id,
            limit=limit,
            status=status,
        )
    ).parsed
