import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_platform_event_list import PaginatedPlatformEventList
from ...models.platform_events_list_kind_item import PlatformEventsListKindItem
from ...models.platform_events_list_state_item import PlatformEventsListStateItem
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    external_id: str | Unset = UNSET,
    kind: list[PlatformEventsListKindItem] | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post_id: str | Unset = UNSET,
    received_after: datetime.datetime | Unset = UNSET,
    received_before: datetime.datetime | Unset = UNSET,
    state: list[PlatformEventsListStateItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["external_id"] = external_id

    json_kind: list[str] | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = []
        for kind_item_data in kind:
            kind_item: str = kind_item_data
            json_kind.append(kind_item)

    params["kind"] = json_kind

    params["limit"] = limit

    params["platform"] = platform

    params["post_id"] = post_id

    json_received_after: str | Unset = UNSET
    if not isinstance(received_after, Unset):
        json_received_after = received_after.isoformat()
    params["received_after"] = json_received_after

    json_received_before: str | Unset = UNSET
    if not isinstance(received_before, Unset):
        json_received_before = received_before.isoformat()
    params["received_before"] = json_received_before

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
        "url": "/api/platform-events/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedPlatformEventList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedPlatformEventList.from_dict(response.json())

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
) -> Response[PaginatedPlatformEventList | Problem]:
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
    external_id: str | Unset = UNSET,
    kind: list[PlatformEventsListKindItem] | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post_id: str | Unset = UNSET,
    received_after: datetime.datetime | Unset = UNSET,
    received_before: datetime.datetime | Unset = UNSET,
    state: list[PlatformEventsListStateItem] | Unset = UNSET,
) -> Response[PaginatedPlatformEventList | Problem]:
    """What platforms told of the tenant's places and people, newest first

     What platforms told of the tenant's places and people, newest first.

    Args:
        cursor (str | Unset):
        external_id (str | Unset):
        kind (list[PlatformEventsListKindItem] | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post_id (str | Unset):
        received_after (datetime.datetime | Unset):
        received_before (datetime.datetime | Unset):
        state (list[PlatformEventsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedPlatformEventList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        external_id=external_id,
        kind=kind,
        limit=limit,
        platform=platform,
        post_id=post_id,
        received_after=received_after,
        received_before=received_before,
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
    external_id: str | Unset = UNSET,
    kind: list[PlatformEventsListKindItem] | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post_id: str | Unset = UNSET,
    received_after: datetime.datetime | Unset = UNSET,
    received_before: datetime.datetime | Unset = UNSET,
    state: list[PlatformEventsListStateItem] | Unset = UNSET,
) -> PaginatedPlatformEventList | Problem | None:
    """What platforms told of the tenant's places and people, newest first

     What platforms told of the tenant's places and people, newest first.

    Args:
        cursor (str | Unset):
        external_id (str | Unset):
        kind (list[PlatformEventsListKindItem] | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post_id (str | Unset):
        received_after (datetime.datetime | Unset):
        received_before (datetime.datetime | Unset):
        state (list[PlatformEventsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedPlatformEventList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        external_id=external_id,
        kind=kind,
        limit=limit,
        platform=platform,
        post_id=post_id,
        received_after=received_after,
        received_before=received_before,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    external_id: str | Unset = UNSET,
    kind: list[PlatformEventsListKindItem] | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post_id: str | Unset = UNSET,
    received_after: datetime.datetime | Unset = UNSET,
    received_before: datetime.datetime | Unset = UNSET,
    state: list[PlatformEventsListStateItem] | Unset = UNSET,
) -> Response[PaginatedPlatformEventList | Problem]:
    """What platforms told of the tenant's places and people, newest first

     What platforms told of the tenant's places and people, newest first.

    Args:
        cursor (str | Unset):
        external_id (str | Unset):
        kind (list[PlatformEventsListKindItem] | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post_id (str | Unset):
        received_after (datetime.datetime | Unset):
        received_before (datetime.datetime | Unset):
        state (list[PlatformEventsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedPlatformEventList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        external_id=external_id,
        kind=kind,
        limit=limit,
        platform=platform,
        post_id=post_id,
        received_after=received_after,
        received_before=received_before,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    external_id: str | Unset = UNSET,
    kind: list[PlatformEventsListKindItem] | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post_id: str | Unset = UNSET,
    received_after: datetime.datetime | Unset = UNSET,
    received_before: datetime.datetime | Unset = UNSET,
    state: list[PlatformEventsListStateItem] | Unset = UNSET,
) -> PaginatedPlatformEventList | Problem | None:
    """What platforms told of the tenant's places and people, newest first

     What platforms told of the tenant's places and people, newest first.

    Args:
        cursor (str | Unset):
        external_id (str | Unset):
        kind (list[PlatformEventsListKindItem] | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post_id (str | Unset):
        received_after (datetime.datetime | Unset):
        received_before (datetime.datetime | Unset):
        state (list[PlatformEventsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedPlatformEventList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            external_id=external_id,
            kind=kind,
            limit=limit,
            platform=platform,
            post_id=post_id,
            received_after=received_after,
            received_before=received_before,
            state=state,
        )
    ).parsed
