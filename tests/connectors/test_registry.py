"""What the registry promises to whoever names a kind of destination."""

from jsonschema import Draft202012Validator

from connectors.registry import CONNECTORS


def test_a_kind_of_destination_has_a_slug_that_no_other_platform_uses() -> None:
    slugs = [kind.slug for connector in CONNECTORS.values() for kind in connector.kinds]
    assert len(slugs) == len(set(slugs))


def test_every_kind_describes_its_settings_by_a_valid_schema_of_an_object_without_a_version_of_its_own() -> None:
    for connector in CONNECTORS.values():
        for kind in connector.kinds:
            schema = dict(kind.settings.schema)
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object", kind.slug
            assert "version" not in schema.get("properties", {}), kind.slug
            assert all(step < kind.settings.version for step in kind.settings.upgrades), kind.slug
