from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_destination_list import PaginatedDestinationList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    enabled: bool | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_connection: str | Unset = UNSET
    if not isinstance(connection, Unset):
        json_connection = str(connection)
    params["connection"] = json_connection

    params["cursor"] = cursor

    params["enabled"] = enabled

    params["limit"] = limit

    params["platform"] = platform

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/destinations/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedDestinationList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedDestinationList.from_dict(response.json())

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
) -> Response[PaginatedDestinationList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    enabled: bool | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> Response[PaginatedDestinationList | Problem]:
    """Places to publish, newest first

     Places to publish, newest first.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        enabled (bool | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDestinationList | Problem]
    """

    kwargs = _get_kwargs(
        connection=connection,
        cursor=cursor,
        enabled=enabled,
        limit=limit,
        platform=platform,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    enabled: bool | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> PaginatedDestinationList | Problem | None:
    """Places to publish, newest first

     Places to publish, newest first.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        enabled (bool | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDestinationList | Problem
    """

    return sync_detailed(
        client=client,
        connection=connection,
        cursor=cursor,
        enabled=enabled,
        limit=limit,
        platform=platform,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    enabled: bool | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> Response[PaginatedDestinationList | Problem]:
    """Places to publish, newest first

     Places to publish, newest first.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        enabled (bool | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDestinationList | Problem]
    """

    kwargs = _get_kwargs(
        connection=connection,
        cursor=cursor,
        enabled=enabled,
        limit=limit,
        platform=platform,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    enabled: bool | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> PaginatedDestinationList | Problem | None:
    """Places to publish, newest first

     Places to publish, newest first.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        enabled (bool | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDestinationList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            connection=connection,
            cursor=cursor,
            enabled=enabled,
            limit=limit,
            platform=platform,
        )
    ).parsed
