"""Rest.li on the wire: the vectors of LinkedIn's own clients, and that nothing on the way to it encodes them again."""

import re
from typing import Any

import pytest
import responses

from connectors.linkedin import restli
from connectors.linkedin.connector import LinkedInConnector
from tests.connectors.linkedin.conftest import API, PAGE


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"k1": "v1", "k2": "urn:li:app:123", "k3": [1, 2]}, "(k1:v1,k2:urn%3Ali%3Aapp%3A123,k3:List(1,2))"),
        (" t?':,*!", "%20t%3F%27%3A%2C%2A%21"),
        (["urn:li:share:1", "urn:li:share:2"], "List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)"),
        ({"start": {"day": 1, "month": 5, "year": 2026}}, "(start:(day:1,month:5,year:2026))"),
        ({"share": "urn:li:share:71"}, "(share:urn%3Ali%3Ashare%3A71)"),
        (["(a)"], "List(%28a%29)"),
        ([], "List()"),
        ("", "''"),
        ([""], "List('')"),
        (True, "true"),
        (False, "false"),
        (2026, "2026"),
        ("é~-._", "%C3%A9~-._"),
        ({"a b": [{"c": "d"}]}, "(a%20b:List((c:d)))"),
    ],
)
def test_values_are_written_as_linkedins_own_clients_write_them(value: Any, written: str) -> None:
    assert restli.encode(value) == written


def test_a_urn_in_a_path_is_encoded_whole() -> None:
    assert restli.key("urn:li:ugcPost:123") == "urn%3Ali%3AugcPost%3A123"
    assert (
        restli.key("urn:li:comment:(urn:li:activity:1,2)") == "urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29"
    )


def test_a_query_keeps_its_structure_raw() -> None:
    assert restli.query(q="author", ids=["urn:li:share:1"]) == "q=author&ids=List(urn%3Ali%3Ashare%3A1)"


def test_what_leaves_on_the_wire_is_what_was_written(
    alone: LinkedInConnector, answers: responses.RequestsMock, now: Any
) -> None:
    answers.get(re.compile(f"{API}/rest/.*"), json={"elements": []})
    alone.post_metrics("urn:li:share:7142", PAGE, now=now)
    url = str(answers.calls[0].request.url)
    assert (
        "?q=organizationalEntity&organizationalEntity=urn%3Ali%3Aorganization%3A2414101&shares=List(urn%3Ali%3Ashare%3A7142)&"
        in url
    )
    assert str(answers.calls[1].request.url).endswith("/rest/socialMetadata/urn%3Ali%3Ashare%3A7142")
