"""Connect an account on each of the five platforms of the sandbox, and choose every place that can be published to.

What a person does in a browser, by program: sign in to the hub, allow at each platform's consent page, choose. For the
sandbox only. Needs nothing but Python:

    HUB=http://127.0.0.1:8000 KEY=swb_… EMAIL=admin@switchboard.localhost PASSWORD=… python3 examples/connect_sandbox.py
"""

import json
import os
import re
import sys
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

LOGINS = ("meta", "linkedin", "tiktok", "google_business")


class Browser:
    """A browser as far as connecting needs one: it keeps cookies and follows redirects."""

    def __init__(self) -> None:
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def open(self, url: str, *, form: dict[str, str] | None = None, accept: str = "text/html") -> str:
        """Open a page, or send a form, and return what it says."""
        data = urlencode(form).encode() if form is not None else None
        request = Request(url, data, {"Accept": accept, "Referer": url})
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())


def ask(method: str, url: str, *, key: str = "", body: object = None) -> dict[str, object]:
    """Send JSON, return JSON."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    data = json.dumps(body).encode() if body is not None else None
    with build_opener().open(Request(url, data, headers, method=method), timeout=60) as answer:
        told: dict[str, object] = json.loads(answer.read() or b"{}")
        return told


def sign_in(hub: str, email: str, password: str) -> Browser:
    """Sign in to the hub's pages and return the browser that is."""
    browser = Browser()
    page = browser.open(f"{hub}/sign-in")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None:
        raise SystemExit(f"{hub}/sign-in is not the sign-in page of a hub.")
    page = browser.open(f"{hub}/sign-in", form={"csrfmiddlewaretoken": token[1], "email": email, "password": password})
    if 'name="password"' in page:
        raise SystemExit("The hub does not know this e-mail address and password.")
    return browser


def connect_by_login(browser: Browser, hub: str, platform: str) -> None:
    """Start at the hub, allow at the platform, and come back."""
    told = json.loads(browser.open(f"{hub}/api/oauth/{platform}/start", accept="application/json"))
    where = urlsplit(told["authorize_url"])
    sandbox = f"{where.scheme}://{where.netloc}"
    allowed = ask("POST", f"{sandbox}/_sandbox/{platform}/consent", body={"url": told["authorize_url"]})
    browser.open(str(allowed["redirect_url"]))


def connect_mailchimp(hub: str, key: str, sandbox: str) -> None:
    """Have the sandbox make a key, and connect with it."""
    accounts = ask("GET", f"{sandbox}/_sandbox/mailchimp/accounts")["accounts"]
    account = accounts[0]  # type: ignore[index]
    wish = {"account": account["id"], "user": account["people"][0]["user"], "label": "Switchboard"}
    made = ask("POST", f"{sandbox}/_sandbox/mailchimp/keys", body=wish)
    ask("POST", f"{hub}/api/connections/", key=key, body={"platform": "mailchimp", "api_key": made["key"]})


def choose_all(hub: str, key: str) -> list[dict[str, str]]:
    """Choose every place that can be published to, and return them."""
    chosen: list[dict[str, str]] = []
    connections = ask("GET", f"{hub}/api/connections/?limit=100", key=key)["results"]
    for connection in connections:  # type: ignore[attr-defined]
        places = ask("GET", f"{hub}/api/destinations/?limit=100&connection={connection['id']}", key=key)["results"]
        ids = [place["id"] for place in places if not place["obstacle"]]  # type: ignore[attr-defined]
        address = f"{hub}/api/connections/{connection['id']}/destinations/"
        chosen += ask("PUT", address, key=key, body={"destinations": ids})  # type: ignore[arg-type]
    return chosen


def main() -> int:
    """Do it all and tell what can be published to now."""
    hub, key = os.environ.get("HUB", "http://127.0.0.1:8000"), os.environ["KEY"]
    sandbox = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8801")
    try:
        browser = sign_in(hub, os.environ["EMAIL"], os.environ["PASSWORD"])
        for platform in LOGINS:
            connect_by_login(browser, hub, platform)
        connect_mailchimp(hub, key, sandbox)
        for place in choose_all(hub, key):
            sys.stdout.write(f"{place['platform']:<16} {place['kind']:<24} {place['id']}  {place['name']}\n")
    except HTTPError as error:
        raise SystemExit(f"{error.url} answered {error.code}: {error.read().decode()[:500]}") from None
    return 0


if __name__ == "__main__":
    sys.exit(main())
