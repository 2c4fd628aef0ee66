import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.analytics_summary_by import AnalyticsSummaryBy
from ...models.analytics_summary_format import AnalyticsSummaryFormat
from ...models.analytics_summary_platform import AnalyticsSummaryPlatform
from ...models.problem import Problem
from ...models.summary import Summary
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    by: AnalyticsSummaryBy | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    format_: AnalyticsSummaryFormat | Unset = UNSET,
    limit: int | Unset = UNSET,
    platform: AnalyticsSummaryPlatform | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_by: str | Unset = UNSET
    if not isinstance(by, Unset):
        json_by = by

    params["by"] = json_by

    params["cursor"] = cursor

    json_destination: str | Unset = UNSET
    if not isinstance(destination, Unset):
        json_destination = str(destination)
    params["destination"] = json_destination

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_

    params["format"] = json_format_

    params["limit"] = limit

    json_platform: str | Unset = UNSET
    if not isinstance(platform, Unset):
        json_platform = platform

    params["platform"] = json_platform

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    json_until: str | Unset = UNSET
    if not isinstance(until, Unset):
        json_until = until.isoformat()
    params["until"] = json_until

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/analytics/summary",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | Summary | None:
    if response.status_code == 200:
        response_200 = Summary.from_dict(response.json())

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

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | Summary]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    by: AnalyticsSummaryBy | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    format_: AnalyticsSummaryFormat | Unset = UNSET,
    limit: int | Unset = UNSET,
    platform: AnalyticsSummaryPlatform | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Response[Problem | Summary]:
    """What posts and places come to in a range, beside as many days before it

     What posts and places come to in a range, beside as many days before it; in all, and by platform or
    destination.

    Of posts: those that went out in the range, with their latest numbers. Of places: what was counted
    on its days.
    Destinations come in pages, by their names; the total is that of all of them. As CSV, all of them at
    once.

    Args:
        by (AnalyticsSummaryBy | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        format_ (AnalyticsSummaryFormat | Unset):
        limit (int | Unset):
        platform (AnalyticsSummaryPlatform | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Summary]
    """

    kwargs = _get_kwargs(
        by=by,
        cursor=cursor,
        destination=destination,
        format_=format_,
        limit=limit,
        platform=platform,
        since=since,
        until=until,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    by: AnalyticsSummaryBy | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    format_: AnalyticsSummaryFormat | Unset = UNSET,
    limit: int | Unset = UNSET,
    platform: AnalyticsSummaryPlatform | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Problem | Summary | None:
    """What posts and places come to in a range, beside as many days before it

     What posts and places come to in a range, beside as many days before it; in all, and by platform or
    destination.

    Of posts: those that went out in the range, with their latest numbers. Of places: what was counted
    on its days.
    Destinations come in pages, by their names; the total is that of all of them. As CSV, all of them at
    once.

    Args:
        by (AnalyticsSummaryBy | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        format_ (AnalyticsSummaryFormat | Unset):
        limit (int | Unset):
        platform (AnalyticsSummaryPlatform | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Summary
    """

    return sync_detailed(
        client=client,
        by=by,
        cursor=cursor,
        destination=destination,
        format_=format_,
        limit=limit,
        platform=platform,
        since=since,
        until=until,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    by: AnalyticsSummaryBy | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    format_: AnalyticsSummaryFormat | Unset = UNSET,
    limit: int | Unset = UNSET,
    platform: AnalyticsSummaryPlatform | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Response[Problem | Summary]:
    """What posts and places come to in a range, beside as many days before it

     What posts and places come to in a range, beside as many days before it; in all, and by platform or
    destination.

    Of posts: those that went out in the range, with their latest numbers. Of places: what was counted
    on its days.
    Destinations come in pages, by their names; the total is that of all of them. As CSV, all of them at
    once.

    Args:
        by (AnalyticsSummaryBy | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        format_ (AnalyticsSummaryFormat | Unset):
        limit (int | Unset):
        platform (AnalyticsSummaryPlatform | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Summary]
    """

    kwargs = _get_kwargs(
        by=by,
        cursor=cursor,
        destination=destination,
        format_=format_,
        limit=limit,
        platform=platform,
        since=since,
        until=until,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    by: AnalyticsSummaryBy | Unset = UNSET,
    cursor: str | Unset = UNSET,
    destination: UUID | Unset = UNSET,
    format_: AnalyticsSummaryFormat | Unset = UNSET,
    limit: int | Unset = UNSET,
    platform: AnalyticsSummaryPlatform | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Problem | Summary | None:
    """What posts and places come to in a range, beside as many days before it

     What posts and places come to in a range, beside as many days before it; in all, and by platform or
    destination.

    Of posts: those that went out in the range, with their latest numbers. Of places: what was counted
    on its days.
    Destinations come in pages, by their names; the total is that of all of them. As CSV, all of them at
    once.

    Args:
        by (AnalyticsSummaryBy | Unset):
        cursor (str | Unset):
        destination (UUID | Unset):
        format_ (AnalyticsSummaryFormat | Unset):
        limit (int | Unset):
        platform (AnalyticsSummaryPlatform | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Summary
    """

    return (
        await asyncio_detailed(
            client=client,
            by=by,
            cursor=cursor,
            destination=destination,
            format_=format_,
            limit=limit,
            platform=platform,
            since=since,
            until=until,
        )
    ).parsed
