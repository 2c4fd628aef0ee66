"""Little text: what people read of a commentary, and where it silently ends."""

from __future__ import annotations

import pytest

from sandbox.linkedin.little_text import RESERVED, escape, parse
from sandbox.world import World
from tests.sandbox.linkedin.hub import FOUNDRY, OBSERVATORY, SOLVEIG, Hub, enc

NAMES = {OBSERVATORY: "Stjörnuhús Observatory", FOUNDRY: "Fundición Ñ", SOLVEIG: "Sólveig Þórsdóttir"}


@pytest.mark.parametrize(
    ("wire", "seen"),
    [
        (r"Hi \(a\) \[b\]", "Hi (a) [b]"),
        (r"x\_y\*z\~", "x_y*z~"),
        (r"C:\\d", r"C:\d"),
        (r"me\@x.io", "me@x.io"),
        (r"\{a\|b\}", "{a|b}"),
        (r"\<3", "<3"),
        (r"#Tag and \# 5", "#Tag and # 5"),
        (r"https://e.co/a\_b", "https://e.co/a_b"),
        ("100% fine!", "100% fine!"),
        ("Línea\nnueva 🥐", "Línea\nnueva 🥐"),
        (r"{hashtag|\#|word} and {hashtag|#|two}", "#word and #two"),
        (r"#snake_case #snake\_case", "#snake_case #snake_case"),
        (rf"Seen by @[Fundición Ñ]({FOUNDRY})!", "Seen by Fundición Ñ!"),
        (rf"@[Sólveig]({SOLVEIG})", "Sólveig"),
    ],
)
def test_what_is_written_by_the_rules_is_shown_whole(wire: str, seen: str) -> None:
    text = parse(wire, NAMES.get)
    assert (text.visible, text.truncated) == (seen, False)


@pytest.mark.parametrize("sign", RESERVED)
def test_each_of_the_fifteen_ends_the_text_where_it_stands_bare(sign: str) -> None:
    text = parse(f"Read this {sign} and never that", NAMES.get)
    assert (text.visible, text.truncated) == ("Read this ", True)
    assert parse(f"Read this \\{sign} and that").visible == f"Read this {sign} and that"


@pytest.mark.parametrize(
    "wire", ["@[Fundición Ñ](urn:li:share:1) x", "@[open", "@[a] (urn:li:person:x)", "# x", "{hashtag|x}", "end\\"]
)
def test_half_an_element_ends_the_text_too(wire: str) -> None:
    assert parse(wire, NAMES.get).truncated


def test_a_mention_links_only_under_its_exact_name() -> None:
    kinds = {
        name: parse(f"@[{name}]({FOUNDRY})", NAMES.get).elements[0].kind
        for name in ("Fundición Ñ", "fundición ñ", "Fundición")
    }
    assert kinds == {"Fundición Ñ": "mention", "fundición ñ": "text", "Fundición": "text"}


def test_escaping_and_reading_are_opposites() -> None:
    for text in (RESERVED, "C:\\d (x) #1 [a]{b}", "plain"):
        assert parse(escape(text)).visible == text


def test_a_truncated_post_still_answers_201_and_only_the_feed_shows_it(world: World, hub: Hub, token: str) -> None:
    answer = hub.publish(token, OBSERVATORY, "Open tonight (until two)")
    assert (answer.status_code, answer.content) == (201, b"")
    (item,) = world.linkedin.timeline(OBSERVATORY)
    assert item.text == "Open tonight "
    read = hub.call("GET", f"/rest/posts/{enc(item.id)}", token).json()
    assert read["commentary"] == "Open tonight "
    (call,) = world.journal.entries(method="POST", path="/rest/posts")
    assert "cut" in call["note"]


def test_reading_gives_hashtags_as_templates_and_escapes_back(hub: Hub, token: str) -> None:
    wire = rf"Clear \(cold\) #night with @[Fundición Ñ]({FOUNDRY})"
    urn = hub.publish(token, OBSERVATORY, wire).headers["x-restli-id"]
    told = hub.call("GET", f"/rest/posts/{enc(urn)}", token).json()["commentary"]
    assert told == rf"Clear \(cold\) {{hashtag|\#|night}} with @[Fundición Ñ]({FOUNDRY})"
    assert parse(told, NAMES.get).visible == "Clear (cold) #night with Fundición Ñ"
