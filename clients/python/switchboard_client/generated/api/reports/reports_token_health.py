import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_token_health_list import PaginatedTokenHealthList
from ...models.problem import Problem
from ...models.reports_token_health_state_item import ReportsTokenHealthStateItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    ends_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    state: list[ReportsTokenHealthStateItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_ends_before: str | Unset = UNSET
    if not isinstance(ends_before, Unset):
        json_ends_before = ends_before.isoformat()
    params["ends_before"] = json_ends_before

    params["limit"] = limit

    params["platform"] = platform

    json_state: list[str] | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = []
        for state_item_data in state:
            state_item: str = state_item_data
            json_state.append(state_item)

    params["state"] = json_state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/reports/token-health/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedTokenHealthList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedTokenHealthList.from_dict(response.json())

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
) -> Response[PaginatedTokenHealthList | Problem]:
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
    ends_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    state: list[ReportsTokenHealthStateItem] | Unset = UNSET,
) -> Response[PaginatedTokenHealthList | Problem]:
    """Tell of each account when its token ends, when the hub renews it, and whether it does

     Tell of each account when its token ends, when the hub renews it, and whether it does.

    Args:
        cursor (str | Unset):
        ends_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        state (list[ReportsTokenHealthStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedTokenHealthList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        ends_before=ends_before,
        limit=limit,
        platform=platform,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    ends_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    state: list[ReportsTokenHealthStateItem] | Unset = UNSET,
) -> PaginatedTokenHealthList | Problem | None:
    """Tell of each account when its token ends, when the hub renews it, and whether it does

     Tell of each account when its token ends, when the hub renews it, and whether it does.

    Args:
        cursor (str | Unset):
        ends_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        state (list[ReportsTokenHealthStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedTokenHealthList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        ends_before=ends_before,
        limit=limit,
        platform=platform,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    ends_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    state: list[ReportsTokenHealthStateItem] | Unset = UNSET,
) -> Response[PaginatedTokenHealthList | Problem]:
    """Tell of each account when its token ends, when the hub renews it, and whether it does

     Tell of each account when its token ends, when the hub renews it, and whether it does.

    Args:
        cursor (str | Unset):
        ends_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        state (list[ReportsTokenHealthStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedTokenHealthList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        ends_before=ends_before,
        limit=limit,
        platform=platform,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    ends_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    state: list[ReportsTokenHealthStateItem] | Unset = UNSET,
) -> PaginatedTokenHealthList | Problem | None:
    """Tell of each account when its token ends, when the hub renews it, and whether it does

     Tell of each account when its token ends, when the hub renews it, and whether it does.

    Args:
        cursor (str | Unset):
        ends_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        state (list[ReportsTokenHealthStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedTokenHealthList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            ends_before=ends_before,
            limit=limit,
            platform=platform,
            state=state,
        )
    ).parsed
