"""The other end of a webhook: answers the challenge, keeps what came, and can be out of order for a while."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from sandbox.fetching import Errand, Fetched


class Receiver:
    """Stand at the end of the sandbox's wire, in place of the network."""

    def __init__(self) -> None:
        self.got: list[Errand] = []
        self.status = 200
        self.answer = b""
        self.challenge_suffix = ""

    def fetch(self, errand: Errand) -> Fetched:
        if urlsplit(errand.url).path == "/robots.txt":
            return Fetched(404)
        if errand.method == "GET":
            query = parse_qs(urlsplit(errand.url).query)
            right = query.get("hub.mode") == ["subscribe"] and query.get("hub.verify_token") == ["open sesame"]
            if not right:
                return Fetched(403)
            return Fetched(200, (query["hub.challenge"][0] + self.challenge_suffix).encode(), "text/plain")
        self.got.append(errand)
        return Fetched(self.status, self.answer)
