import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_post_list import PaginatedPostList
from ...models.posts_list_sort import PostsListSort
from ...models.posts_list_state_item import PostsListStateItem
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    publish_after: datetime.datetime | Unset = UNSET,
    publish_before: datetime.datetime | Unset = UNSET,
    sort: PostsListSort | Unset = "-created",
    state: list[PostsListStateItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = created_after.isoformat()
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = created_before.isoformat()
    params["created_before"] = json_created_before

    params["cursor"] = cursor

    json_destination: str | Unset = UNSET
    if not isinstance(destination, Unset):
        json_destination = str(destination)
    params["destination"] = json_destination

    params["idempotency_key"] = idempotency_key

    params["limit"] = limit

    params["platform"] = platform

    json_publish_after: str | Unset = UNSET
    if not isinstance(publish_after, Unset):
        json_publish_after = publish_after.isoformat()
    params["publish_after"] = json_publish_after

    json_publish_before: str | Unset = UNSET
    if not isinstance(publish_before, Unset):
        json_publish_before = publish_before.isoformat()
    params["publish_before"] = json_publish_before

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

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
        "url": "/api/posts/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedPostList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedPostList.from_dict(response.json())

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
) -> Response[PaginatedPostList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    publish_after: datetime.datetime | Unset = UNSET,
    publish_before: datetime.datetime | Unset = UNSET,
    sort: PostsListSort | Unset = "-created",
    state: list[PostsListStateItem] | Unset = UNSET,
) -> Response[PaginatedPostList | Problem]:
    """Posts, newest first

     Posts, newest first.

    Args:
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        idempotency_key (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        publish_after (datetime.datetime | Unset):
        publish_before (datetime.datetime | Unset):
        sort (PostsListSort | Unset):  Default: '-created'.
        state (list[PostsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedPostList | Problem]
    """

    kwargs = _get_kwargs(
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        destination=destination,
        idempotency_key=idempotency_key,
        limit=limit,
        platform=platform,
        publish_after=publish_after,
        publish_before=publish_before,
        sort=sort,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    publish_after: datetime.datetime | Unset = UNSET,
    publish_before: datetime.datetime | Unset = UNSET,
    sort: PostsListSort | Unset = "-created",
    state: list[PostsListStateItem] | Unset = UNSET,
) -> PaginatedPostList | Problem | None:
    """Posts, newest first

     Posts, newest first.

    Args:
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        idempotency_key (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        publish_after (datetime.datetime | Unset):
        publish_before (datetime.datetime | Unset):
        sort (PostsListSort | Unset):  Default: '-created'.
        state (list[PostsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedPostList | Problem
    """

    return sync_detailed(
        client=client,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        destination=destination,
        idempotency_key=idempotency_key,
        limit=limit,
        platform=platform,
        publish_after=publish_after,
        publish_before=publish_before,
        sort=sort,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    publish_after: datetime.datetime | Unset = UNSET,
    publish_before: datetime.datetime | Unset = UNSET,
    sort: PostsListSort | Unset = "-created",
    state: list[PostsListStateItem] | Unset = UNSET,
) -> Response[PaginatedPostList | Problem]:
    """Posts, newest first

     Posts, newest first.

    Args:
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        idempotency_key (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        publish_after (datetime.datetime | Unset):
        publish_before (datetime.datetime | Unset):
        sort (PostsListSort | Unset):  Default: '-created'.
        state (list[PostsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedPostList | Problem]
    """

    kwargs = _get_kwargs(
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        destination=destination,
        idempotency_key=idempotency_key,
        limit=limit,
        platform=platform,
        publish_after=publish_after,
        publish_before=publish_before,
        sort=sort,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    publish_after: datetime.datetime | Unset = UNSET,
    publish_before: datetime.datetime | Unset = UNSET,
    sort: PostsListSort | Unset = "-created",
    state: list[PostsListStateItem] | Unset = UNSET,
) -> PaginatedPostList | Problem | None:
    """Posts, newest first

     Posts, newest first.

    Args:
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        idempotency_key (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        publish_after (datetime.datetime | Unset):
        publish_before (datetime.datetime | Unset):
        sort (PostsListSort | Unset):  Default: '-created'.
        state (list[PostsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedPostList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            destination=destination,
            idempotency_key=idempotency_key,
            limit=limit,
            platform=platform,
            publish_after=publish_after,
            publish_before=publish_before,
            sort=sort,
            state=state,
        )
    ).parsed
