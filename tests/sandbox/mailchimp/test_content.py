"""What a mail says: its sources, its plain text, its footer, and the readers it is filled in for."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from typing import Any

import pytest
import requests

from sandbox import pictures
from sandbox.mailchimp import demo
from sandbox.mailchimp.mail_text import plain_of, with_footer
from sandbox.world import World
from tests.sandbox.mailchimp.hub import ADMIN, Hub, Receiver, told


def _put(hub: Hub, campaign: str, **body: Any) -> requests.Response:
    return hub.call("PUT", f"/campaigns/{campaign}/content", json=body)


def _web_id(hub: Hub, campaign: str) -> int:
    return int(hub.get(f"/campaigns/{campaign}", fields="web_id")["web_id"])


def test_html_is_kept_as_it_came_and_plain_text_made_of_it(hub: Hub) -> None:
    html = "<html><head><title>T</title></head><body><h1>Grüße &amp; mehr</h1><p>Zeile<br>zwei</p></body></html>"
    campaign = hub.draft()
    told_now = _put(hub, campaign, html=html).json()
    assert (told_now["html"], told_now["plain_text"]) == (html, "Grüße & mehr\n\nZeile\nzwei")
    assert "*|UNSUB|*" in told_now["archive_html"]
    assert hub.get(f"/campaigns/{campaign}/content")["html"] == html
    assert _put(hub, campaign, html=html, plain_text="Eigene Worte").json()["plain_text"] == "Eigene Worte"
    assert hub.get(f"/campaigns/{campaign}", fields="content_type") == {"content_type": "html"}


def test_a_footer_is_added_where_the_way_out_is_missing_or_hidden() -> None:
    assert with_footer("<p>x</p><a href='*|UNSUB|*'>out</a>") == "<p>x</p><a href='*|UNSUB|*'>out</a>"
    assert with_footer("<body><p>x</p></body>").endswith("</body>")
    for hidden in ("<!-- *|UNSUB|* --><p>x</p>", "<p>x</p><!-- *|UNSUB|*"):
        assert "unsubscribe from this list" in with_footer(hidden)
    assert plain_of("<style>p{}</style><p>a</p><script>b</script>") == "a"


def test_a_template_is_filled_area_by_area(hub: Hub) -> None:
    sections = hub.get(f"/templates/{demo.MINIMAL_TEMPLATE}/default-content")["sections"]
    assert sections == {"headline": "A letter", "body": "<p>What is new this month.</p>"}
    campaign = hub.draft()
    body = {"id": demo.MINIMAL_TEMPLATE, "sections": {"headline": "Ernte &amp; mehr", "nobody": "x"}}
    html = _put(hub, campaign, template=body).json()["html"]
    assert '<h1 mc:edit="headline">Ernte &amp; mehr</h1>' in html
    assert "What is new this month." in html
    assert hub.get(f"/campaigns/{campaign}", fields="content_type") == {"content_type": "template"}
    assert told(_put(hub, campaign, template={"id": 5}))[:2] == (400, "Invalid Resource")
    begun = hub.draft(template_id=demo.MINIMAL_TEMPLATE)
    assert "A letter" in hub.get(f"/campaigns/{begun}/content")["html"]


def test_content_comes_from_an_address_or_an_archive_too(hub: Hub, world: World, receiver: Receiver) -> None:
    campaign = hub.draft()
    world.media.plant("https://kaffee.test/letter.html", b"<p>From afar</p>", "text/html")
    assert _put(hub, campaign, url="https://kaffee.test/letter.html").json()["plain_text"] == "From afar"
    receiver.check_status = 404
    assert told(_put(hub, campaign, url="https://kaffee.test/nothing"))[:2] == (400, "Invalid Resource")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.html", "<p>Packed</p>")
    encoded = base64.b64encode(packed.getvalue()).decode()
    body = {"archive_content": encoded, "archive_type": "zip"}
    assert _put(hub, campaign, archive=body).json()["plain_text"] == "Packed"
    assert told(_put(hub, campaign, archive={**body, "archive_type": "tar"}))[:2] == (400, "Invalid Resource")


def test_content_has_one_source(hub: Hub) -> None:
    campaign = hub.draft()
    both = _put(hub, campaign, html="<p>x</p>", url="https://kaffee.test/")
    assert told(both)[:2] == (400, "Bad Request")
    assert told(_put(hub, campaign))[:2] == (400, "Invalid Resource")
    plain = str(hub.call("POST", "/campaigns", json={"type": "plaintext"}).json()["id"])
    assert told(_put(hub, plain, html="<p>x</p>"))[:2] == (400, "Invalid Resource")
    assert _put(hub, plain, plain_text="Nur Worte").json()["plain_text"] == "Nur Worte"


def test_templates_are_made_changed_and_retired(hub: Hub) -> None:
    made = hub.call("POST", "/templates", json={"name": "Neu", "html": '<p mc:edit="a">x</p>'}).json()
    assert (made["type"], made["active"]) == ("user", True)
    path = f"/templates/{made['id']}"
    assert hub.call("PATCH", path, json={"name": "Neuer"}).json()["name"] == "Neuer"
    assert hub.get("/templates", type="user", sort_field="name")["total_items"] == 2
    assert hub.call("DELETE", path).status_code == 204
    assert hub.get(path)["active"] is False
    assert hub.get("/templates")["total_items"] == 1
    assert told(hub.call("POST", "/templates", json={"name": "x"}))[:2] == (400, "Invalid Resource")


def test_a_picture_is_kept_byte_for_byte_under_the_ending_it_deserves(
    world: World, session: requests.Session, hub: Hub
) -> None:
    data = pictures.jpeg(640, 480, 2)
    body = {"name": "hero.png", "file_data": base64.b64encode(data).decode()}
    made = hub.call("POST", "/file-manager/files", json=body).json()
    assert (made["name"], made["type"], made["width"], made["height"]) == ("hero.jpg", "image", 640, 480)
    shown = session.get(made["full_size_url"])
    assert (shown.headers["Content-Type"], shown.content) == ("image/jpeg", data)
    (file,) = world.mailchimp.state.files
    assert file.digest == hashlib.sha256(data).hexdigest()
    assert hub.get("/file-manager/files", type="image")["total_items"] == 1
    campaign = hub.ready(html=f'<p>Seht:</p><img src="{made["full_size_url"]}" alt="Ein Feld">')
    hub.act(campaign, "send")
    (item,) = world.mailchimp.timeline()
    assert [(one.kind, one.url.rpartition("/")[2], one.alt) for one in item.media] == [
        ("image", file.digest, "Ein Feld")
    ]
    assert session.get(f"https:/{item.media[0].url}").content == data
    assert hub.call("DELETE", f"/file-manager/files/{made['id']}").status_code == 204
    assert session.get(made["full_size_url"]).status_code == 404


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"name": "a.png"}, "Invalid Resource"),
        ({"name": "a.png", "file_data": "%%%"}, "Invalid Resource"),
        ({"name": "a.bin", "file_data": base64.b64encode(bytes((10 << 20) + 1)).decode()}, "Bad Request"),
    ],
)
def test_files_that_do_not_fit_are_refused(hub: Hub, body: dict[str, str], title: str) -> None:
    assert told(hub.call("POST", "/file-manager/files", json=body))[:2] == (400, title)


def test_every_reader_gets_a_mail_with_the_own_name_and_a_way_out(
    world: World, session: requests.Session, hub: Hub
) -> None:
    campaign = hub.ready(subject_line="Für *|FNAME|*")
    web_id = _web_id(hub, campaign)
    hub.act(campaign, "send")
    world.clock.advance(60)
    (mailing,) = world.mailchimp.state.mailings_of(campaign)
    ada = mailing.addresses[0]
    mail = session.get(f"{ADMIN}/campaigns/preview/", params={"id": str(web_id), "address": ada})
    assert "<h1>Hallo Ada</h1>" in mail.text
    assert mail.headers["Content-Security-Policy"].startswith("sandbox ")
    inbox = session.get(f"{ADMIN}/inbox/", params={"address": ada})
    assert "Für Ada" in inbox.text
    out = (
        mail.text.partition('href="https://us19.list-manage.com/unsubscribe')[2].partition('"')[0].replace("&amp;", "&")
    )
    left = session.post(f"https://us19.list-manage.com/unsubscribe{out}", data={"email": ada})
    assert "no more" in left.text
    assert hub.get(f"/reports/{campaign}", fields="unsubscribed") == {"unsubscribed": 1}


def test_a_sent_campaign_can_be_read_by_everybody_and_a_draft_by_nobody(
    world: World, session: requests.Session, hub: Hub
) -> None:
    campaign = hub.ready()
    address = hub.get(f"/campaigns/{campaign}")
    assert session.get(address["archive_url"]).status_code == 404
    hub.act(campaign, "send")
    for name in ("archive_url", "long_archive_url"):
        assert "Neue" in session.get(address[name]).text
    (item,) = world.mailchimp.timeline()
    assert f"https://{item.host}{item.path}" == address["archive_url"]
    assert item.text == "Hallo *|FNAME|*\n\nNeue Ernte."
    assert "Neue Ernte" in session.get(f"https://{item.host}{item.profile_path}").text


def test_the_outbox_shows_how_many_mails_left_how_often(world: World, session: requests.Session, hub: Hub) -> None:
    assert "No campaigns yet" in session.get(f"{ADMIN}/campaigns/").text
    campaign = hub.ready(subject_line="<b>Ernte</b>")
    unready = hub.draft(from_name="")
    hub.act(campaign, "send")
    world.clock.advance(60)
    outbox = session.get(f"{ADMIN}/campaigns/").text
    assert '<strong id="mails">12</strong>' in outbox
    assert "sent once" in outbox
    assert "&lt;b&gt;Ernte" in outbox
    shown = session.get(f"{ADMIN}/campaigns/show/", params={"id": _web_id(hub, campaign)})
    assert "<strong>12</strong> left, in <strong>1</strong> mailing" in shown.text
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    lacking = session.get(f"{ADMIN}/campaigns/show/", params={"id": _web_id(hub, unready)})
    assert "Say who the campaign is from." in lacking.text
    assert session.get(f"{ADMIN}/campaigns/show/", params={"id": "1"}).status_code == 404
