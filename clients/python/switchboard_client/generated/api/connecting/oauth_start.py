from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.oauth_start_response_200 import OauthStartResponse200
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    platform: str,
    *,
    again: bool | Unset = UNSET,
    connection: UUID | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["again"] = again

    json_connection: str | Unset = UNSET
    if not isinstance(connection, Unset):
        json_connection = str(connection)
    params["connection"] = json_connection

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/oauth/{platform}/start".format(
            platform=quote(str(platform), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | OauthStartResponse200 | Problem | None:
    if response.status_code == 200:
        response_200 = OauthStartResponse200.from_dict(response.json())

        return response_200

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


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | OauthStartResponse200 | Problem]:
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
    again: bool | Unset = UNSET,
    connection: UUID | Unset = UNSET,
) -> Response[Any | OauthStartResponse200 | Problem]:
    """Send a signed-in browser to the platform's consent page

     Send a signed-in browser to the platform's consent page.

    With `Accept: application/json` the address is answered instead of followed; open it in the same
    browser.

    Args:
        platform (str):
        again (bool | Unset):
        connection (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | OauthStartResponse200 | Problem]
    """

    kwargs = _get_kwargs(
        platform=platform,
        again=again,
        connection=connection,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    platform: str,
    *,
    client: AuthenticatedClient,
    again: bool | Unset = UNSET,
    connection: UUID | Unset = UNSET,
) -> Any | OauthStartResponse200 | Problem | None:
    """Send a signed-in browser to the platform's consent page

     Send a signed-in browser to the platform's consent page.

    With `Accept: application/json` the address is answered instead of followed; open it in the same
    browser.

    Args:
        platform (str):
        again (bool | Unset):
        connection (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | OauthStartResponse200 | Problem
    """

    return sync_detailed(
        platform=platform,
        client=client,
        again=again,
        connection=connection,
    ).parsed


async def asyncio_detailed(
    platform: str,
    *,
    client: AuthenticatedClient,
    again: bool | Unset = UNSET,
    connection: UUID | Unset = UNSET,
) -> Response[Any | OauthStartResponse200 | Problem]:
    """Send a signed-in browser to the platform's consent page

     Send a signed-in browser to the platform's consent page.

    With `Accept: application/json` the address is answered instead of followed; open it in the same
    browser.

    Args:
        platform (str):
        again (bool | Unset):
        connection (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | OauthStartResponse200 | Problem]
    """

    kwargs = _get_kwargs(
        platform=platform,
        again=again,
        connection=connection,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    platform: str,
    *,
    client: AuthenticatedClient,
    again: bool | Unset = UNSET,
    connection: UUID | Unset = UNSET,
) -> Any | OauthStartResponse200 | Problem | None:
    """Send a signed-in browser to the platform's consent page

     Send a signed-in browser to the platform's consent page.

    With `Accept: application/json` the address is answered instead of followed; open it in the same
    browser.

    Args:
        platform (str):
        again (bool | Unset):
        connection (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | OauthStartResponse200 | Problem
    """

    return (
        await asyncio_detailed(
            platform=platform,
            client=client,
            again=again,
            connection=connection,
        )
    ).parsed
