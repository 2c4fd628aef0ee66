"""What a connector does on Google Business Profile, in a few lines, over any session and any base address."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.google_business import demo, hosts

CONTROL = "http://127.0.0.1:8801/_sandbox"
CALLBACK = demo.REDIRECT_URIS[0]
SECRETS = {demo.DEFAULT_APP_ID: demo.DEFAULT_APP_SECRET, demo.NEW_APP_ID: demo.NEW_APP_SECRET}
BAKERY = f"accounts/{demo.BAKERIES}/locations/{demo.BAKERY}"
CAFE = f"accounts/{demo.INES_ACCOUNT}/locations/{demo.CAFE}"
PHOTO = "https://media.sandbox.example/1200x900.jpg"
SCHEDULE = {
    "startDate": {"year": 2026, "month": 12, "day": 4},
    "startTime": {"hours": 19, "minutes": 0, "seconds": 0, "nanos": 0},
    "endDate": {"year": 2026, "month": 12, "day": 4},
    "endTime": {"hours": 22, "minutes": 30},
}


class Hub:
    """Do what a connector does; with a base all hosts are prefixes below it."""

    def __init__(self, session: requests.Session, base: str = "") -> None:
        self.session = session
        self.base = base

    def url(self, host: str, path: str) -> str:
        """Write an address."""
        return f"{self.base}/{host}{path}" if self.base else f"https://{host}{path}"

    def token_form(self, app_id: str = demo.DEFAULT_APP_ID, **form: str) -> requests.Response:
        """Call the token endpoint."""
        client = {"client_id": app_id, "client_secret": SECRETS[app_id]}
        return self.session.post(self.url(hosts.OAUTH, "/token"), data=client | form, timeout=10)

    def redeem(self, code: str, app_id: str = demo.DEFAULT_APP_ID, **more: str) -> requests.Response:
        """Exchange a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.token_form(app_id, **(form | more))

    def refresh(self, refresh_token: str, app_id: str = demo.DEFAULT_APP_ID) -> requests.Response:
        """Exchange a refresh token."""
        return self.token_form(app_id, grant_type="refresh_token", refresh_token=refresh_token)

    def call(self, method: str, host: str, path: str, token: str = "", **kwargs: Any) -> requests.Response:
        """Call an API with a bearer token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.session.request(method, self.url(host, path), headers=headers, timeout=10, **kwargs)

    def publish(self, token: str, summary: str = "", where: str = BAKERY, **more: Any) -> requests.Response:
        """Publish a post, a standard one unless it is said."""
        body = {"languageCode": "pt", "summary": summary, "topicType": "STANDARD", **more}
        return self.call("POST", hosts.POSTS, f"/v4/{where}/localPosts", token, json=body)

    def posts(self, token: str, where: str = BAKERY, **params: Any) -> list[dict[str, Any]]:
        """Return one page of the posts of a location."""
        answer = self.call("GET", hosts.POSTS, f"/v4/{where}/localPosts", token, params=params)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json().get("localPosts", [])
        return found

    def read(self, token: str, name: str) -> dict[str, Any]:
        """Read something of the older API by its name."""
        answer: dict[str, Any] = self.call("GET", hosts.POSTS, f"/v4/{name}", token).json()
        return answer


def photo(url: str = PHOTO) -> list[dict[str, str]]:
    """Write the media of a post."""
    return [{"mediaFormat": "PHOTO", "sourceUrl": url}]


def event(title: str = "Noite de jazz", **schedule: Any) -> dict[str, Any]:
    """Write an event."""
    return {"title": title, "schedule": {**SCHEDULE, **schedule}}


def error_of(response: requests.Response) -> tuple[int, str, str]:
    """Return status, word and reason of a refusal, whose envelope is checked on the way."""
    error = response.json()["error"]
    assert error["code"] == response.status_code
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    reasons = [detail["reason"] for detail in error.get("details", []) if "reason" in detail]
    return response.status_code, error["status"], reasons[0] if reasons else ""


def flaws_of(response: requests.Response) -> list[tuple[int, str]]:
    """Return code and field of every flaw the older API found in a post."""
    assert response.status_code == 400, response.text
    detail = response.json()["error"]["details"][0]
    assert detail["@type"] == "type.googleapis.com/google.mybusiness.v4.ValidationError"
    return [(flaw["code"], flaw.get("field", "")) for flaw in detail["errorDetails"]]


def violations_of(response: requests.Response) -> list[tuple[str, str]]:
    """Return field and description of everything the JSON reader or a newer API found wrong."""
    assert response.status_code == 400, response.text
    detail = response.json()["error"]["details"][0]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    return [(one.get("field", ""), one["description"]) for one in detail["fieldViolations"]]
