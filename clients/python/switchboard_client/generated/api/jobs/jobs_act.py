from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.job_action import JobAction
from ...models.jobs_act_body import JobsActBody
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    slug: str,
    *,
    body: JobsActBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/jobs/{id}/actions/{slug}/".format(
            id=quote(str(id), safe=""),
            slug=quote(str(slug), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> JobAction | Problem | None:
    if response.status_code == 200:
        response_200 = JobAction.from_dict(response.json())

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

    if response.status_code == 502:
        response_502 = Problem.from_dict(response.json())

        return response_502

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[JobAction | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: UUID,
    slug: str,
    *,
    client: AuthenticatedClient,
    body: JobsActBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[JobAction | Problem]:
    """Do one of the platform's `actions` with the published post

     Do one of the platform's `actions` with the published post; the body is what its JSON Schema
    describes.

    The platform is asked at once. Always send an `Idempotency-Key` with a public one: it is then done
    once, however often it is
    asked for. 503 with `platform_silent` says that it may have been done.

    Args:
        id (UUID):
        slug (str):
        idempotency_key (str | Unset):
        body (JobsActBody | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[JobAction | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        slug=slug,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    slug: str,
    *,
    client: AuthenticatedClient,
    body: JobsActBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> JobAction | Problem | None:
    """Do one of the platform's `actions` with the published post

     Do one of the platform's `actions` with the published post; the body is what its JSON Schema
    describes.

    The platform is asked at once. Always send an `Idempotency-Key` with a public one: it is then done
    once, however often it is
    asked for. 503 with `platform_silent` says that it may have been done.

    Args:
        id (UUID):
        slug (str):
        idempotency_key (str | Unset):
        body (JobsActBody | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        JobAction | Problem
    """

    return sync_detailed(
        id=id,
        slug=slug,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    slug: str,
    *,
    client: AuthenticatedClient,
    body: JobsActBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[JobAction | Problem]:
    """Do one of the platform's `actions` with the published post

     Do one of the platform's `actions` with the published post; the body is what its JSON Schema
    describes.

    The platform is asked at once. Always send an `Idempotency-Key` with a public one: it is then done
    once, however often it is
    asked for. 503 with `platform_silent` says that it may have been done.

    Args:
        id (UUID):
        slug (str):
        idempotency_key (str | Unset):
        body (JobsActBody | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[JobAction | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        slug=slug,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    slug: str,
    *,
    client: AuthenticatedClient,
    body: JobsActBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> JobAction | Problem | None:
    """Do one of the platform's `actions` with the published post

     Do one of the platform's `actions` with the published post; the body is what its JSON Schema
    describes.

    The platform is asked at once. Always send an `Idempotency-Key` with a public one: it is then done
    once, however often it is
    asked for. 503 with `platform_silent` says that it may have been done.

    Args:
        id (UUID):
        slug (str):
        idempotency_key (str | Unset):
        body (JobsActBody | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        JobAction | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            slug=slug,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
