"""What a mail says: words escaped, tags and addresses untouched, images where their author put them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mailchimp.letters import body_of, has_unsubscribe, leaves_comment_open, used_images
from connectors.types import Attachment, Content
from tests.connectors.mailchimp.conftest import MemoryFile

PICTURE = Attachment(MemoryFile(), alt_text='A "cup" <of> tea')


def content(text: str = "", **said: Any) -> Content:
    return Content(text, settings=said)


def test_words_are_escaped_and_merge_tags_are_not() -> None:
    html = body_of(content("Hi *|FNAME|*, <b>5 > 3</b> & so\non\n\n\nNext"), {})["html"]
    assert "<p>Hi *|FNAME|*, &lt;b&gt;5 &gt; 3&lt;/b&gt; &amp; so<br>on</p>\n<p>Next</p>" in html


@pytest.mark.parametrize("text", ["{body}", "{preview}", "{0}", "%s", "\\1", "*|UNSUB|*"])
def test_no_words_of_an_author_change_the_page_around_them(text: str) -> None:
    html = body_of(content(text, preview_text="x"), {})["html"]
    assert f"<p>{text}</p>" in html
    assert html.count("*|MC_PREVIEW_TEXT|*") == 1
    assert html.count("</html>") == 1


def test_a_link_and_an_image_stand_below_the_words_and_cannot_break_out() -> None:
    html = body_of(Content("", 'https://a.test/?x=1&y="><script>', (PICTURE,)), {0: "https://mcusercontent.com/1.png"})[
        "html"
    ]
    assert "<script>" not in html
    assert 'src="https://mcusercontent.com/1.png" alt="A &quot;cup&quot; &lt;of&gt; tea"' in html


def test_every_mail_of_our_own_can_be_left_and_names_its_sender() -> None:
    for form in ("text", "plain_text"):
        body = body_of(content("Hi", format=form), {})
        for said in body.values():
            assert "*|UNSUB|*" in said
            assert "LIST" in said
    assert body_of(content("Bye: *|UNSUB|*", format="plain_text"), {})["plain_text"] == "Bye: *|UNSUB|*"


def test_the_words_of_plain_text_readers_are_the_authors_if_he_wrote_some() -> None:
    assert body_of(content("Hi", plain_text="Mine"), {})["plain_text"] == "Mine"
    assert body_of(content(format="html", html="<p>x</p>", plain_text="Mine"), {}) == {
        "html": "<p>x</p>",
        "plain_text": "Mine",
    }
    assert body_of(content(format="html", html="<p>x</p>"), {}) == {"html": "<p>x</p>"}


def test_images_stand_where_the_html_names_them() -> None:
    html = '<img src="media:1"><td background=\'media:2\' style="x:url(media:1)"><p>media:1 costs media:12</p>'
    said = Content("", media=(PICTURE, PICTURE, PICTURE), settings={"format": "html", "html": html})
    assert used_images(said) == (0, 1)
    filled = body_of(said, {0: "https://m/1", 1: "https://m/2"})["html"]
    assert (
        filled
        == '<img src="https://m/1"><td background=\'https://m/2\' style="x:url(https://m/1)"><p>media:1 costs media:12</p>'
    )


def test_a_template_gets_its_sections_and_nothing_else() -> None:
    sections = {"body": '<img src="media:1">'}
    said = Content(
        "unsaid", media=(PICTURE,), settings={"format": "template", "template_id": 7, "template_sections": sections}
    )
    assert body_of(said, {0: "https://m/1"}) == {"template": {"id": 7, "sections": {"body": '<img src="https://m/1">'}}}
    assert body_of(content(format="template", template_id=7), {}) == {"template": {"id": 7}}


def test_plain_text_shows_no_images() -> None:
    assert used_images(Content("x", media=(PICTURE,), settings={"format": "plain_text"})) == ()


@pytest.mark.parametrize(
    ("html", "found", "open_comment"),
    [
        ("<a href='*|UNSUB|*'>", True, False),
        ("<!-- *|UNSUB|* -->", False, False),
        ("<!-- a --> *|UNSUB|*", True, False),
        ("*|UNSUB|* <!-- open", True, True),
        ("<!-- open *|UNSUB|*", False, True),
        ("", False, False),
    ],
)
def test_a_link_to_unsubscribe_inside_a_comment_is_none(html: str, found: bool, open_comment: bool) -> None:
    assert (has_unsubscribe(html), leaves_comment_open(html)) == (found, open_comment)


@given(st.text(max_size=200))
def test_any_words_make_a_whole_page(text: str) -> None:
    body = body_of(content(text), {})
    assert body["html"].endswith("</html>\n")
    assert "<script" not in body["html"]
