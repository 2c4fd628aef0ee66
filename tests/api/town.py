"""A hub with an account on every platform and something of each kind in it: what the tests of the API talk to."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from sandbox import pictures
from tests.journeys.hub import ROOT, Hub, wait_for
from tests.media.making import picture

REST = {"published", "failed", "dlq", "cancelled"}


class Town:
    """A hub whose demo tenant has accounts on all five platforms, connected the way the quickstart does it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.email, self.password, self.key = hub.credentials()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.key}"

    @property
    def variables(self) -> dict[str, str]:
        """What somebody who follows the documents has set in a shell."""
        named = {"HUB": self.hub.url, "SANDBOX_URL": self.hub.sandbox, "KEY": self.key}
        return {**named, "EMAIL": self.email, "PASSWORD": self.password}

    def connect(self) -> str:
        """Connect an account everywhere and return what the program said."""
        done = subprocess.run(
            [sys.executable, "examples/connect_sandbox.py"],
            cwd=ROOT, env=self.variables, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, method: str, path: str, **said: Any) -> Any:
        """Call the API and return what it answers; a refusal fails."""
        answer = self.session.request(method, f"{self.hub.url}/api/{path}", timeout=60, **said)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def places(self) -> dict[str, str]:
        """Return an id of a place of every kind."""
        found = self.call("GET", "destinations/?enabled=true&limit=100")["results"]
        return {place["kind"]: place["id"] for place in found}

    def publish(self, text: str, *places: str, **said: Any) -> dict[str, Any]:
        """Publish and return the post."""
        post: dict[str, Any] = self.call("POST", "publish", json={"text": text, "destinations": list(places), **said})
        return post

    def furnish(self) -> dict[str, list[str]]:
        """Make something of everything: ids by the first part of an address."""
        places = self.places()
        page, member = places["facebook_page"], places["linkedin_member"]
        files = {"file": ("photo.jpg", picture(size=(1080, 1080)))}
        media = self.call("POST", "media/", files=files)["id"]
        more = {"file": ("film.mp4", pictures.mp4(1080, 1920, 12))}
        film = self.call("POST", "media/", files=more)["id"]
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "1000"}
        upload = self.call("POST", "media/uploads/", headers=headers)["id"]
        later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
        posts = [
            self.publish("Hello everybody", page, member, media=[{"id": media}]),
            self.publish("For later", page, member, publish_at=later),
            self.publish("Come in", places["google_business_location"], first_comment="Or not"),
        ]
        # The platform refuses this one for good, so that there is a dead letter.
        fault = {"preset": "meta-abusive"}
        requests.post(f"{self.hub.sandbox}/_sandbox/faults", json=fault, timeout=10).raise_for_status()
        posts.append(self.publish("Refused", page))
        jobs = [job["id"] for post in posts for job in post["jobs"]]
        moving = [job["id"] for post in (posts[0], posts[2], posts[3]) for job in post["jobs"]]
        wait_for("rest", lambda: all(self.call("GET", f"jobs/{job}/")["state"] in REST for job in moving))
        letters = [one["id"] for one in self.call("GET", "dead-letters/")["results"]]
        connections = [one["id"] for one in self.call("GET", "connections/")["results"]]
        return {
            **self.people_and_links(),
            "posts": [post["id"] for post in posts],
            "jobs": jobs,
            "dead-letters": letters,
            "connections": connections,
            "destinations": list(places.values()),
            "media": [media, film],
            "uploads": [upload],
        }

    def people_and_links(self) -> dict[str, list[str]]:
        """Make what client apps and people come in by, and what they are told by; ids by the first part of an address."""
        key = self.call("POST", "api-keys/", json={"name": "Another", "scopes": ["posts:read"]})
        origin = self.call("POST", "return-origins/", json={"origin": "https://app.example.com"})
        link = self.call("POST", "connect-links/", json={"platforms": ["meta"]})
        invitation = self.call("POST", "invitations/", json={"email": "new@example.com", "role": "viewer"})
        # Nobody listens there: what is told to it fails, and its deliveries have a story.
        endpoint = self.call("POST", "webhook-endpoints/", json={"url": "http://127.0.0.1:9/hook"})
        self.call("POST", f"webhook-endpoints/{endpoint['id']}/ping/")
        wait_for("a delivery", lambda: self.call("GET", "webhook-deliveries/")["results"])
        found = {
            "events": [one["id"] for one in self.call("GET", "events/")["results"]],
            "webhook-deliveries": [one["id"] for one in self.call("GET", "webhook-deliveries/")["results"]],
        }
        made = {"api-keys": key, "return-origins": origin, "connect-links": link, "invitations": invitation}
        return found | {name: [one["id"]] for name, one in made.items()} | {"webhook-endpoints": [endpoint["id"]]}
