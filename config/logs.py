"""Logs: structured, with tenant, job and request ids, and with everything that looks like a secret struck out."""

import logging
import logging.config
import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

import structlog

from foundation import tracing
from foundation.secret import Secret

STRUCK_OUT: Final = "***"
#: Names under which secrets travel; a value logged under one is never written.
SECRET_NAMES: Final = re.compile(
    r"(token|secret|password|authorization|api_?key|cookie|code_verifier|signed_request)$", re.I
)
#: Shapes of secrets inside longer texts: our keys, Meta's tokens, query parameters, signed addresses of files, webhook
#: addresses of places' own, addresses of connect links and what browsers hold of them; and people's e-mail addresses where
#: they stand in addresses of ours.
SECRET_SHAPES: Final = re.compile(
    r"(swb_[0-9a-f]{8}_)[\w-]{20,}|(EAA)\w{20,}|"
    r"((?:access_token|client_secret|token|fb_exchange_token|input_token|appsecret_proof|code|state)=)[^&\s\"']+|"
    r"(/media/)[\w-]{60,}|(/webhooks/[\w-]+/[0-9a-f-]{32,36}/)[^/?\s\"']+|"
    r"(/c/)[\w-]{40,}|(switchboard_link_[0-9a-f]+=)[^;\s\"']+|"
    r"(/members/)[^/]*(?:@|%40)[^/\s'\"?]*|(/invitations/[0-9a-f-]{36}/|/password/new/[\w-]+/)[\w-]{20,}",
)


def redact(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Strike secrets out of a log entry: by the name of the field, by type, and by shape inside texts."""
    for key, value in list(event.items()):
        if not key.startswith("_"):  # structlog's own, never written
            event[key] = STRUCK_OUT if SECRET_NAMES.search(key) else _redacted(value)
    return event


def _redacted(value: Any) -> Any:
    """Return a value without secrets; an object whose text would show one (a request, with its address) as that text."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Secret):
        return STRUCK_OUT
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: STRUCK_OUT if SECRET_NAMES.search(str(key)) else _redacted(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(inner) for inner in value]
    shown = repr(value)
    struck = redact_text(shown)
    return value if struck == shown else struck


def redact_text(text: str) -> str:
    """Strike out what has the shape of a secret, leaving its public beginning."""
    return SECRET_SHAPES.sub(lambda hit: f"{hit[hit.lastindex or 0]}{STRUCK_OUT}", text)


def one_line(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write what would break or overwrite a line as an escape, so that no stranger's word looks like an entry; tracebacks keep theirs."""
    for key, value in list(event.items()):
        if isinstance(value, str) and not value.isprintable() and key != "exception":
            event[key] = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in value)
    return event


def name_the_source(
    *, service: str, env: str, version: str
) -> Callable[[Any, str, MutableMapping[str, Any]], MutableMapping[str, Any]]:
    """Return what adds to each entry the names that join it with metrics, and with its trace where there is one."""
    source = {"service": service, **({"env": env} if env else {}), "version": version}

    def add(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.update(source)
        if tracing.ON and (ids := tracing.ids()) is not None:
            event["dd.trace_id"], event["dd.span_id"] = ids
        return event

    return add


_chain: list[Any] = []


class WithoutProbes(logging.Filter):
    """Leave out what load balancers and ``start`` ask every second: a hub that is not ready yet says so by itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write an entry."""
        said = record.msg.get("request", "") if isinstance(record.msg, dict) else record.getMessage()
        return not str(said).rstrip("'>").endswith(("/readyz", "/healthz"))


def set_up(*, log_format: str, level: str, service: str = "switchboard", env: str = "", version: str = "") -> None:
    """Send structlog and the standard library through one chain, as lines for people or JSON for collectors."""
    collected = [name_the_source(service=service, env=env, version=version)] if log_format == "json" else []
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
        *collected,
        redact,
    ]
    lines = [one_line, structlog.dev.ConsoleRenderer(colors=False)]
    rendering: list[Any] = [structlog.processors.JSONRenderer()] if log_format == "json" else lines
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "chain": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
                }
            },
            "filters": {"probes": {"()": WithoutProbes}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chain", "filters": ["probes"]}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.server": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},
                # Below this it writes whole pages' values down, people's addresses among them.
                "django.template": {"level": "INFO"},
                "django_structlog": {"level": "WARNING"},
                "celery": {"level": "WARNING"},
                "kombu": {"level": "WARNING"},
                "urllib3": {"level": "WARNING"},
                # Below this they write down what is sent to AWS and what comes back: with KMS, tenants' keys.
                "boto3": {"level": "WARNING"},
                "botocore": {"level": "WARNING"},
                "waitress": {"level": "WARNING"},
                "django_celery_beat": {"level": "WARNING"},
                "ddtrace": {"level": "WARNING"},
                # They would tell of an agent that is away every second; what is lost is worth less than a quiet log.
                "ddtrace.internal.writer": {"level": "CRITICAL"},
                "datadog": {"level": "CRITICAL"},
            },
        }
    )
    # One list for ever: loggers keep the list they were first used with, so a second set-up changes it in place.
    # What nobody will see is not dressed up first: every request says two things that are usually below the level.
    _chain[:] = [structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
    structlog.configure(
        processors=_chain,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
