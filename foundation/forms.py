"""Serializers that refuse what they do not know, and take nothing for what it is not."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rest_framework import serializers
from rest_framework.utils.html import is_html_input

#: The code of a value that has the right form and yet cannot be: no schema could have said so. Such a request answers 422, like
#: all that is wrong with what is said rather than with how.
UNFIT: Final = "unfit"


def unfit(words: str) -> serializers.ValidationError:
    """Return the error of a value that has the right form and yet cannot be; ``words`` say why and what would do."""
    return serializers.ValidationError(words, code=UNFIT)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuse fields that nobody declared, by name, and JSON values of another type: a misspelt field is an error, not a wish ignored."""

    #: What the fields alone do not say, in words of JSON Schema, for the OpenAPI document.
    rules: ClassVar[Mapping[str, Any]] = {}

    def to_internal_value(self, data: Any) -> Any:
        """Check the names and the types before the values."""
        if isinstance(data, Mapping):
            wrong: dict[str, Any] = {}
            if unknown := sorted(set(map(str, data)) - set(self.fields)):
                known = ", ".join(self.fields)
                for name in unknown:
                    words = f"There is no such field. Known are: {known}."
                    wrong[name] = serializers.ErrorDetail(words, code="unknown_field")
            if not is_html_input(data):  # a form has nothing but texts
                for name, field in self.fields.items():
                    if name in data and not field.read_only and (found := wrong_types(field, data[name])):
                        wrong[name] = found
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def wrong_types(field: Any, value: Any) -> Any:
    """Return what is wrong with the JSON types of a field's value, in DRF's shape of errors; None when nothing is.

    DRF reads 1 as "1" and "yes" as true. What it refuses by itself, null and lists among it, is left to it.
    """
    if isinstance(value, list) and isinstance(child := getattr(field, "child", None), serializers.Field):
        found = [wrong_types(child, one) for one in value]
        return {position: one for position, one in enumerate(found) if one} or None
    if isinstance(value, Mapping) and isinstance(field, serializers.DictField):
        members = {str(name): wrong_types(field.child, one) for name, one in value.items()}
        return {name: one for name, one in members.items() if one} or None
    words = ""
    if isinstance(field, serializers.BooleanField):
        words = "" if value is None or type(value) is bool else "Must be true or false."
    elif isinstance(field, serializers.IntegerField):
        words = "" if value is None or type(value) is int else "A whole number is required."
    elif isinstance(field, serializers.FloatField | serializers.DecimalField):
        words = "" if value is None or type(value) in (int, float) else "A number is required."
    elif isinstance(field, _TEXTS) and isinstance(value, int | float):
        words = "Not a text."
    return [serializers.ErrorDetail(words, code="invalid")] if words else None


_TEXTS = (
    serializers.CharField,
    serializers.UUIDField,
    serializers.DateTimeField,
    serializers.DateField,
    serializers.TimeField,
    serializers.DurationField,
    serializers.ChoiceField,
)
