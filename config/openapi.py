"""What the OpenAPI document says of every operation: its name, what it refuses, and that its errors are problem documents."""

import re
from typing import Any, Final, Literal

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from config.problems import MEDIA_TYPE
from foundation.forms import StrictSerializer

Direction = Literal["request", "response"]

_FINDING: Final[dict[str, Any]] = {
    "type": "object",
    "description": "One thing that is wrong with what was sent.",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string", "description": "Where it stands in what was sent; empty: the whole."},
        "code": {"type": "string", "description": "Stable; for programs. See docs/api/errors.md."},
        "message": {"type": "string"},
        "remedy": {"type": "string"},
        "limit": {"type": "string"},
        "destination": {"type": "string", "description": "The id of the destination it applies to."},
        "severity": {"type": "string", "enum": ["error", "warning"]},
    },
}
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Why a request was not carried out (RFC 9457). Every code is explained at /docs/errors.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; for programs. See docs/api/errors.md."},
        "detail": {"type": "string", "description": "The cause, for people."},
        "remedy": {"type": "string", "description": "What to do about it."},
        "request_id": {
            "type": "string",
            "description": "Names the request in the hub's log; X-Request-Id says it too.",
        },
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemFinding"}},
    },
}
#: What a problem of each status means, in general; an operation may say it more exactly.
_MEANINGS: Final = {
    "400": ("BadRequest", "The form is wrong: a field or a query parameter is missing, unknown or of the wrong type"),
    "401": ("Unauthorized", "No key, or one that does not open"),
    "403": ("Forbidden", "The key lacks the scope that the problem names"),
    "404": ("NotFound", "It is not there, or belongs to another tenant"),
    "406": ("NotAcceptable", "The answer cannot be had in that format"),
    "409": ("Conflict", "It clashes with the present state; the code says how"),
    "410": ("Gone", "It was there and is no more"),
    "412": (
        "PreconditionFailed",
        "If-Match names a state that is no longer the present one, or the protocol is another",
    ),
    "413": ("TooLarge", "The body is longer than is taken"),
    "415": ("UnsupportedMediaType", "The body is of a type that is not taken"),
    "422": ("Unprocessable", "The form is right and the content is not; errors tells every finding"),
    "429": ("TooManyRequests", "Too many requests: wait as long as Retry-After says"),
    "502": ("PlatformFailed", "The platform's answer is not understood, or it did not do it"),
    "503": ("Unavailable", "Something this needs is out of reach just now: repeat it later"),
}
#: What every operation can answer; those that change something, or take a body, can answer more.
_ALWAYS: Final = ("400", "401", "403", "406", "429", "503")
_SHORT: Final = {"retrieve": "get", "partial_update": "edit", "update": "replace", "destroy": "delete"}
#: Operations that lead on to others: of which, by which answer, and where that holds the parameter.
_LINKS: Final = {
    "publish": (
        "202",
        {"posts_get": "/id", "posts_cancel": "/id", "jobs_get": "/jobs/0/id", "jobs_timeline": "/jobs/0/id"},
    ),
    "connections_create": ("201", {"connections_get": "/id"}),
    "media_create": ("201", {"media_get": "/id", "media_delete": "/id"}),
    "media_upload_begin": ("201", {"media_upload": "/id", "media_upload_cancel": "/id"}),
}


class ProblemAwareSchema(AutoSchema):
    """Name operations by what they do to which resource, and tell the problems each can answer with."""

    def get_operation_id(self) -> str:
        """Return ``posts_list``, ``jobs_confirm_live`` and the like: lasting, for clients name their functions by it."""
        action, basename = getattr(self.view, "action", None), getattr(self.view, "basename", None)
        if action and basename:
            return f"{basename.removeprefix('api-').replace('-', '_')}_{_SHORT.get(action, action)}"
        return super().get_operation_id()

    def get_summary(self) -> str | None:
        """Return the first sentence of what the operation's function says of itself."""
        told = super().get_summary()
        if told:
            return told
        first = (self.get_description() or "").strip().partition("\n\n")[0].replace("\n", " ")
        return re.split(r"(?<=[a-z0-9`)])[.:;](?:\s|$)", first, maxsplit=1)[0] or None

    def _get_request_body(self, direction: Direction = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        self._takes_a_body = bool(body)
        asked = self.get_request_serializer() if body else None
        forms: Any = asked.values() if isinstance(asked, dict) else ()
        if getattr(asked, "rules", None) or any(isinstance(one, type) for one in forms):
            body["required"] = True  # one of several members is, or one of several forms
        return body

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if direction == "request":
            return bodies
        problems = set(_ALWAYS)
        if "{" in self.path or self._is_paged():
            problems.add("404")
        if self.method != "GET":
            problems.add("409")
        if self._takes_a_body:
            problems |= {"413", "415", "422"}
        if any(isinstance(one, type) and issubclass(one, StrictSerializer) for one in self.get_override_parameters()):
            problems.add("422")  # what is asked for may have the right form and yet not be
        told = {code: body for code, body in bodies.items() if not self._says_no_more(code, body)}
        problems |= set(bodies) - set(told)
        for code in sorted(problems - set(told)):
            told[code] = self._problem(code).ref
        for code, body in told.items():
            if code[0] in "45" and "$ref" not in body:
                schema = self._component("Problem", ResolvedComponent.SCHEMA, _PROBLEM).ref
                body["content"] = {MEDIA_TYPE: {"schema": schema}}
        status, links = _LINKS.get(self.get_operation_id(), ("", {}))
        if status in told:
            told[status]["links"] = {
                name: {"operationId": name, "parameters": {"id": f"$response.body#{pointer}"}}
                for name, pointer in links.items()
            }
        return dict(sorted(told.items()))

    def _is_paged(self) -> bool:
        told: list[dict[str, Any]] = self._get_pagination_parameters()  # type: ignore[no-untyped-call]
        return any(one["name"] == "cursor" for one in told)

    def _says_no_more(self, code: str, body: dict[str, Any]) -> bool:
        """Tell whether an error that an operation declares as ``None`` has no words of its own."""
        return code in _MEANINGS and "content" not in body

    def _problem(self, code: str) -> ResolvedComponent:
        self._component("ProblemFinding", ResolvedComponent.SCHEMA, _FINDING)
        schema = self._component("Problem", ResolvedComponent.SCHEMA, _PROBLEM).ref
        name, words = _MEANINGS[code]
        answer: dict[str, Any] = {"description": words, "content": {MEDIA_TYPE: {"schema": schema}}}
        if code in {"429", "503"}:
            answer["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
        return self._component(name, ResolvedComponent.RESPONSE, answer)

    def _component(self, name: str, kind: str, schema: dict[str, Any]) -> ResolvedComponent:
        component = ResolvedComponent(name, kind, schema, name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(component)
        return component

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        """Say that unknown fields are refused, where they are."""
        mapped: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        strict = isinstance(serializer, StrictSerializer) or (
            isinstance(serializer, type) and issubclass(serializer, StrictSerializer)
        )
        if strict and direction == "request":
            mapped["additionalProperties"] = False
            mapped |= getattr(serializer, "rules", {})
        return mapped

    def _map_serializer_field(self, field: Any, direction: Direction, bypass_extensions: bool = False) -> Any:
        """Say what DRF checks or tells and drf-spectacular does not know of: blanks, and lists that must not be empty."""
        mapped = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if type(mapped) is not dict:
            return mapped
        if direction == "response":
            if "" not in mapped.get("enum", [""]) and _may_be_blank(field):
                mapped["enum"] = [*mapped["enum"], ""]
        elif isinstance(field, serializers.ListField) and not field.allow_empty:
            mapped.setdefault("minItems", 1)
        elif _is_not_blank(field) and mapped.get("type") == "string" and "enum" not in mapped:
            mapped.setdefault("pattern", r"\S")
        return mapped

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """Claim no form for what may be empty."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if field.read_only and _may_be_blank(field):
            schema.pop("format", None)

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        """Say that a filter without a value is none."""
        told: list[dict[str, Any]] = super()._get_filter_parameters()  # type: ignore[no-untyped-call]
        for one in told:
            if one["schema"].get("type") == "string" and not {"format", "enum"} & set(one["schema"]):
                one["schema"]["minLength"] = 1
        return told


def _is_not_blank(field: Any) -> bool:
    """Tell whether a field refuses a text of nothing but blanks."""
    return isinstance(field, serializers.CharField) and field.trim_whitespace and not field.allow_blank


def _may_be_blank(field: Any) -> bool:
    """Tell whether the column a field tells is empty where there is nothing to tell."""
    meta = getattr(getattr(field.parent, "Meta", None), "model", None)
    if meta is None or "." in (field.source or ""):
        return False
    try:
        return bool(meta._meta.get_field(field.source).blank)
    except FieldDoesNotExist:
        return False


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tell clients to send their API key as a bearer token."""

    target_class = "tenants.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "description": "Your API key: Authorization: Bearer swb_…"}


class MemberScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tell clients that a signed-in browser may call too."""

    target_class = "tenants.authentication.MemberAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
