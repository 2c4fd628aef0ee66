"""What a connector does at Mailchimp, in a few lines, over any session and any base address."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.fetching import Errand, Fetched
from sandbox.mailchimp import demo

API = "https://us19.api.mailchimp.com/3.0"
FREE_API = "https://us6.api.mailchimp.com/3.0"
ADMIN = "https://us19.admin.mailchimp.com"
CONTROL = "http://127.0.0.1:8801/_sandbox"
LISTENER = "http://127.0.0.1:8000/webhooks/mailchimp/1/secret/"
SENDER = "post@grossmann-kaffee.test"
HTML = '<h1>Hallo *|FNAME|*</h1><p>Neue <a href="https://kaffee.test/ernte?a=1">Ernte</a>.</p>'


class Hub:
    """Call the API with one key."""

    def __init__(self, session: requests.Session, key: str = demo.OWNER.key, base: str = API) -> None:
        self.session = session
        self.key = key
        self.base = base

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Make one call."""
        kwargs.setdefault("timeout", 10)
        kwargs.setdefault("auth", ("anystring", self.key))
        return self.session.request(method, f"{self.base}{path}", allow_redirects=False, **kwargs)

    def get(self, path: str, **params: str | int) -> dict[str, Any]:
        """Read something that is there."""
        answer = self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def add(self, list_id: str, email: str, status: str = "subscribed", **more: Any) -> requests.Response:
        """Put somebody on a list."""
        body = {"email_address": email, "status": status, **more}
        return self.call("POST", f"/lists/{list_id}/members", json=body)

    def draft(self, list_id: str = demo.LETTER, **settings: Any) -> str:
        """Make a campaign with everything but its content."""
        wanted = {"subject_line": "Neue Ernte", "title": "Neue Ernte [hub:1]", "from_name": "Greta", "reply_to": SENDER}
        body = {"type": "regular", "recipients": {"list_id": list_id}, "settings": {**wanted, **settings}}
        answer = self.call("POST", "/campaigns", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def ready(self, list_id: str = demo.LETTER, html: str = HTML, **settings: Any) -> str:
        """Make a campaign that can be sent."""
        campaign = self.draft(list_id, **settings)
        answer = self.call("PUT", f"/campaigns/{campaign}/content", json={"html": html})
        assert answer.status_code == 200, answer.text
        return campaign

    def act(self, campaign: str, action: str, **body: Any) -> requests.Response:
        """Do something with a campaign."""
        return self.call("POST", f"/campaigns/{campaign}/actions/{action}", json=body or None)

    def status(self, campaign: str) -> str:
        """Tell the state of a campaign."""
        return str(self.get(f"/campaigns/{campaign}", fields="status")["status"])


class Receiver:
    """Stand at the end of the sandbox's wire, in place of the network."""

    def __init__(self) -> None:
        self.got: list[Errand] = []
        self.checked: list[Errand] = []
        self.status = 200
        self.check_status = 200

    def fetch(self, errand: Errand) -> Fetched:
        if errand.method == "GET":
            self.checked.append(errand)
            return Fetched(self.check_status)
        self.got.append(errand)
        return Fetched(self.status) if self.status else Fetched(problem="it took too long")


def told(answer: requests.Response) -> tuple[int, str, str]:
    """Return the status, title and detail of a refusal."""
    body = answer.json()
    return answer.status_code, body["title"], body["detail"]
