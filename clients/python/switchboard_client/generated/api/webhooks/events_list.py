from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.events_list_type_item import EventsListTypeItem
from ...models.paginated_event_list import PaginatedEventList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    type_: list[EventsListTypeItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    params["cursor"] = cursor

    params["limit"] = limit

    json_type_: list[str] | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = []
        for type_item_data in type_:
            type_item: str = type_item_data
            json_type_.append(type_item)

    params["type"] = json_type_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/events/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedEventList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedEventList.from_dict(response.json())

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
) -> Response[PaginatedEventList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    type_: list[EventsListTypeItem] | Unset = UNSET,
) -> Response[PaginatedEventList | Problem]:
    """List events

     List events. Those of jobs and posts are kept only while an endpoint of yours wants them, switched
    on or off.

    Args:
        after (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        type_ (list[EventsListTypeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedEventList | Problem]
    """

    kwargs = _get_kwargs(
        after=after,
        cursor=cursor,
        limit=limit,
        type_=type_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    type_: list[EventsListTypeItem] | Unset = UNSET,
) -> PaginatedEventList | Problem | None:
    """List events

     List events. Those of jobs and posts are kept only while an endpoint of yours wants them, switched
    on or off.

    Args:
        after (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        type_ (list[EventsListTypeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedEventList | Problem
    """

    return sync_detailed(
        client=client,
        after=after,
        cursor=cursor,
        limit=limit,
        type_=type_,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    type_: list[EventsListTypeItem] | Unset = UNSET,
) -> Response[PaginatedEventList | Problem]:
    """List events

     List events. Those of jobs and posts are kept only while an endpoint of yours wants them, switched
    on or off.

    Args:
        after (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        type_ (list[EventsListTypeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedEventList | Problem]
    """

    kwargs = _get_kwargs(
        after=after,
        cursor=cursor,
        limit=limit,
        type_=type_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    type_: list[EventsListTypeItem] | Unset = UNSET,
) -> PaginatedEventList | Problem | None:
    """List events

     List events. Those of jobs and posts are kept only while an endpoint of yours wants them, switched
    on or off.

    Args:
        after (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        type_ (list[EventsListTypeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedEventList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            cursor=cursor,
            limit=limit,
            type_=type_,
        )
    ).parsed
