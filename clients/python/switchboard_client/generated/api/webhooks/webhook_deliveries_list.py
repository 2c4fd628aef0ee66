from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.paginated_delivery_list import PaginatedDeliveryList
from ...models.problem import Problem
from ...models.webhook_deliveries_list_state_item import (
    WebhookDeliveriesListStateItem,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    endpoint: UUID | Unset = UNSET,
    event: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    state: list[WebhookDeliveriesListStateItem] | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_endpoint: str | Unset = UNSET
    if not isinstance(endpoint, Unset):
        json_endpoint = str(endpoint)
    params["endpoint"] = json_endpoint

    json_event: str | Unset = UNSET
    if not isinstance(event, Unset):
        json_event = str(event)
    params["event"] = json_event

    params["limit"] = limit

    json_state: list[str] | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = []
        for state_item_data in state:
            state_item: str = state_item_data
            json_state.append(state_item)

    params["state"] = json_state

    params["type"] = type_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/webhook-deliveries/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedDeliveryList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedDeliveryList.from_dict(response.json())

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
) -> Response[PaginatedDeliveryList | Problem]:
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
    endpoint: UUID | Unset = UNSET,
    event: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    state: list[WebhookDeliveriesListStateItem] | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> Response[PaginatedDeliveryList | Problem]:
    """Deliveries, newest first

     Deliveries, newest first.

    Args:
        cursor (str | Unset):
        endpoint (UUID | Unset):
        event (UUID | Unset):
        limit (int | Unset):  Default: 25.
        state (list[WebhookDeliveriesListStateItem] | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDeliveryList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        endpoint=endpoint,
        event=event,
        limit=limit,
        state=state,
        type_=type_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    endpoint: UUID | Unset = UNSET,
    event: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    state: list[WebhookDeliveriesListStateItem] | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> PaginatedDeliveryList | Problem | None:
    """Deliveries, newest first

     Deliveries, newest first.

    Args:
        cursor (str | Unset):
        endpoint (UUID | Unset):
        event (UUID | Unset):
        limit (int | Unset):  Default: 25.
        state (list[WebhookDeliveriesListStateItem] | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDeliveryList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        endpoint=endpoint,
        event=event,
        limit=limit,
        state=state,
        type_=type_,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    endpoint: UUID | Unset = UNSET,
    event: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    state: list[WebhookDeliveriesListStateItem] | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> Response[PaginatedDeliveryList | Problem]:
    """Deliveries, newest first

     Deliveries, newest first.

    Args:
        cursor (str | Unset):
        endpoint (UUID | Unset):
        event (UUID | Unset):
        limit (int | Unset):  Default: 25.
        state (list[WebhookDeliveriesListStateItem] | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDeliveryList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        endpoint=endpoint,
        event=event,
        limit=limit,
        state=state,
        type_=type_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    endpoint: UUID | Unset = UNSET,
    event: UUID | Unset = UNSET,
    limit: int | Unset = 25,
    state: list[WebhookDeliveriesListStateItem] | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> PaginatedDeliveryList | Problem | None:
    """Deliveries, newest first

     Deliveries, newest first.

    Args:
        cursor (str | Unset):
        endpoint (UUID | Unset):
        event (UUID | Unset):
        limit (int | Unset):  Default: 25.
        state (list[WebhookDeliveriesListStateItem] | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDeliveryList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            endpoint=endpoint,
            event=event,
            limit=limit,
            state=state,
            type_=type_,
        )
    ).parsed
