from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.jobs_list_role import JobsListRole
from ...models.jobs_list_standing_item import JobsListStandingItem
from ...models.jobs_list_state_item import JobsListStateItem
from ...models.paginated_job_list import PaginatedJobList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post: UUID | Unset = UNSET,
    role: JobsListRole | Unset = UNSET,
    standing: list[JobsListStandingItem] | Unset = UNSET,
    state: list[JobsListStateItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_destination: str | Unset = UNSET
    if not isinstance(destination, Unset):
        json_destination = str(destination)
    params["destination"] = json_destination

    params["limit"] = limit

    params["platform"] = platform

    json_post: str | Unset = UNSET
    if not isinstance(post, Unset):
        json_post = str(post)
    params["post"] = json_post

    json_role: str | Unset = UNSET
    if not isinstance(role, Unset):
        json_role = role

    params["role"] = json_role

    json_standing: list[str] | Unset = UNSET
    if not isinstance(standing, Unset):
        json_standing = []
        for standing_item_data in standing:
            standing_item: str = standing_item_data
            json_standing.append(standing_item)

    params["standing"] = json_standing

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
        "url": "/api/jobs/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedJobList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedJobList.from_dict(response.json())

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
) -> Response[PaginatedJobList | Problem]:
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
    destination: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post: UUID | Unset = UNSET,
    role: JobsListRole | Unset = UNSET,
    standing: list[JobsListStandingItem] | Unset = UNSET,
    state: list[JobsListStateItem] | Unset = UNSET,
) -> Response[PaginatedJobList | Problem]:
    """Jobs, newest first

     Jobs, newest first: one post to one destination each, or the first comment under it.

    Args:
        cursor (str | Unset):
        destination (UUID | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post (UUID | Unset):
        role (JobsListRole | Unset):
        standing (list[JobsListStandingItem] | Unset):
        state (list[JobsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedJobList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        destination=destination,
        limit=limit,
        platform=platform,
        post=post,
        role=role,
        standing=standing,
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
    destination: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post: UUID | Unset = UNSET,
    role: JobsListRole | Unset = UNSET,
    standing: list[JobsListStandingItem] | Unset = UNSET,
    state: list[JobsListStateItem] | Unset = UNSET,
) -> PaginatedJobList | Problem | None:
    """Jobs, newest first

     Jobs, newest first: one post to one destination each, or the first comment under it.

    Args:
        cursor (str | Unset):
        destination (UUID | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post (UUID | Unset):
        role (JobsListRole | Unset):
        standing (list[JobsListStandingItem] | Unset):
        state (list[JobsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedJobList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        destination=destination,
        limit=limit,
        platform=platform,
        post=post,
        role=role,
        standing=standing,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post: UUID | Unset = UNSET,
    role: JobsListRole | Unset = UNSET,
    standing: list[JobsListStandingItem] | Unset = UNSET,
    state: list[JobsListStateItem] | Unset = UNSET,
) -> Response[PaginatedJobList | Problem]:
    """Jobs, newest first

     Jobs, newest first: one post to one destination each, or the first comment under it.

    Args:
        cursor (str | Unset):
        destination (UUID | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post (UUID | Unset):
        role (JobsListRole | Unset):
        standing (list[JobsListStandingItem] | Unset):
        state (list[JobsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedJobList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        destination=destination,
        limit=limit,
        platform=platform,
        post=post,
        role=role,
        standing=standing,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    post: UUID | Unset = UNSET,
    role: JobsListRole | Unset = UNSET,
    standing: list[JobsListStandingItem] | Unset = UNSET,
    state: list[JobsListStateItem] | Unset = UNSET,
) -> PaginatedJobList | Problem | None:
    """Jobs, newest first

     Jobs, newest first: one post to one destination each, or the first comment under it.

    Args:
        cursor (str | Unset):
        destination (UUID | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        post (UUID | Unset):
        role (JobsListRole | Unset):
        standing (list[JobsListStandingItem] | Unset):
        state (list[JobsListStateItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedJobList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            destination=destination,
            limit=limit,
            platform=platform,
            post=post,
            role=role,
            standing=standing,
            state=state,
        )
    ).parsed
