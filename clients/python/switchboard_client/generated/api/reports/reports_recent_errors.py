import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_recent_error_list import PaginatedRecentErrorList
from ...models.problem import Problem
from ...models.reports_recent_errors_source_item import (
    ReportsRecentErrorsSourceItem,
)
from ...models.reports_recent_errors_who import ReportsRecentErrorsWho
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    job: UUID | Unset = UNSET,
    kind: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    source: list[ReportsRecentErrorsSourceItem] | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    who: ReportsRecentErrorsWho | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_connection: str | Unset = UNSET
    if not isinstance(connection, Unset):
        json_connection = str(connection)
    params["connection"] = json_connection

    params["cursor"] = cursor

    json_job: str | Unset = UNSET
    if not isinstance(job, Unset):
        json_job = str(job)
    params["job"] = json_job

    params["kind"] = kind

    params["limit"] = limit

    params["platform"] = platform

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    json_source: list[str] | Unset = UNSET
    if not isinstance(source, Unset):
        json_source = []
        for source_item_data in source:
            source_item: str = source_item_data
            json_source.append(source_item)

    params["source"] = json_source

    json_until: str | Unset = UNSET
    if not isinstance(until, Unset):
        json_until = until.isoformat()
    params["until"] = json_until

    json_who: str | Unset = UNSET
    if not isinstance(who, Unset):
        json_who = who

    params["who"] = json_who

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/reports/recent-errors/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedRecentErrorList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedRecentErrorList.from_dict(response.json())

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
) -> Response[PaginatedRecentErrorList | Problem]:
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
    job: UUID | Unset = UNSET,
    kind: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    source: list[ReportsRecentErrorsSourceItem] | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    who: ReportsRecentErrorsWho | Unset = UNSET,
) -> Response[PaginatedRecentErrorList | Problem]:
    """Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it

     Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it.

    Errors of publishing; of accounts too for a key with `connections:read`, of webhooks for one with
    `webhooks:read`.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        job (UUID | Unset):
        kind (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        since (datetime.datetime | Unset):
        source (list[ReportsRecentErrorsSourceItem] | Unset):
        until (datetime.datetime | Unset):
        who (ReportsRecentErrorsWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRecentErrorList | Problem]
    """

    kwargs = _get_kwargs(
        connection=connection,
        cursor=cursor,
        job=job,
        kind=kind,
        limit=limit,
        platform=platform,
        since=since,
        source=source,
        until=until,
        who=who,
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
    job: UUID | Unset = UNSET,
    kind: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    source: list[ReportsRecentErrorsSourceItem] | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    who: ReportsRecentErrorsWho | Unset = UNSET,
) -> PaginatedRecentErrorList | Problem | None:
    """Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it

     Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it.

    Errors of publishing; of accounts too for a key with `connections:read`, of webhooks for one with
    `webhooks:read`.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        job (UUID | Unset):
        kind (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        since (datetime.datetime | Unset):
        source (list[ReportsRecentErrorsSourceItem] | Unset):
        until (datetime.datetime | Unset):
        who (ReportsRecentErrorsWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRecentErrorList | Problem
    """

    return sync_detailed(
        client=client,
        connection=connection,
        cursor=cursor,
        job=job,
        kind=kind,
        limit=limit,
        platform=platform,
        since=since,
        source=source,
        until=until,
        who=who,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    job: UUID | Unset = UNSET,
    kind: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    source: list[ReportsRecentErrorsSourceItem] | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    who: ReportsRecentErrorsWho | Unset = UNSET,
) -> Response[PaginatedRecentErrorList | Problem]:
    """Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it

     Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it.

    Errors of publishing; of accounts too for a key with `connections:read`, of webhooks for one with
    `webhooks:read`.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        job (UUID | Unset):
        kind (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        since (datetime.datetime | Unset):
        source (list[ReportsRecentErrorsSourceItem] | Unset):
        until (datetime.datetime | Unset):
        who (ReportsRecentErrorsWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRecentErrorList | Problem]
    """

    kwargs = _get_kwargs(
        connection=connection,
        cursor=cursor,
        job=job,
        kind=kind,
        limit=limit,
        platform=platform,
        since=since,
        source=source,
        until=until,
        who=who,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    connection: UUID | Unset = UNSET,
    cursor: str | Unset = UNSET,
    job: UUID | Unset = UNSET,
    kind: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    source: list[ReportsRecentErrorsSourceItem] | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    who: ReportsRecentErrorsWho | Unset = UNSET,
) -> PaginatedRecentErrorList | Problem | None:
    """Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it

     Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it.

    Errors of publishing; of accounts too for a key with `connections:read`, of webhooks for one with
    `webhooks:read`.

    Args:
        connection (UUID | Unset):
        cursor (str | Unset):
        job (UUID | Unset):
        kind (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        since (datetime.datetime | Unset):
        source (list[ReportsRecentErrorsSourceItem] | Unset):
        until (datetime.datetime | Unset):
        who (ReportsRecentErrorsWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRecentErrorList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            connection=connection,
            cursor=cursor,
            job=job,
            kind=kind,
            limit=limit,
            platform=platform,
            since=since,
            source=source,
            until=until,
            who=who,
        )
    ).parsed
