"""Little text: nothing an author writes is cut off, and mentions and hashtags stay what they are."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.linkedin import little_text
from sandbox.linkedin import little_text as town

VECTORS = [
    ("Hi (a) [b]", r"Hi \(a\) \[b\]"),
    ("x_y*z~", r"x\_y\*z\~"),
    ("C:\\d", "C:\\\\d"),
    ("me@x.io", r"me\@x.io"),
    ("{a|b}", r"\{a\|b\}"),
    ("<3", r"\<3"),
    ("#Tag and # 5", r"#Tag and \# 5"),
    ("https://e.co/a_b", r"https://e.co/a\_b"),
    ("100% fine!", "100% fine!"),
    ("", ""),
    ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    ("\\\\", "\\\\\\\\"),
    ("(#Tag)", r"\(#Tag\)"),
    ("#Ünïcode #東京 #5k", "#Ünïcode #東京 #5k"),
    ("#snake_case", r"#snake\_case"),
    ("##double", r"\#\#double"),
    ("C#sharp", r"C\#sharp"),
    ("https://e.co/p#part https://e.co/#top", r"https://e.co/p\#part https://e.co/\#top"),
    ("ends with #", r"ends with \#"),
    ("#_", r"\#\_"),
    ("Thanks @[Acme](urn:li:organization:123)!", "Thanks @[Acme](urn:li:organization:123)!"),
    ("@[Acme (UK) [x]](urn:li:organization:1)", r"@[Acme \(UK\) \[x\]](urn:li:organization:1)"),
    ("@[Zoë_K](urn:li:person:a-B_9)", r"@[Zoë\_K](urn:li:person:a-B_9)"),
    ("@[A](urn:li:person:1)@[B](urn:li:person:2)", "@[A](urn:li:person:1)@[B](urn:li:person:2)"),
    ("@[not a mention](https://e.co)", r"\@\[not a mention\]\(https://e.co\)"),
    ("@[A](urn:li:member:1)", r"\@\[A\]\(urn:li:member:1\)"),
    ("@[open @[B](urn:li:person:2)", r"\@\[open @[B](urn:li:person:2)"),
    ("@[two\nlines](urn:li:person:2)", "\\@\\[two\nlines\\]\\(urn:li:person:2\\)"),
    ("@[](urn:li:person:2)", r"\@\[\]\(urn:li:person:2\)"),
    (r"already \( escaped", r"already \\\( escaped"),
    ("{hashtag|\\#|x}", r"\{hashtag\|\\\#\|x\}"),
]


@pytest.mark.parametrize(("said", "written"), VECTORS)
def test_vectors(said: str, written: str) -> None:
    assert little_text.write(said) == written
    assert little_text.length(said) == len(written)


@pytest.mark.parametrize("sign", list("|{}@[]()<>#\\*_~"))
def test_every_reserved_character_is_escaped_wherever_it_stands(sign: str) -> None:
    for said in (sign, f"a{sign}", f"{sign} b", f"a {sign} b", f"{sign}{sign}"):
        assert little_text.write(said).count("\\" + sign) >= said.count(sign)


MENTION = st.builds(
    "@[{}](urn:li:{}:{})".format, st.text(min_size=1), st.sampled_from(["organization", "person"]), st.integers(1, 9)
)
PIECES = st.lists(st.one_of(st.text(), st.text(alphabet="|{}@[]()<>#\\*_~ ab1\n"), MENTION), max_size=6).map("".join)


@given(PIECES)
@example("@[a](urn:li:person:1")
@example("@[\\](urn:li:person:1)")
@example("#a#b")
def test_the_town_reads_all_of_whatever_an_author_writes(said: str) -> None:
    """The town's parser is strict in all fifteen characters: one left raw would cut the rest off."""
    read = town.parse(little_text.write(said))
    assert not read.truncated
    lines = said.replace("\r\n", "\n").replace("\r", "\n")
    mention = r"@\[((?:(?!@\[)[^\n])+?)\]\(urn:li:(?:organization|person):[A-Za-z0-9_-]+\)"
    assert read.visible == re.sub(mention, r"\1", lines)


@given(PIECES)
def test_what_linkedin_tells_of_a_post_compares_equal_with_what_was_sent(said: str) -> None:
    written = little_text.write(said)
    told = town.parse(written, lambda urn: None).canonical
    assert little_text.visible(told) == little_text.visible(written)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("{hashtag|\\#|Tag} and \\# 5", "#Tag and # 5"),
        ("{hashtag|#|snake\\_case}", "#snake_case"),
        ("@[Acme \\(UK\\)](urn:li:organization:123)!", "Acme (UK)!"),
        ("a \\(b\\)  \n c \n", "a (b)\n c"),
        ("C:\\\\d", "C:\\d"),
        ("raw ( cut", "raw ( cut"),
    ],
)
def test_visible_words(told: str, shown: str) -> None:
    assert little_text.visible(told) == shown
