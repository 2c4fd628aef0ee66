"""What a connector does, in a few lines, over any session and any base address."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID, DEFAULT_APP_SECRET

GRAPH = "https://graph.facebook.com/v25.0"
APP_TOKEN = f"{DEFAULT_APP_ID}|{DEFAULT_APP_SECRET}"
CALLBACK = demo.REDIRECT_URIS[0]
SCOPES = [
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "pages_manage_engagement",
    "pages_read_user_content",
    "business_management",
]
# What the hub asks for: docs/platforms/meta.md 1.2.
THIRTEEN = [
    *SCOPES,
    "pages_manage_metadata",
    "pages_messaging",
    "read_insights",
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
]
CLIENT = {"client_id": DEFAULT_APP_ID, "client_secret": DEFAULT_APP_SECRET}


class Hub:
    """Do what a connector does, over any session and any base address."""

    def __init__(self, session: requests.Session, base: str = GRAPH) -> None:
        self.session = session
        self.base = base

    def call(self, method: str, path: str, token: str = "", **kwargs: Any) -> requests.Response:
        """Call the Graph API with a bearer token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        kwargs.setdefault("timeout", 10)
        return self.session.request(method, f"{self.base}{path}", headers=headers, **kwargs)

    def redeem(self, code: str, redirect_uri: str = CALLBACK) -> requests.Response:
        """Exchange a code."""
        return self.call("POST", "/oauth/access_token", data={**CLIENT, "code": code, "redirect_uri": redirect_uri})

    def lengthen(self, token: str) -> requests.Response:
        """Exchange a token for a long-lived one."""
        params = {**CLIENT, "grant_type": "fb_exchange_token", "fb_exchange_token": token}
        return self.call("GET", "/oauth/access_token", params=params)

    def long_lived(self, code: str) -> str:
        """Turn a code into a long-lived user token."""
        token: str = self.lengthen(self.redeem(code).json()["access_token"]).json()["access_token"]
        return token

    def page_token(self, user_token: str, page_id: str) -> str:
        """Read a Page's token by the Page's id."""
        token: str = self.call("GET", f"/{page_id}", user_token, params={"fields": "access_token"}).json()[
            "access_token"
        ]
        return token

    def publish(self, page_token: str, page_id: str, message: str, **more: Any) -> requests.Response:
        """Publish a post."""
        return self.call("POST", f"/{page_id}/feed", page_token, json={"message": message, **more})

    def debug(self, token: str) -> dict[str, Any]:
        """Inspect a token."""
        params = {"input_token": token, "access_token": APP_TOKEN}
        data: dict[str, Any] = self.call("GET", "/debug_token", params=params).json()["data"]
        return data


def error_of(response: requests.Response) -> tuple[int, int, int]:
    """Return HTTP status, code and subcode of a refusal, whose shape is checked on the way."""
    error = response.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= set(error)
    return response.status_code, error["code"], error.get("error_subcode", 0)
