from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.checked import Checked
from ...models.draft_request import DraftRequest
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: DraftRequest,
    ask: bool | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["ask"] = ask

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/publish/check",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Checked | Problem | None:
    if response.status_code == 200:
        response_200 = Checked.from_dict(response.json())

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

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())

        return response_406

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())

        return response_415

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Checked | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: DraftRequest,
    ask: bool | Unset = UNSET,
) -> Response[Checked | Problem]:
    """Run every rule that can be known beforehand

     Run every rule that can be known beforehand; stores no post, and asks no platform unless told to.

    Files named by an address are fetched and kept, as when they are uploaded, so that their rules can
    be run too. With
    `ask`, the places whose platforms tell what they allow now (capability `composing`) are asked, for
    five seconds or
    little more; one that did not answer is a warning, `not_asked`. For a post of later what they say is
    a warning too.

    Args:
        ask (bool | Unset):
        body (DraftRequest): A request to publish.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Checked | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        ask=ask,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: DraftRequest,
    ask: bool | Unset = UNSET,
) -> Checked | Problem | None:
    """Run every rule that can be known beforehand

     Run every rule that can be known beforehand; stores no post, and asks no platform unless told to.

    Files named by an address are fetched and kept, as when they are uploaded, so that their rules can
    be run too. With
    `ask`, the places whose platforms tell what they allow now (capability `composing`) are asked, for
    five seconds or
    little more; one that did not answer is a warning, `not_asked`. For a post of later what they say is
    a warning too.

    Args:
        ask (bool | Unset):
        body (DraftRequest): A request to publish.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Checked | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        ask=ask,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: DraftRequest,
    ask: bool | Unset = UNSET,
) -> Response[Checked | Problem]:
    """Run every rule that can be known beforehand

     Run every rule that can be known beforehand; stores no post, and asks no platform unless told to.

    Files named by an address are fetched and kept, as when they are uploaded, so that their rules can
    be run too. With
    `ask`, the places whose platforms tell what they allow now (capability `composing`) are asked, for
    five seconds or
    little more; one that did not answer is a warning, `not_asked`. For a post of later what they say is
    a warning too.

    Args:
        ask (bool | Unset):
        body (DraftRequest): A request to publish.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Checked | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        ask=ask,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: DraftRequest,
    ask: bool | Unset = UNSET,
) -> Checked | Problem | None:
    """Run every rule that can be known beforehand

     Run every rule that can be known beforehand; stores no post, and asks no platform unless told to.

    Files named by an address are fetched and kept, as when they are uploaded, so that their rules can
    be run too. With
    `ask`, the places whose platforms tell what they allow now (capability `composing`) are asked, for
    five seconds or
    little more; one that did not answer is a warning, `not_asked`. For a post of later what they say is
    a warning too.

    Args:
        ask (bool | Unset):
        body (DraftRequest): A request to publish.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Checked | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            ask=ask,
        )
    ).parsed
