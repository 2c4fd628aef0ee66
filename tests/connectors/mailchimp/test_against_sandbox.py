"""The connector against Mailchimp in miniature: connect, send everything that can be sent, lose answers, find again."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
import time_machine
from django.conf import settings

from connectors.errors import (
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
)
from connectors.mailchimp.connector import MailchimpConnector
from connectors.manager import get_connector
from connectors.types import (
    Attachment,
    CannotTell,
    Content,
    LiveState,
    NotThere,
    Processing,
    Published,
    Target,
)
from foundation.secret import Secret
from sandbox.mailchimp import demo
from sandbox.mailchimp.records import Campaign
from sandbox.world import World
from tests.connectors.kit import MemoryJournal, WorkerDied
from tests.connectors.mailchimp.conftest import LETTER, ROOT, Listening, MemoryFile, holding
from tests.sandbox.linkedin.hub import png

Trouble = Callable[..., None]
SEND = {"method": "POST", "path": "*/actions/send"}
CREATE = {"method": "POST", "path": "/3.0/campaigns"}
CONTENT = {"method": "PUT", "path": "*/content"}
SCHEDULE = {"method": "POST", "path": "*/actions/schedule"}
START = datetime(2026, 11, 22, 9, 7, tzinfo=UTC)
READERS = Target(
    "audience",
    demo.READERS,
    "Lettre aux lecteurs",
    {**LETTER.facts, "from_email": "lettre@oeuvre-livres.test", "login_id": str(demo.LUCIE)},
)


@pytest.fixture(autouse=True)
def hands(town: World) -> Iterator[time_machine.Traveller]:
    """One clock for hub and town, which stands still until it is moved."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def mail(text: str = "Guten Morgen *|FNAME|*\n\nThe *new* beans <are> here & hot.", **said: Any) -> Content:
    return Content(text, settings={"subject": "Beans ☕", **said})


def image(colour: tuple[int, int, int] = (1, 2, 3)) -> Attachment:
    data = png(colour=colour)
    return Attachment(MemoryFile(data=data, id=hashlib.sha256(data).hexdigest()[:8]), alt_text="A cup")


def mailings(town: World, **said: Any) -> int:
    return int(town.mailchimp.levers()[("GET", "mails")]({"kind": "campaign", **said})["mailings"])


def drafts(town: World) -> list[Campaign]:
    return list(town.mailchimp.state.campaigns)


def campaign(town: World, published: Published) -> Campaign:
    found = town.mailchimp.state.campaigns.get(published.external_id)
    assert found is not None
    return found


def through(
    hands: time_machine.Traveller,
    connector: MailchimpConnector,
    content: Content,
    journal: MemoryJournal,
    target: Target = LETTER,
) -> Published:
    """Publish as the hub does, waiting where it is told to."""
    for _ in range(30):
        result = connector.publish(content, target, journal)
        if isinstance(result, Published):
            return result
        hands.shift(result.look_again_after)
    raise AssertionError("it never came to an end")


def sent(connector: MailchimpConnector, content: Content, target: Target = LETTER) -> Published:
    result = connector.publish(content, target, MemoryJournal())
    assert isinstance(result, Published)
    return result


def in_an_hour() -> str:
    return (datetime.now(UTC) + timedelta(minutes=68)).isoformat()


# --- connecting ---------------------------------------------------------------------------------------------------------


def test_a_key_connects_its_account_with_every_audience(wire: Listening, now: datetime) -> None:
    blank = get_connector("mailchimp")
    grant = blank.connect_with_key(key=Secret(f" {demo.OWNER.key} "), now=now)
    assert (grant.external_user_id, grant.display_name) == (demo.ROASTERY, "Rösterei Großmann")
    assert grant.access_token == Secret(demo.OWNER.key)
    assert grant.access_expires_at is None
    places = {place.external_id: place for place in blank.fetch_accounts(access_token=grant.access_token)}
    assert set(places) == {demo.LETTER, demo.REGULARS, demo.BEANS}
    letter = places[demo.LETTER]
    assert (letter.kind, letter.name, letter.obstacle) == ("audience", "Rösterei-Brief", "")
    assert letter.facts["login_id"] == str(demo.GRETA)
    assert letter.facts["from_email"] == "post@grossmann-kaffee.test"
    assert wire.calls()[0] == "GET /ping"
    assert all(str(one.url).partition("?")[0].endswith("/3.0/") or "/3.0/" in str(one.url) for one in wire.heard)


def test_all_audiences_of_a_large_account_are_found_past_the_first_ten(wire: Listening) -> None:
    found = get_connector("mailchimp").fetch_accounts(access_token=Secret(demo.PREMIUM_OWNER.key))
    assert {place.external_id for place in found} == set(demo.CLIENTS)


@pytest.mark.parametrize("word", ["401", "403"])
def test_a_key_of_another_data_centre_or_an_unknown_one_is_refused(
    town: World, wire: Listening, now: datetime, word: str
) -> None:
    town.switches.set({"mailchimp.wrong_dc": word})
    for key in (demo.OWNER.key.replace("-us19", "-us6"), "f" * 32 + "-us19"):
        with pytest.raises(ReconnectRequired) as refusal:
            get_connector("mailchimp").connect_with_key(key=Secret(key), now=now)
        assert refusal.value.connection_ended
        assert key not in str(refusal.value)


def test_who_may_only_read_is_told_so_at_each_audience(wire: Listening) -> None:
    blank = get_connector("mailchimp")
    assert all("viewer" in place.obstacle for place in blank.fetch_accounts(access_token=Secret(demo.VIEWER.key)))
    assert all(not place.obstacle for place in blank.fetch_accounts(access_token=Secret(demo.AUTHOR.key)))


# --- publishing ---------------------------------------------------------------------------------------------------------


def test_a_text_is_sent_once_to_its_audience_after_the_checklist(
    greta: MailchimpConnector, town: World, wire: Listening
) -> None:
    journal = MemoryJournal()
    published = greta.publish(mail(preview_text="Hot ones", from_name="Greta"), LETTER, journal)
    assert isinstance(published, Published)
    assert published.permalink.startswith("https://")
    found = campaign(town, published)
    assert mailings(town, campaign=found.id) == 1
    assert found.settings["subject_line"] == "Beans ☕"
    assert found.settings["preview_text"] == "Hot ones"
    assert found.settings["from_name"] == "Greta"
    assert found.settings["reply_to"] == "post@grossmann-kaffee.test"
    assert journal.notes["mark"] in found.settings["title"]
    assert "The *new* beans &lt;are&gt; here &amp; hot." in found.html
    assert "*|UNSUB|*" in found.html
    assert "The *new* beans <are> here & hot." in found.plain_text
    calls = wire.calls()
    checklist, status, send = (
        calls.index(f"{verb} /campaigns/{found.id}{path}")
        for verb, path in (("GET", "/send-checklist"), ("GET", ""), ("POST", "/actions/send"))
    )
    assert checklist < status < send == len(calls) - 1
    assert journal.told.index("note campaign") < journal.told.index("announce send")
    assert journal.told[-1] == "last moment"


def test_images_go_to_the_file_manager_once_and_stand_in_the_mail(
    greta: MailchimpConnector, town: World, trouble: Trouble
) -> None:
    content = replace(mail(), media=(image(), image((9, 9, 9))), link="https://grossmann-kaffee.test/shop?a=1&b=2")
    journal = MemoryJournal()
    trouble("http_status", status=500, **CONTENT)
    with pytest.raises(OutcomeUnknown):
        greta.publish(content, LETTER, journal)
    published = greta.publish(content, LETTER, journal)
    assert isinstance(published, Published)
    files = list(town.mailchimp.state.files)
    assert len(files) == 2
    html = campaign(town, published).html
    for key in [name for name in journal.notes if name.startswith("file:")]:
        assert f'src="{journal.notes[key]}"' in html
    assert 'alt="A cup"' in html
    assert 'href="https://grossmann-kaffee.test/shop?a=1&amp;b=2"' in html


def test_a_picture_that_mail_programs_do_not_show_goes_as_a_jpeg(
    alone: MailchimpConnector, answers: responses.RequestsMock
) -> None:
    answers.post(f"{ROOT}/file-manager/files", json={"full_size_url": "https://mcusercontent.com/1.jpg"})
    answers.get(f"{ROOT}/verified-domains", json={"domains": []})
    answers.post(f"{ROOT}/campaigns", json={"id": "1", "status": "save"})
    answers.put(f"{ROOT}/campaigns/1/content", json={})
    webp = Attachment(MemoryFile(content_type="image/webp", name="picture.webp"))
    alone.publish(replace(mail(delivery="draft"), media=(webp,)), LETTER, MemoryJournal())
    (upload,) = [
        json.loads(call.request.body or "") for call in answers.calls if "file-manager" in str(call.request.url)
    ]
    assert upload["name"] == "picture.jpg"
    assert base64.b64decode(upload["file_data"]).startswith(b"\xff\xd8")


def test_html_template_and_plain_text_are_sent_as_their_author_made_them(
    greta: MailchimpConnector, town: World
) -> None:
    own = '<html><body><img src="media:1"><a href="https://x.test/?e=*|EMAIL|*">x</a> <a href="*|UNSUB|*">u</a></body></html>'
    html = campaign(town, sent(greta, replace(mail(format="html", html=own), media=(image(),)))).html
    assert "media:1" not in html
    assert 'href="https://x.test/?e=*|EMAIL|*"' in html
    sections = {"headline": "Neu", "body": "<p>Heute</p>"}
    template = campaign(
        town, sent(greta, mail(format="template", template_id=demo.MINIMAL_TEMPLATE, template_sections=sections))
    )
    assert "Neu" in template.html
    assert "<p>Heute</p>" in template.html
    plain = campaign(town, sent(greta, mail("Nur Text", format="plain_text")))
    assert plain.type == "plaintext"
    assert plain.plain_text.startswith("Nur Text")
    assert "*|UNSUB|*" in plain.plain_text


@pytest.mark.parametrize(
    ("said", "readers"),
    [
        ({"segment_id": demo.CUPPING_SEGMENT}, 1),
        ({"tag_ids": [demo.WINTER_TAG]}, 4),
        ({"tag_ids": [demo.WINTER_TAG, demo.WHOLESALE_TAG], "tag_match": "any"}, 4),
    ],
)
def test_a_mail_goes_to_a_segment_or_to_tags(
    greta: MailchimpConnector, town: World, said: dict[str, Any], readers: int
) -> None:
    published = sent(greta, mail(**said))
    told = town.mailchimp.levers()[("GET", "mails")]({"campaign": published.external_id})
    assert told["mails"] == readers


def test_mailchimp_sends_at_its_hour_what_is_scheduled(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller
) -> None:
    published = sent(greta, mail(delivery="scheduled", schedule_time="2026-11-22T11:15:00+01:00"))
    assert "10:15" in published.note
    assert "admin.mailchimp.com" in published.permalink
    assert mailings(town) == 0
    assert greta.look_after(published.external_id, LETTER, {}, now=datetime.now(UTC)).state is LiveState.PENDING
    hands.shift(timedelta(hours=2))
    town.run_errands()
    assert mailings(town, campaign=published.external_id) == 1
    hands.shift(timedelta(minutes=1))
    standing = greta.look_after(published.external_id, LETTER, {}, now=datetime.now(UTC))
    assert standing.state is LiveState.LIVE
    assert standing.permalink.startswith("https://")


def test_a_draft_is_left_as_one(greta: MailchimpConnector, town: World) -> None:
    published = sent(greta, mail(delivery="draft"))
    assert "draft" in published.note
    assert campaign(town, published).status == "save"
    assert mailings(town) == 0


def test_tracking_is_what_its_author_wants(greta: MailchimpConnector, town: World) -> None:
    made = campaign(
        town, sent(greta, mail(track_opens=False, track_clicks=False, google_analytics="spring", delivery="draft"))
    )
    assert made.tracking["opens"] is False
    assert made.tracking["html_clicks"] is False
    assert made.tracking["google_analytics"] == "spring"


# --- crashes and lost answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    ["note mark", "note _creating", "note campaign", "note file:", "note _sending", "announce send", "last moment"],
)
def test_a_worker_killed_at_any_step_leaves_one_campaign_and_one_mailing(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller, step: str
) -> None:
    journal = MemoryJournal(dies_after=step)
    content = replace(mail(), media=(image(),))
    with pytest.raises(WorkerDied):
        greta.publish(content, LETTER, journal)
    hands.shift(timedelta(seconds=100))
    through(hands, greta, content, journal)
    assert mailings(town) == 1
    assert len(drafts(town)) == 1


@pytest.mark.parametrize("lag", [0, 60])
def test_a_draft_whose_answer_was_lost_is_found_by_its_mark_and_not_made_twice(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller, trouble: Trouble, lag: int
) -> None:
    town.switches.set({"mailchimp.list_lag_s": lag})
    trouble("lost_after_success", **CREATE)
    journal = MemoryJournal()
    with pytest.raises(OutcomeUnknown):
        greta.publish(mail(), LETTER, journal)
    assert not any(told.startswith("announce") for told in journal.told), "a draft is nobody's mail"
    hands.shift(timedelta(seconds=1))
    through(hands, greta, mail(), journal)
    assert len(drafts(town)) == 1
    assert mailings(town) == 1


def test_a_draft_that_surely_never_arrived_is_made_again_after_its_time(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller, trouble: Trouble
) -> None:
    trouble("lost_before", **CREATE)
    journal = MemoryJournal()
    with pytest.raises(OutcomeUnknown):
        greta.publish(mail(), LETTER, journal)
    hands.shift(timedelta(seconds=5))
    assert isinstance(greta.publish(mail(), LETTER, journal), Processing)
    through(hands, greta, mail(), journal)
    assert mailings(town) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost_after_success"},
        {"kind": "error_after_success", "status": 502},
        {"kind": "error_after_success", "status": 500},
        {"kind": "slow_after", "delay_s": 130},
    ],
)
def test_a_mailing_whose_answer_was_lost_is_found_by_its_status(
    greta: MailchimpConnector, town: World, trouble: Trouble, fault: dict[str, Any]
) -> None:
    trouble(**fault, **SEND)
    journal = MemoryJournal(begun=START)
    with pytest.raises(OutcomeUnknown):
        greta.publish(mail(), LETTER, journal)
    found = greta.find_published(mail(), LETTER, journal, now=START + timedelta(seconds=30))
    assert isinstance(found, Published)
    assert greta.publish(mail(), LETTER, journal) == found, "even a worker that does not look sends nothing twice"
    assert mailings(town) == 1


def test_a_mailing_that_never_left_is_surely_not_there_only_after_mailchimps_own_patience(
    greta: MailchimpConnector, town: World, trouble: Trouble
) -> None:
    trouble("lost_before", **SEND)
    journal = MemoryJournal(begun=START)
    with pytest.raises(OutcomeUnknown):
        greta.publish(mail(), LETTER, journal)

    def look(seconds: float) -> object:
        return greta.find_published(mail(), LETTER, journal, now=START + timedelta(seconds=seconds))

    assert look(30) == NotThere(final=False)
    assert look(settings.MAILCHIMP_SETTLE.total_seconds()) == NotThere(final=True)
    assert isinstance(greta.publish(mail(), LETTER, journal), Published)
    assert mailings(town) == 1
    assert len(drafts(town)) == 1


def test_a_schedule_whose_answer_was_lost_is_found(greta: MailchimpConnector, town: World, trouble: Trouble) -> None:
    trouble("lost_after_success", **SCHEDULE)
    journal = MemoryJournal(begun=START)
    content = mail(delivery="scheduled", schedule_time=in_an_hour())
    with pytest.raises(OutcomeUnknown):
        greta.publish(content, LETTER, journal)
    found = greta.find_published(content, LETTER, journal, now=START)
    assert isinstance(found, Published)
    assert "10:15" in found.note


def test_a_send_that_is_refused_although_it_had_left_counts_as_sent(
    greta: MailchimpConnector, town: World, trouble: Trouble
) -> None:
    """The edge repeats a call behind our back: the second is refused, and the first had been heard."""
    trouble("error_after_success", error={"code": "InvalidAction"}, **SEND)
    assert isinstance(greta.publish(mail(), LETTER, MemoryJournal()), Published)
    assert mailings(town) == 1


def test_a_campaign_deleted_before_it_was_sent_is_made_anew_and_one_deleted_after_is_nobodys_guess(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller, trouble: Trouble
) -> None:
    journal = MemoryJournal(begun=START, dies_after="note campaign")
    with pytest.raises(WorkerDied):
        greta.publish(mail(), LETTER, journal)
    greta.perform("delete", journal.notes["campaign"]["id"], {}, LETTER, now=START)
    published = through(hands, greta, mail(), journal)
    assert mailings(town, campaign=published.external_id) == 1
    trouble("lost_before", **SEND)
    other = MemoryJournal(begun=START)
    with pytest.raises(OutcomeUnknown):
        greta.publish(mail(), LETTER, other)
    greta.perform("delete", other.notes["campaign"]["id"], {}, LETTER, now=START)
    assert isinstance(greta.find_published(mail(), LETTER, other, now=START), CannotTell)
    with pytest.raises(ContentRejected, match="deleted"):
        greta.publish(mail(), LETTER, other)
    assert mailings(town) == 1


def test_what_its_author_changed_meanwhile_is_changed_in_the_draft(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller
) -> None:
    journal = MemoryJournal(dies_after="note _sending")
    with pytest.raises(WorkerDied):
        greta.publish(mail(), LETTER, journal)
    again = Content("Other words", settings={"subject": "Other", "tag_ids": [demo.WINTER_TAG]})
    published = through(hands, greta, again, journal)
    made = campaign(town, published)
    assert made.settings["subject_line"] == "Other"
    assert "Other words" in made.html
    assert town.mailchimp.levers()[("GET", "mails")]({"campaign": made.id})["mails"] == 4


def test_a_mail_turned_into_plain_text_takes_the_place_of_its_draft(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller
) -> None:
    journal = MemoryJournal(dies_after="note _sending")
    with pytest.raises(WorkerDied):
        greta.publish(mail(), LETTER, journal)
    published = through(hands, greta, mail(format="plain_text"), journal)
    assert campaign(town, published).type == "plaintext"
    assert len(drafts(town)) == 1


# --- refusals ----------------------------------------------------------------------------------------------------------------


def test_what_mailchimp_would_not_send_is_told_in_its_checklists_words_and_not_sent(
    greta: MailchimpConnector, town: World
) -> None:
    empty = replace(LETTER, external_id=demo.BEANS)
    with pytest.raises(ContentRejected) as refusal:
        greta.publish(mail(), empty, MemoryJournal())
    assert "not ready to send" in refusal.value.cause
    assert len(refusal.value.cause) > 60, "a reason is named"
    assert mailings(town) == 0


@pytest.mark.parametrize("sender", ["greta@neu.grossmann-kaffee.test", "greta@elsewhere.test"])
def test_a_sender_whose_domain_is_not_verified_is_refused_before_a_draft_is_made(
    greta: MailchimpConnector, town: World, sender: str
) -> None:
    with pytest.raises(ContentRejected, match="not verified"):
        greta.publish(mail(reply_to=sender), LETTER, MemoryJournal())
    assert drafts(town) == []


def test_an_audience_without_a_sender_says_so_before_any_call(greta: MailchimpConnector, wire: Listening) -> None:
    with pytest.raises(ContentRejected, match="reply-to"):
        greta.publish(mail(), replace(LETTER, facts={}), MemoryJournal())
    assert wire.heard == []


@pytest.mark.parametrize("word", ["400", "403"])
def test_a_plan_that_schedules_nothing_is_told_with_what_helps(town: World, wire: Listening, word: str) -> None:
    town.switches.set({"mailchimp.plan_refusal": word})
    lucie = holding(demo.FREE_OWNER.key)
    with pytest.raises((ContentRejected, ReconnectRequired)) as refusal:
        lucie.publish(mail(delivery="scheduled", schedule_time=in_an_hour()), READERS, MemoryJournal())
    assert "plan" in f"{refusal.value.cause} {refusal.value.remedy}"
    assert mailings(town) == 0


def test_an_author_may_draft_and_not_send(town: World, wire: Listening) -> None:
    tomasz = holding(demo.AUTHOR.key)
    target = replace(LETTER, facts={**LETTER.facts, "login_id": str(demo.TOMASZ)})
    assert isinstance(tomasz.publish(mail(delivery="draft"), target, MemoryJournal()), Published)
    with pytest.raises(ReconnectRequired) as refusal:
        tomasz.publish(mail(), target, MemoryJournal())
    assert not refusal.value.connection_ended
    assert "role" in refusal.value.cause
    assert mailings(town) == 0


def test_a_moment_that_passed_while_the_job_waited_is_refused_before_a_draft_is_made(
    greta: MailchimpConnector, town: World
) -> None:
    with pytest.raises(ContentRejected, match="past"):
        greta.publish(mail(delivery="scheduled", schedule_time="2026-11-22T09:00:00+00:00"), LETTER, MemoryJournal())
    assert drafts(town) == []


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("TooManyRequests", RateLimited),
        ("Throttled", RateLimited),
        ("AkamaiBlocked", RateLimited),
        ("InternalServerError", OutcomeUnknown),
    ],
)
def test_trouble_before_the_work_is_told_as_it_is(
    greta: MailchimpConnector, town: World, trouble: Trouble, code: str, error: type[Exception]
) -> None:
    trouble("platform_error", error={"code": code}, **SEND)
    journal = MemoryJournal()
    with pytest.raises(error):
        greta.publish(mail(), LETTER, journal)
    assert mailings(town) == 0


def test_calls_beyond_ten_of_one_user_are_waited_out_longer_each_time(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller
) -> None:
    town.switches.set({"mailchimp.busy_connections": 10})
    waits = []
    for _ in range(3):
        with pytest.raises(RateLimited) as refusal:
            greta.fetch_segments(LETTER)
        assert refusal.value.retry_after is not None
        waits.append(refusal.value.retry_after.total_seconds())
        hands.shift(refusal.value.retry_after + timedelta(seconds=1))
    assert waits == [2, 4, 8]


def test_a_deleted_key_ends_the_connection(greta: MailchimpConnector, town: World) -> None:
    town.mailchimp.revoke({"user": str(demo.GRETA)})
    with pytest.raises(ReconnectRequired) as refusal:
        greta.publish(mail(), LETTER, MemoryJournal())
    assert refusal.value.connection_ended


def test_an_unreachable_mailchimp_is_no_reason_to_despair(greta: MailchimpConnector, trouble: Trouble) -> None:
    trouble("lost_before", method="GET", path="*/segments")
    with pytest.raises(TransientError):
        greta.fetch_segments(LETTER)
