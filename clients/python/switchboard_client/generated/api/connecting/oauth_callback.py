from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    platform: str,
    *,
    code: str | Unset = UNSET,
    error: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["code"] = code

    params["error"] = error

    params["state"] = state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/oauth/{platform}/callback".format(
            platform=quote(str(platform), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | Problem | None:
    if response.status_code == 302:
        response_302 = cast(Any, None)
        return response_302

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    platform: str,
    *,
    client: AuthenticatedClient,
    code: str | Unset = UNSET,
    error: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Response[Any | Problem]:
    """Take the platform's answer, store the connection, and go on to choosing destinations

     Take the platform's answer, store the connection, and go on to choosing destinations.

    A login that was begun by way of a connect link goes on there; nobody needs to be signed in for
    that. What goes wrong is
    told on a page with its cause and remedy; nothing half-made is stored.

    Args:
        platform (str):
        code (str | Unset):
        error (str | Unset):
        state (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        platform=platform,
        code=code,
        error=error,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    platform: str,
    *,
    client: AuthenticatedClient,
    code: str | Unset = UNSET,
    error: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Any | Problem | None:
    """Take the platform's answer, store the connection, and go on to choosing destinations

     Take the platform's answer, store the connection, and go on to choosing destinations.

    A login that was begun by way of a connect link goes on there; nobody needs to be signed in for
    that. What goes wrong is
    told on a page with its cause and remedy; nothing half-made is stored.

    Args:
        platform (str):
        code (str | Unset):
        error (str | Unset):
        state (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return sync_detailed(
        platform=platform,
        client=client,
        code=code,
        error=error,
        state=state,
    ).parsed


async def asyncio_detailed(
    platform: str,
    *,
    client: AuthenticatedClient,
    code: str | Unset = UNSET,
    error: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Response[Any | Problem]:
    """Take the platform's answer, store the connection, and go on to choosing destinations

     Take the platform's answer, store the connection, and go on to choosing destinations.

    A login that was begun by way of a connect link goes on there; nobody needs to be signed in for
    that. What goes wrong is
    told on a page with its cause and remedy; nothing half-made is stored.

    Args:
        platform (str):
        code (str | Unset):
        error (str | Unset):
        state (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        platform=platform,
        code=code,
        error=error,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    platform: str,
    *,
    client: AuthenticatedClient,
    code: str | Unset = UNSET,
    error: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Any | Problem | None:
    """Take the platform's answer, store the connection, and go on to choosing destinations

     Take the platform's answer, store the connection, and go on to choosing destinations.

    A login that was begun by way of a connect link goes on there; nobody needs to be signed in for
    that. What goes wrong is
    told on a page with its cause and remedy; nothing half-made is stored.

    Args:
        platform (str):
        code (str | Unset):
        error (str | Unset):
        state (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return (
        await asyncio_detailed(
            platform=platform,
            client=client,
            code=code,
            error=error,
            state=state,
        )
    ).parsed
