from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.platforms_kind_schema_response_200 import PlatformsKindSchemaResponse200
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    slug: str,
    kind: str,
    *,
    version: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/platforms/{slug}/schemas/{kind}/".format(
            slug=quote(str(slug), safe=""),
            kind=quote(str(kind), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PlatformsKindSchemaResponse200 | Problem | None:
    if response.status_code == 200:
        response_200 = PlatformsKindSchemaResponse200.from_dict(response.json())

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
) -> Response[PlatformsKindSchemaResponse200 | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    kind: str,
    *,
    client: AuthenticatedClient,
    version: int | Unset = UNSET,
) -> Response[PlatformsKindSchemaResponse200 | Problem]:
    """The JSON Schema of one kind's settings, to check them with before they are sent

     The JSON Schema of one kind's settings, to check them with before they are sent.

    Args:
        slug (str):
        kind (str):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PlatformsKindSchemaResponse200 | Problem]
    """

    kwargs = _get_kwargs(
        slug=slug,
        kind=kind,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    slug: str,
    kind: str,
    *,
    client: AuthenticatedClient,
    version: int | Unset = UNSET,
) -> PlatformsKindSchemaResponse200 | Problem | None:
    """The JSON Schema of one kind's settings, to check them with before they are sent

     The JSON Schema of one kind's settings, to check them with before they are sent.

    Args:
        slug (str):
        kind (str):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PlatformsKindSchemaResponse200 | Problem
    """

    return sync_detailed(
        slug=slug,
        kind=kind,
        client=client,
        version=version,
    ).parsed


async def asyncio_detailed(
    slug: str,
    kind: str,
    *,
    client: AuthenticatedClient,
    version: int | Unset = UNSET,
) -> Response[PlatformsKindSchemaResponse200 | Problem]:
    """The JSON Schema of one kind's settings, to check them with before they are sent

     The JSON Schema of one kind's settings, to check them with before they are sent.

    Args:
        slug (str):
        kind (str):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PlatformsKindSchemaResponse200 | Problem]
    """

    kwargs = _get_kwargs(
        slug=slug,
        kind=kind,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    slug: str,
    kind: str,
    *,
    client: AuthenticatedClient,
    version: int | Unset = UNSET,
) -> PlatformsKindSchemaResponse200 | Problem | None:
    """The JSON Schema of one kind's settings, to check them with before they are sent

     The JSON Schema of one kind's settings, to check them with before they are sent.

    Args:
        slug (str):
        kind (str):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PlatformsKindSchemaResponse200 | Problem
    """

    return (
        await asyncio_detailed(
            slug=slug,
            kind=kind,
            client=client,
            version=version,
        )
    ).parsed
