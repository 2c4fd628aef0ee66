import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_audit_entry_list import PaginatedAuditEntryList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    action: str | Unset = UNSET,
    actor: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    since: datetime.datetime | Unset = UNSET,
    subject_id: str | Unset = UNSET,
    subject_kind: str | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["action"] = action

    params["actor"] = actor

    params["cursor"] = cursor

    params["limit"] = limit

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    params["subject_id"] = subject_id

    params["subject_kind"] = subject_kind

    json_until: str | Unset = UNSET
    if not isinstance(until, Unset):
        json_until = until.isoformat()
    params["until"] = json_until

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/audit-log/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedAuditEntryList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedAuditEntryList.from_dict(response.json())

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
) -> Response[PaginatedAuditEntryList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    action: str | Unset = UNSET,
    actor: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    since: datetime.datetime | Unset = UNSET,
    subject_id: str | Unset = UNSET,
    subject_kind: str | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedAuditEntryList | Problem]:
    """Who did what, newest first

     Who did what, newest first.

    Args:
        action (str | Unset):
        actor (str | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        since (datetime.datetime | Unset):
        subject_id (str | Unset):
        subject_kind (str | Unset):
        until (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedAuditEntryList | Problem]
    """

    kwargs = _get_kwargs(
        action=action,
        actor=actor,
        cursor=cursor,
        limit=limit,
        since=since,
        subject_id=subject_id,
        subject_kind=subject_kind,
        until=until,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    action: str | Unset = UNSET,
    actor: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    since: datetime.datetime | Unset = UNSET,
    subject_id: str | Unset = UNSET,
    subject_kind: str | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
) -> PaginatedAuditEntryList | Problem | None:
    """Who did what, newest first

     Who did what, newest first.

    Args:
        action (str | Unset):
        actor (str | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        since (datetime.datetime | Unset):
        subject_id (str | Unset):
        subject_kind (str | Unset):
        until (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedAuditEntryList | Problem
    """

    return sync_detailed(
        client=client,
        action=action,
        actor=actor,
        cursor=cursor,
        limit=limit,
        since=since,
        subject_id=subject_id,
        subject_kind=subject_kind,
        until=until,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    action: str | Unset = UNSET,
    actor: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    since: datetime.datetime | Unset = UNSET,
    subject_id: str | Unset = UNSET,
    subject_kind: str | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedAuditEntryList | Problem]:
    """Who did what, newest first

     Who did what, newest first.

    Args:
        action (str | Unset):
        actor (str | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        since (datetime.datetime | Unset):
        subject_id (str | Unset):
        subject_kind (str | Unset):
        until (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedAuditEntryList | Problem]
    """

    kwargs = _get_kwargs(
        action=action,
        actor=actor,
        cursor=cursor,
        limit=limit,
        since=since,
        subject_id=subject_id,
        subject_kind=subject_kind,
        until=until,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    action: str | Unset = UNSET,
    actor: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    since: datetime.datetime | Unset = UNSET,
    subject_id: str | Unset = UNSET,
    subject_kind: str | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
) -> PaginatedAuditEntryList | Problem | None:
    """Who did what, newest first

     Who did what, newest first.

    Args:
        action (str | Unset):
        actor (str | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        since (datetime.datetime | Unset):
        subject_id (str | Unset):
        subject_kind (str | Unset):
        until (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedAuditEntryList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            action=action,
            actor=actor,
            cursor=cursor,
            limit=limit,
            since=since,
            subject_id=subject_id,
            subject_kind=subject_kind,
            until=until,
        )
    ).parsed
