"""Mailchimp on a port: real connections at once, real waits, and a world that outlives its process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import requests

from sandbox.mailchimp import demo
from tests.sandbox.mailchimp.hub import Hub
from tests.sandbox.running import Running


def _hub(one: Running, key: str = demo.OWNER.key) -> Hub:
    return Hub(requests.Session(), key, f"{one.url}/us19.api.mailchimp.com/3.0")


def test_the_eleventh_call_at_once_of_one_person_is_turned_away(one: Running) -> None:
    requests.post(f"{one.url}/_sandbox/switches", json={"latency_ms": 900}, timeout=5)
    seen: list[int] = []
    keys = [demo.OWNER.key, demo.PREMIUM_ADMIN.key] * 6

    def call(key: str) -> None:
        seen.append(_hub(one, key).call("GET", "/ping").status_code)

    threads = [threading.Thread(target=call, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    other = _hub(one, demo.MANAGER.key).call("GET", "/ping").status_code
    for thread in threads:
        thread.join(timeout=20)
    # Greta's two keys share her ten places; İbrahim has his own.
    assert (sorted(seen), other) == ([200] * 10 + [429] * 2, 200)
    requests.post(f"{one.url}/_sandbox/switches", json={"latency_ms": None}, timeout=5)
    assert _hub(one).call("GET", "/ping").status_code == 200


def test_addresses_in_answers_come_back_in_the_callers_form(one: Running) -> None:
    hub = _hub(one)
    campaign = hub.ready()
    assert hub.act(campaign, "send").status_code == 204
    told = hub.get(f"/campaigns/{campaign}")
    assert told["archive_url"].startswith(f"{one.url}/mailchi.mp/")
    assert "Neue" in requests.get(told["archive_url"], timeout=5).text
    feed = requests.get(f"{one.url}/_sandbox/posts", params={"platform": "mailchimp"}, timeout=5).json()
    assert [post["destination_name"] for post in feed["posts"]] == ["Rösterei-Brief"]
    moved = hub.call("GET", "")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{one.url}/us19.api.mailchimp.com/3.0/")


def test_a_campaign_under_way_is_finished_after_a_kill(running: Callable[..., Running], tmp_path: Path) -> None:
    state = tmp_path / "town.db"
    first = running("--state", str(state))
    key = requests.post(f"{first.url}/_sandbox/mailchimp/consent", json={}, timeout=5).json()["key"]
    hub = _hub(first, key)
    campaign = hub.ready()
    hub.act(campaign, "send")
    hub.add(demo.LETTER, "new@posteo.test")
    first.end()
    second = running("--state", str(state))
    again = _hub(second, key)
    requests.post(f"{second.url}/_sandbox/clock", json={"advance_s": 60}, timeout=5)
    assert again.get(f"/campaigns/{campaign}", fields="status,emails_sent") == {"status": "sent", "emails_sent": 12}
    assert again.get(f"/lists/{demo.LETTER}/members/new@posteo.test", fields="status") == {"status": "subscribed"}
    mails = requests.get(f"{second.url}/_sandbox/mailchimp/mails", params={"campaign": campaign}, timeout=5).json()
    assert (mails["mailings"], mails["mails"]) == (1, 12)
