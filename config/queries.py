"""Which query parameters an address of the API takes: those its documentation names, each in its form, and no others.

A filter that is misspelt and passed over would silently answer with everything, so it is refused by name.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.serializers import Serializer

#: What a parameter must look like, by its documented type; other types say more themselves.
_FORMS: Final[dict[Any, tuple[re.Pattern[str], str]]] = {
    OpenApiTypes.BOOL: (re.compile(r"(?i:true|false|1|0)"), "Say true or false."),
    OpenApiTypes.INT: (re.compile(r"-?[0-9]{1,18}"), "Send a whole number."),
}
#: A text may be empty where its view takes that for none.
_ANY: Final[dict[Any, Any]] = {OpenApiTypes.STR: "any"}
_MANY: Final = (filters.MultipleChoiceFilter, filters.AllValuesMultipleFilter, filters.ModelMultipleChoiceFilter)


class KnownQuery(BasePermission):
    """Refuse query parameters that nobody declared; it stands among the permissions because every view asks these first."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True; raises ``ValidationError`` naming what is unknown, repeated or of the wrong form."""
        sent = request.query_params
        if not sent or request.method == "OPTIONS" or _handler(request, view) is None:  # 405 comes next
            return True
        known = known_parameters(request, view)
        wrong: dict[str, list[ErrorDetail]] = {}
        for name, values in sent.lists():
            if name not in known:
                words = f"There is no such parameter here. Known are: {', '.join(sorted(known)) or 'none'}."
                wrong[name] = [ErrorDetail(words, code="unknown_parameter")]
            elif len(values) > 1 and known[name] != "many":
                wrong[name] = [ErrorDetail("It is said more than once.", code="repeated_parameter")]
            elif known[name] != "any" and not all(values):
                wrong[name] = [ErrorDetail("It has no value: leave it out.", code="empty_parameter")]
            elif (form := _FORMS.get(known[name])) and not all(form[0].fullmatch(value) for value in values):
                wrong[name] = [ErrorDetail(form[1], code="invalid")]
        if wrong:
            raise ValidationError(wrong)
        return True


def _handler(request: Request, view: Any) -> Any:
    method = (request.method or "").lower()
    return getattr(view, method if method in view.http_method_names else "", None)


def known_parameters(request: Request, view: Any) -> Mapping[str, Any]:
    """Return the names of the query parameters a view takes for this method, each with its type, ``many`` or ``any``."""
    handler = _handler(request, view)
    known: dict[str, Any] = {}
    schema_class = getattr(handler, "kwargs", {}).get("schema")
    if isinstance(schema_class, type):
        schema: Any = schema_class()
        schema.view, schema.method = view, request.method
        for parameter in schema.get_override_parameters():
            if isinstance(parameter, OpenApiParameter) and parameter.location == OpenApiParameter.QUERY:
                known[parameter.name] = "many" if parameter.many else _form_of(parameter.type)
            elif isinstance(parameter, type) and issubclass(parameter, Serializer):
                # It says by itself what is wrong with a value, but takes an empty one for none.
                fields = parameter().fields.items()
                known |= {name: "any" if getattr(field, "allow_blank", False) else None for name, field in fields}
    if request.method in {"GET", "HEAD"} and getattr(view, "action", None) not in {None, "retrieve"}:
        known |= _of_list(view)
    return known


def _form_of(declared: Any) -> Any:
    # A schema written out has bounds of its own, which its view checks.
    return None if isinstance(declared, dict) else _ANY.get(declared, declared)


def _of_list(view: Any) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if (paginator := view.paginator) is not None:
        known |= {one["name"]: None for one in paginator.get_schema_operation_parameters(view)} | {"cursor": "any"}
    narrowed = getattr(view, "filterset_class", None) if view.filter_backends else None
    for name, one in getattr(narrowed, "base_filters", {}).items():
        switch = isinstance(one, filters.BooleanFilter)
        known[name] = "many" if isinstance(one, _MANY) else OpenApiTypes.BOOL if switch else None
    return known
