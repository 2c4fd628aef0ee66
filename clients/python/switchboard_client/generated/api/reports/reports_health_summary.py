from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_health_summary_list import PaginatedHealthSummaryList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["limit"] = limit

    params["platform"] = platform

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/reports/health-summary/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedHealthSummaryList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedHealthSummaryList.from_dict(response.json())

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
) -> Response[PaginatedHealthSummaryList | Problem]:
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
) -> Response[PaginatedHealthSummaryList | Problem]:
    """Tell of each platform how many accounts are how, and how their checks of the last 24 hours went

     Tell of each platform how many accounts are how, and how their checks of the last 24 hours went.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedHealthSummaryList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
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
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> PaginatedHealthSummaryList | Problem | None:
    """Tell of each platform how many accounts are how, and how their checks of the last 24 hours went

     Tell of each platform how many accounts are how, and how their checks of the last 24 hours went.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedHealthSummaryList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        limit=limit,
        platform=platform,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> Response[PaginatedHealthSummaryList | Problem]:
    """Tell of each platform how many accounts are how, and how their checks of the last 24 hours went

     Tell of each platform how many accounts are how, and how their checks of the last 24 hours went.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedHealthSummaryList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        limit=limit,
        platform=platform,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
) -> PaginatedHealthSummaryList | Problem | None:
    """Tell of each platform how many accounts are how, and how their checks of the last 24 hours went

     Tell of each platform how many accounts are how, and how their checks of the last 24 hours went.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedHealthSummaryList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            limit=limit,
            platform=platform,
        )
    ).parsed
