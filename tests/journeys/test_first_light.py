"""From a fresh data directory to a published post, in processes of their own; then with every plug pulled."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.hub import Browser, Hub, free_port, listening, wait_for


@pytest.fixture
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    # A short lease keeps the test short; the order of things is the same.
    fresh = bool(getattr(request, "param", False))
    with Hub(tmp_path / "var", fresh=fresh, PUBLISH_LANDING_SECONDS="1") as hub:
        hub.wait_until_ready()
        yield hub


def connected(hub: Hub) -> tuple[Browser, dict[str, str], list[dict[str, Any]]]:
    """Sign in, connect the sandbox's first person, choose every Page that can be; return browser, API headers, places."""
    email, password, key = hub.credentials()
    browser = Browser()
    browser.open(hub.url)
    browser.submit("sign-in", email=email, password=password)
    browser.open(f"{hub.url}/api/oauth/meta/start")
    assert browser.url.startswith(hub.sandbox), browser.url
    browser.submit("dialog/oauth", decision="allow")
    assert "/destinations" in browser.url, browser.page[:3000]
    chosen = re.findall(r'name="destination"[^>]*value="([0-9a-f-]{36})"', browser.page)
    chosen += re.findall(r'value="([0-9a-f-]{36})"[^>]*name="destination"', browser.page)
    headers = {"Authorization": f"Bearer {key}"}
    places = requests.get(f"{hub.url}/api/destinations/", headers=headers, timeout=10).json()["results"]
    possible = [place["id"] for place in places if place["kind"] == "facebook_page" and not place["obstacle"]]
    browser.submit("/destinations", destination=possible)
    places = requests.get(f"{hub.url}/api/destinations/?enabled=true", headers=headers, timeout=10).json()["results"]
    assert {place["id"] for place in places} == set(possible)
    return browser, headers, places


def publish(hub: Hub, headers: dict[str, str], place: dict[str, Any], text: str) -> str:
    """Publish by API and return the job's address."""
    body = {"text": text, "destinations": [place["id"]]}
    answer = requests.post(
        f"{hub.url}/api/publish", json=body, headers={**headers, "Idempotency-Key": text}, timeout=10
    )
    assert answer.status_code == 202, answer.text
    return f"{hub.url}/api/jobs/{answer.json()['jobs'][0]['id']}/"


def state_of(job: str, headers: dict[str, str]) -> str:
    state: str = requests.get(job, headers=headers, timeout=10).json()["state"]
    return state


@pytest.mark.parametrize("hub", [True], indirect=True, ids=["on a machine that has nothing"])
def test_a_newcomer_publishes_by_page_and_by_api_and_sees_it_in_the_feed(hub: Hub) -> None:
    browser, headers, places = connected(hub)

    job = publish(hub, headers, places[0], "Hello by API")
    wait_for("publishing by API", lambda: state_of(job, headers) == "published")

    browser.open(f"{hub.url}/compose")
    browser.submit("compose", text="Hello by page", destination=[places[0]["id"]], when="now", action="publish")
    assert "/jobs/" in browser.url, browser.page[:3000]
    wait_for("publishing by page", lambda: browser.open(browser.url).sees("Published"))
    assert browser.sees("Hello by page")
    assert browser.sees("Announced")

    feed = Browser().open(f"{hub.sandbox}/_sandbox/")
    assert feed.sees("Hello by API")
    assert feed.sees("Hello by page")
    for private in hub.credentials()[1:]:
        assert private not in feed.page + browser.page


def test_a_hub_killed_between_the_platforms_accept_and_our_record_publishes_once(hub: Hub) -> None:
    _, headers, places = connected(hub)
    fault = {"kind": "slow_after", "delay_s": 600, "host": "graph.facebook.com", "method": "POST", "path": "*/feed"}
    requests.post(f"{hub.sandbox}/_sandbox/faults", json=fault, timeout=5).raise_for_status()
    job = publish(hub, headers, places[0], "Killed in between")
    wait_for("the platform's accept", lambda: hub.posts("Killed in between") == 1)
    hub.kill()
    assert not listening(hub.port)

    hub.start()
    hub.wait_until_ready()
    wait_for("reconciliation", lambda: state_of(job, headers) == "published")
    assert hub.posts("Killed in between") == 1
    purposes = [attempt["purpose"] for attempt in requests.get(job, headers=headers, timeout=10).json()["attempts"]]
    assert purposes == ["publish", "reconcile"]


def test_ctrl_c_ends_every_process_and_a_second_start_goes_on_with_the_same_data(hub: Hub) -> None:
    assert hub.interrupt() == 0
    assert not listening(hub.port)
    wait_for("the end of the sandbox", lambda: not listening(hub.sandbox_port), patience=5)
    _, _, key = hub.credentials()
    hub.start()
    hub.wait_until_ready()
    answer = requests.get(f"{hub.url}/api/connections/", headers={"Authorization": f"Bearer {key}"}, timeout=10)
    assert answer.status_code == 200
    assert hub.said().count("API key") == 1


def test_what_is_secret_is_written_for_the_owner_only(hub: Hub) -> None:
    for name in ("vault-master-key", "secret-key"):
        assert (hub.var / name).stat().st_mode & 0o777 == 0o600
    assert (hub.var / "vault-master-key").read_text().strip() not in hub.said()
    assert "mode 600" in hub.said()


def test_a_second_hub_on_the_same_data_is_refused_with_a_remedy(hub: Hub) -> None:
    other = Hub(hub.var)
    other.log = hub.var.parent / "other.log"
    other.start()
    assert other.end() == 2
    assert "running already" in other.said()


def test_a_taken_port_is_told_with_a_remedy(hub: Hub, tmp_path: Path) -> None:
    other = Hub(tmp_path / "elsewhere")
    other.port = hub.port
    other.start()
    assert other.end() == 2
    assert f"Port {hub.port}" in other.said()
    assert "PORT=" in other.said()
    assert "Traceback" not in other.said()


def test_a_wrong_master_key_is_told_at_start_with_a_remedy(hub: Hub) -> None:
    hub.kill()
    (hub.var / "vault-master-key").write_text("another-key-that-is-long-enough-0123456789\n")
    hub.start()
    assert hub.end() == 2
    assert "not the one this database was sealed with" in hub.said()
    assert "Traceback" not in hub.said()


def test_publishing_to_a_sandbox_that_is_down_waits_and_then_goes_through(tmp_path: Path) -> None:
    with Hub(tmp_path / "var", PUBLISH_LANDING_SECONDS="1") as hub:
        hub.wait_until_ready()
        _, headers, places = connected(hub)
        working = hub.sandbox_port
        hub.kill()
        hub.settings["PLATFORM_GATEWAY_URL"] = f"http://127.0.0.1:{free_port()}"
        hub.start()
        hub.wait_until_ready()
        job = publish(hub, headers, places[0], "Once it is back")
        wait_for("a first failed try", lambda: state_of(job, headers) == "retrying")
        told = requests.get(job, headers=headers, timeout=10).json()["error"]
        assert "could not be reached" in told["cause"]
        hub.kill()
        hub.settings["PLATFORM_GATEWAY_URL"] = f"http://127.0.0.1:{working}"
        hub.start()
        hub.wait_until_ready()
        wait_for("publishing", lambda: state_of(job, headers) == "published")
