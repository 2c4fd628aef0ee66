"""Puts the second wall up around a request, once it is known for which tenant it is, and lifts it where a page is for operators."""

from contextlib import ExitStack
from uuid import UUID

from django.http import HttpRequest

from foundation import wall


def put_up(request: HttpRequest, tenant_id: UUID) -> None:
    """Show the rest of the request the rows of this tenant alone, where ``ROW_SECURITY`` is on."""
    if stack := _stack_of(request):
        stack.enter_context(wall.around(tenant_id))


def lift(request: HttpRequest) -> None:
    """Show the rest of the request every tenant's rows: for operators who asked for them."""
    if stack := _stack_of(request):
        stack.enter_context(wall.lifted())


def _stack_of(request: HttpRequest) -> ExitStack | None:
    return getattr(request, "wall", None)
