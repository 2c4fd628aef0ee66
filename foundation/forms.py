"""Serializers that refuse what they do not know."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuse fields that nobody declared, by name: a misspelt field is an error, not a wish ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names before the values."""
        if isinstance(data, Mapping) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {
                    name: serializers.ErrorDetail(f"There is no such field. Known are: {known}.", code="unknown_field")
                    for name in unknown
                }
            )
        return super().to_internal_value(data)
