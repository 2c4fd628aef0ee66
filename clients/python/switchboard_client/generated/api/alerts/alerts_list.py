from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alerts_list_rule_item import AlertsListRuleItem
from ...models.alerts_list_state import AlertsListState
from ...models.paginated_alert_list import PaginatedAlertList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    rule: list[AlertsListRuleItem] | Unset = UNSET,
    state: AlertsListState | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["limit"] = limit

    json_rule: list[str] | Unset = UNSET
    if not isinstance(rule, Unset):
        json_rule = []
        for rule_item_data in rule:
            rule_item: str = rule_item_data
            json_rule.append(rule_item)

    params["rule"] = json_rule

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state

    params["state"] = json_state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/alerts/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedAlertList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedAlertList.from_dict(response.json())

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
) -> Response[PaginatedAlertList | Problem]:
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
    limit: int | Unset = 25,
    rule: list[AlertsListRuleItem] | Unset = UNSET,
    state: AlertsListState | Unset = UNSET,
) -> Response[PaginatedAlertList | Problem]:
    """Alerts of the tenant, newest first

     Alerts of the tenant, newest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        rule (list[AlertsListRuleItem] | Unset):
        state (AlertsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedAlertList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        limit=limit,
        rule=rule,
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
    limit: int | Unset = 25,
    rule: list[AlertsListRuleItem] | Unset = UNSET,
    state: AlertsListState | Unset = UNSET,
) -> PaginatedAlertList | Problem | None:
    """Alerts of the tenant, newest first

     Alerts of the tenant, newest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        rule (list[AlertsListRuleItem] | Unset):
        state (AlertsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedAlertList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        limit=limit,
        rule=rule,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    rule: list[AlertsListRuleItem] | Unset = UNSET,
    state: AlertsListState | Unset = UNSET,
) -> Response[PaginatedAlertList | Problem]:
    """Alerts of the tenant, newest first

     Alerts of the tenant, newest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        rule (list[AlertsListRuleItem] | Unset):
        state (AlertsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedAlertList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        limit=limit,
        rule=rule,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 25,
    rule: list[AlertsListRuleItem] | Unset = UNSET,
    state: AlertsListState | Unset = UNSET,
) -> PaginatedAlertList | Problem | None:
    """Alerts of the tenant, newest first

     Alerts of the tenant, newest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 25.
        rule (list[AlertsListRuleItem] | Unset):
        state (AlertsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedAlertList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            limit=limit,
            rule=rule,
            state=state,
        )
    ).parsed
