from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_readiness_list import PaginatedReadinessList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    ready: bool | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["limit"] = limit

    params["platform"] = platform

    params["ready"] = ready

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/reports/readiness/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedReadinessList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedReadinessList.from_dict(response.json())

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
) -> Response[PaginatedReadinessList | Problem]:
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
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    ready: bool | Unset = UNSET,
) -> Response[PaginatedReadinessList | Problem]:
    """Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts

     Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        ready (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedReadinessList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        limit=limit,
        platform=platform,
        ready=ready,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    ready: bool | Unset = UNSET,
) -> PaginatedReadinessList | Problem | None:
    """Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts

     Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        ready (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedReadinessList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        limit=limit,
        platform=platform,
        ready=ready,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    ready: bool | Unset = UNSET,
) -> Response[PaginatedReadinessList | Problem]:
    """Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts

     Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        ready (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedReadinessList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        limit=limit,
        platform=platform,
        ready=ready,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    ready: bool | Unset = UNSET,
) -> PaginatedReadinessList | Problem | None:
    """Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts

     Tell of each platform whether it can be published to now, why not, and until when its API version
    lasts.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        ready (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedReadinessList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            limit=limit,
            platform=platform,
            ready=ready,
        )
    ).parsed
