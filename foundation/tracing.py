"""Traces, for the rooms that leave some: spans where tracing is on, and next to nothing where it is off.

``config.tracing`` switches it on before any other module is loaded, so ``ON`` never changes under its readers: what runs once
a job asks ``if tracing.ON`` and is done. Names and resources are words of the code; ids of rows stand in tags; a value that
came from outside (a body, a query, the text of an error) stands nowhere.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from ddtrace.trace import Context, Span, Tracer

#: Whether this process leaves spans.
ON = False
_tracer: "Tracer"

Tags = Mapping[str, "str | int | float | None"]

#: Statements longer than this are cut off: lists of hundreds of parameters tell nothing.
_LONGEST_STATEMENT: Final = 1000
#: A part of an address that is a word of the platform and not the name of a thing: ``feed``, ``v23.0``, ``ugcPosts``.
_WORD: Final = re.compile(r"v?\d{1,2}\.\d{1,2}|v\d{1,2}|[A-Za-z_.-]{1,32}")


def switch_on(tracer: "Tracer") -> None:
    """Leave spans from now on; for ``config`` alone, before other modules are loaded."""
    global ON, _tracer
    ON, _tracer = True, tracer


def start(name: str, *, resource: str, kind: str = "", tags: Tags) -> "Span":
    """Begin a span under the present one; its ``finish`` ends it. Only where ``ON``."""
    span = _tracer.trace(name, resource=resource, span_type=kind or None)
    say(span, tags)
    return span


def say(span: "Span", tags: Tags) -> None:
    """Add what is known by now to a span; what is None is left out."""
    for name, value in tags.items():
        if value is not None:
            if isinstance(value, str):
                span.set_tag(name, value)
            else:
                span.set_metric(name, value)


def failed(span: "Span", kind: str) -> None:
    """Say that what a span tells of went wrong, by the kind of error alone: its words may hold people's."""
    span.error = 1
    span.set_tag("error.type", kind)


@contextmanager
def span(name: str, *, resource: str, kind: str = "", tags: Tags | None = None) -> "Iterator[Span | None]":
    """Leave a span of what happens meanwhile; an exception that leaves it is told by its class."""
    if not ON:
        yield None
        return
    begun = start(name, resource=resource, kind=kind, tags=tags or {})
    try:
        yield begun
    except BaseException as error:
        failed(begun, type(error).__name__)
        raise
    finally:
        begun.finish()


@contextmanager
def apart(
    name: str, *, resource: str, kind: str = "", under: "Context | None" = None, tags: Tags | None = None
) -> "Iterator[Span | None]":
    """Leave a span that hangs under nothing of this thread: it begins a trace, or goes on with that of another process."""
    if not ON:
        yield None
        return
    before = _tracer.context_provider.active()
    _tracer.context_provider.activate(under)
    try:
        with span(name, resource=resource, kind=kind, tags=tags) as begun:
            yield begun
    finally:
        _tracer.context_provider.activate(before)


@contextmanager
def work(name: str, ids: Mapping[str, str], *, resource: str, alone: bool = False) -> "Iterator[Span | None]":
    """Name what is worked on in every line of the log meanwhile, and leave a span of it, ``alone`` in a trace of its own."""
    with structlog.contextvars.bound_contextvars(**ids):
        if not ON:
            yield None
            return
        tags: Tags = {**ids, "span.kind": "consumer", "_dd.measured": 1}
        with (apart if alone else span)(name, resource=resource, kind="worker", tags=tags) as begun:
            yield begun


def here() -> "Span | None":
    """Return the present span; only where ``ON``."""
    return _tracer.current_span()


def ids() -> tuple[str, str] | None:
    """Return the ids of the present trace and span as logs carry them; None outside any."""
    told = _tracer.get_log_correlation_context()
    trace_id, span_id = told["dd.trace_id"], told["dd.span_id"]
    return None if trace_id == "0" else (trace_id, span_id)


# --- one trace over several processes ------------------------------------------------------------------------------------


def parent() -> str | None:
    """Return the present span as a W3C ``traceparent`` of 55 characters, for another process to go on from; None outside any."""
    present = _tracer.current_span()
    if present is None or present.trace_id is None:
        return None
    # Whether a trace is kept is decided once, and before it travels.
    _tracer.sample(present._local_root)  # type: ignore[no-untyped-call]
    kept = (present.context.sampling_priority or 0) > 0
    return f"00-{present.trace_id:032x}-{present.span_id:016x}-{'01' if kept else '00'}"


def context_of(parent: str) -> "Context | None":
    """Return what a ``traceparent`` of ours tells, or None when it is none."""
    from ddtrace.trace import Context

    parts = parent.split("-")
    if len(parts) != 4:
        return None
    try:
        return Context(int(parts[1], 16), int(parts[2], 16), sampling_priority=int(parts[3], 16) & 1)
    except ValueError:
        return None


# --- the database --------------------------------------------------------------------------------------------------------


@contextmanager
def statement(sql: str, vendor: str) -> Iterator[None]:
    """Leave a span of a statement, if it is a part of something; its values travel apart from it and are not told."""
    if _tracer.current_span() is None:
        yield
        return
    told = " ".join(sql[:_LONGEST_STATEMENT].split())
    with span(f"{vendor}.query", resource=told, kind="sql", tags={"db.system": vendor, "span.kind": "client"}):
        yield


def around_statements(connection: Any, **kwargs: Any) -> None:
    """Have a connection's statements leave spans; listens to Django's ``connection_created``."""
    if _around not in connection.execute_wrappers:
        connection.execute_wrappers.append(_around)


def _around(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
    # The names of savepoints are never the same twice.
    if "SAVEPOINT" in sql[:20]:
        return execute(sql, params, many, context)
    with statement(sql, context["connection"].vendor):
        return execute(sql, params, many, context)


# --- addresses -----------------------------------------------------------------------------------------------------------


def route(path: str) -> str:
    """Return an address's path with names of things struck out: ``/v23.0/{}/feed``."""
    return "/".join(part if not part or _WORD.fullmatch(part) else "{}" for part in path.split("/"))
