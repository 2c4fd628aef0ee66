from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.dead_letters_list_who import DeadLettersListWho
from ...models.paginated_dead_letter_list import PaginatedDeadLetterList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    fingerprint: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    who: DeadLettersListWho | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["fingerprint"] = fingerprint

    params["limit"] = limit

    params["platform"] = platform

    json_who: str | Unset = UNSET
    if not isinstance(who, Unset):
        json_who = who

    params["who"] = json_who

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/dead-letters/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedDeadLetterList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedDeadLetterList.from_dict(response.json())

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
) -> Response[PaginatedDeadLetterList | Problem]:
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
    fingerprint: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    who: DeadLettersListWho | Unset = UNSET,
) -> Response[PaginatedDeadLetterList | Problem]:
    """Open dead letters, newest first

     Open dead letters, newest first.

    Args:
        cursor (str | Unset):
        fingerprint (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        who (DeadLettersListWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDeadLetterList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fingerprint=fingerprint,
        limit=limit,
        platform=platform,
        who=who,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fingerprint: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    who: DeadLettersListWho | Unset = UNSET,
) -> PaginatedDeadLetterList | Problem | None:
    """Open dead letters, newest first

     Open dead letters, newest first.

    Args:
        cursor (str | Unset):
        fingerprint (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        who (DeadLettersListWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDeadLetterList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        fingerprint=fingerprint,
        limit=limit,
        platform=platform,
        who=who,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fingerprint: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    who: DeadLettersListWho | Unset = UNSET,
) -> Response[PaginatedDeadLetterList | Problem]:
    """Open dead letters, newest first

     Open dead letters, newest first.

    Args:
        cursor (str | Unset):
        fingerprint (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        who (DeadLettersListWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDeadLetterList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fingerprint=fingerprint,
        limit=limit,
        platform=platform,
        who=who,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fingerprint: str | Unset = UNSET,
    limit: int | Unset = 25,
    platform: str | Unset = UNSET,
    who: DeadLettersListWho | Unset = UNSET,
) -> PaginatedDeadLetterList | Problem | None:
    """Open dead letters, newest first

     Open dead letters, newest first.

    Args:
        cursor (str | Unset):
        fingerprint (str | Unset):
        limit (int | Unset):  Default: 25.
        platform (str | Unset):
        who (DeadLettersListWho | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDeadLetterList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            fingerprint=fingerprint,
            limit=limit,
            platform=platform,
            who=who,
        )
    ).parsed
