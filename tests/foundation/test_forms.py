"""Fields that nobody declared are refused by name."""

from typing import Any

from rest_framework import serializers

from foundation.forms import StrictSerializer


class Inner(StrictSerializer):
    """A form in a form."""

    text = serializers.CharField()


class Form(StrictSerializer):
    """A form."""

    text = serializers.CharField()
    inner = Inner(required=False)


def test_a_form_without_unknown_fields_passes() -> None:
    form = Form(data={"text": "hello", "inner": {"text": "there"}})
    assert form.is_valid()
    assert form.validated_data["inner"]["text"] == "there"


def test_every_unknown_field_is_named_with_the_known_ones() -> None:
    form = Form(data={"text": "hello", "txt": "x", "Text": "y"})
    assert not form.is_valid()
    assert set(form.errors) == {"txt", "Text"}
    assert form.errors["txt"].code == "unknown_field"
    assert "text, inner" in form.errors["txt"]


def test_an_unknown_field_of_an_inner_form_is_named_too() -> None:
    form = Form(data={"text": "hello", "inner": {"text": "there", "lnik": ""}})
    assert not form.is_valid()
    assert set(form.errors["inner"]) == {"lnik"}


def test_something_that_is_no_object_is_refused_without_a_crash() -> None:
    nothings: list[Any] = [[], "text", 7, None]
    for sent in nothings:
        assert not Form(data=sent).is_valid()
