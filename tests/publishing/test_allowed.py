"""The compose page keeps to what a place allows now: told beside it, kept to by the form, and never in a writer's way."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Destination
from publishing.models import Post
from tenants.models import Membership, Tenant, User
from tenants.services import add_member
from tests.village import Village, village, well

__all__ = ["village", "well"]

TOLD: dict[str, Any] = {
    "name": "Ada <the baker>", "username": "ada", "picture_url": "https://village.invalid/ada.jpg",
    "choices": {"audience": ["FRIENDS", "NOBODY"]}, "fixed": {"comments": False}, "longest_video_seconds": 150,
    "notices": ["Posts appear after a few minutes, see https://village.invalid/rules."],
}  # fmt: skip
AUDIENCE = "set-well-audience"


def piece(client: Client, place: Destination, **query: str) -> str:
    answer = client.get(reverse("allowed", args=[place.pk]), query, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def options(page: str) -> list[tuple[str, bool, bool]]:
    """The choices of the audience: value, whether it stands chosen, whether it is greyed."""
    (select,) = re.findall(rf'<select id="{AUDIENCE}".*?</select>', page, re.S)
    told = re.findall(r'<option value="([^"]*)"([^>]*)>', select)
    return [(unescape(value).strip('"'), " selected" in rest, " disabled" in rest) for value, rest in told]


def test_the_piece_beside_a_place_tells_who_speaks_and_what_the_form_must_keep_to(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says["composing"] = TOLD
    told = piece(member_client, well)
    assert "Ada &lt;the baker&gt;" in told
    assert "@ada" in told
    assert 'src="https://village.invalid/ada.jpg"' in told
    assert '<a href="https://village.invalid/rules" rel="nofollow">' in told
    assert "Videos up to 2:30." in told
    (rules,) = re.findall(r'data-rules="([^"]*)"', told)
    assert json.loads(unescape(rules)) == {
        AUDIENCE: {"values": ['"FRIENDS"', '"NOBODY"']},
        "set-well-comments": {"fixed": ""},
    }


def test_an_obstacle_is_told_and_asking_again_asks_afresh(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says["composing"] = {"obstacle": "Enough for today. Try again tomorrow."}
    assert "Enough for today. Try again tomorrow." in piece(member_client, well)
    village.says["composing"] = TOLD
    assert "Enough for today" in piece(member_client, well)
    assert "Enough for today" not in piece(member_client, well, afresh="1")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((429, {"words": "Too many questions."}), "Try again in 90 seconds"),
        ((418, {"words": "I am a teapot."}), "tell the operator"),
        ((401, {"words": "Who is it?"}), "Who is it?"),
    ],
)
def test_a_platform_in_trouble_is_told_with_the_remedy_and_keeps_nobody_from_writing(
    member_client: Client, village: Village, well: Destination, answer: Any, words: str
) -> None:
    village.says |= {"composing": answer, "refresh": (401, {})}
    told = piece(member_client, well)
    assert words in told
    assert "You can write all the same." in told
    key = member_client.get(reverse("compose")).context["form"]["idempotency_key"]
    village.says["publish"] = {"receipt": "r-1"}
    said = {
        "text": "Water",
        "link": "",
        "destination": str(well.pk),
        "when": "later",
        "date": "",
        "idempotency_key": key,
    }
    page = member_client.post(reverse("compose"), {**said, "action": "check"})
    assert page.context["form"]["text"] == "Water"


def test_credentials_that_are_gone_are_told_like_any_other_trouble(
    member_client: Client, village: Village, well: Destination, settings: Any
) -> None:
    settings.VILLAGE_APP_ID = ""
    assert "Set VILLAGE_APP_ID" in piece(member_client, well)


def test_without_a_script_the_same_is_a_page_of_its_own(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says["composing"] = TOLD
    page = member_client.get(reverse("allowed", args=[well.pk])).content.decode()
    assert "<main" in page
    assert "Friends, Nobody" in page
    assert "no (cannot be changed)" in page
    assert f"{reverse('compose')}?destination={well.pk}" in page
    assert reverse("allowed", args=[well.pk]) in member_client.get(reverse("compose")).content.decode()


def test_opening_the_page_asks_nobody_and_shows_what_is_known(
    member_client: Client, village: Village, well: Destination
) -> None:
    address = f"{reverse('compose')}?destination={well.pk}"
    page = member_client.get(address).content.decode()
    assert village.asked == []
    assert options(page) == [
        ("", False, False),
        ("EVERYONE", False, False),
        ("FRIENDS", False, False),
        ("NOBODY", False, False),
    ]
    village.says["composing"] = TOLD
    piece(member_client, well)
    page = member_client.get(address).content.decode()
    assert village.count("composing") == 1
    assert options(page) == [
        ("", False, False),
        ("EVERYONE", False, True),
        ("FRIENDS", False, False),
        ("NOBODY", False, False),
    ]
    assert re.search(r'<input type="checkbox" id="set-well-comments"[^>]* disabled', page)
    assert "Ada &lt;the baker&gt; decides this." in page


def test_settings_of_a_place_that_can_be_asked_stand_open(
    member_client: Client, village: Village, well: Destination
) -> None:
    page = member_client.get(f"{reverse('compose')}?destination={well.pk}").content.decode()
    assert re.search(r'<details class="panel settings" id="set-well"[^>]* open>', page)


def test_what_was_chosen_on_the_narrowed_form_is_published(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says["composing"] = TOLD
    piece(member_client, well)
    key = member_client.get(reverse("compose")).context["form"]["idempotency_key"]
    said = {"text": "Water", "link": "", "destination": str(well.pk), "when": "now", "idempotency_key": key}
    said |= {AUDIENCE: '"FRIENDS"', "set-well-event-title": "Jazz", "set-well-event-day": "2026-12-24"}
    assert member_client.post(reverse("compose"), {**said, "action": "publish"}).status_code == 302
    event = {"title": "Jazz", "day": "2026-12-24"}
    assert Post.objects.get().settings == {"well": {"version": 1, "audience": "FRIENDS", "event": event}}


def test_a_finding_in_a_group_stands_beside_the_control_it_names(
    member_client: Client, village: Village, well: Destination
) -> None:
    said = {"text": "Water", "link": "", "destination": str(well.pk), "when": "now", "set-well-event-day": "Christmas"}
    page = member_client.post(reverse("compose"), {**said, "action": "publish"})
    assert {error["anchor"] for error in page.context["errors"]} == {"set-well-event-title", "set-well-event-day"}


def test_only_who_may_publish_may_ask(client: Client, village: Village, well: Destination, tenant: Tenant) -> None:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(user)
    assert client.get(reverse("allowed", args=[well.pk])).status_code == 403
    assert village.asked == []
