"""The OpenAPI document is well-formed, and nothing in it had to be guessed."""

from io import StringIO

from django.core.management import call_command


def test_the_document_is_valid_and_nothing_in_it_is_guessed() -> None:
    written = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)
    document = written.getvalue()
    for address in (
        "/api/destinations/{id}/composing/:",
        "/api/destinations/{id}/reviews/{review}/reply/:",
        "/api/destinations/{id}/members/{email}/:",
        "/api/destinations/{id}/segments/:",
        "/api/jobs/{id}/actions/{slug}/:",
        "/api/jobs/{id}/noted/:",
    ):
        assert address in document
