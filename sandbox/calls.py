"""One call to a platform, read from the wire before any lock is taken."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Request

from sandbox.address import Address
from sandbox.fetching import Errand, Fetched, FetchWanted
from sandbox.wire import Wire

JsonObject = dict[str, Any]


@dataclass
class Call:
    """A request to a real host, with its query, form or JSON body gathered in `params`."""

    request: Request
    address: Address
    wire: Wire
    query: dict[str, str]
    body: JsonObject
    files: dict[str, int] = field(default_factory=dict)
    unreadable: str = ""
    note: str = ""
    # What was fetched for this call so far; a handler that had to wait for it runs again.
    errands: dict[Errand, Fetched] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """Return the HTTP verb."""
        return self.request.method

    @property
    def host(self) -> str:
        """Return the real host this call is for."""
        return self.address.host

    @property
    def path(self) -> str:
        """Return the path on that host, without the query."""
        return self.address.path

    @property
    def params(self) -> JsonObject:
        """Return query and body together; the body wins."""
        return {**self.query, **self.body}

    def fetch(self, errand: Errand) -> Fetched:
        """Return what an errand brought; it runs outside the world's lock, before the handler starts over.

        So a handler fetches before it changes anything.
        """
        if errand not in self.errands:
            raise FetchWanted(errand)
        return self.errands[errand]

    @property
    def raw_body(self) -> bytes:
        """Return the body as it came."""
        return self.request.get_data(cache=True)

    def upload(self, name: str) -> bytes | None:
        """Return the bytes of one file of a multipart body."""
        part = self.request.files.get(name)
        if part is None:
            return None
        part.stream.seek(0)
        return part.stream.read()

    @property
    def bearer(self) -> str:
        """Return the token of an `Authorization: Bearer` header, or nothing."""
        return self.credential("bearer")

    def credential(self, wanted: str) -> str:
        """Return what stands behind a scheme in the `Authorization` header, or nothing."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == wanted else ""


def read_call(request: Request, address: Address, wire: Wire, *, raw: bool = False) -> Call:
    """Read a request to its end, whichever of the three body formats it has; a `raw` body is left as it came."""
    call = Call(request, address, wire, request.args.to_dict(), {})
    if raw:
        try:
            request.get_data(cache=True, parse_form_data=False)
        except ClientDisconnected:
            # Whoever sent it may have died in the middle; the platform decides what a torn file is worth.
            call.unreadable = "The body broke off."
    elif request.mimetype == "application/json":
        text = request.get_data(cache=True)
        try:
            body = json.loads(text) if text else {}
        except ValueError:
            body, call.unreadable = {}, "The body is not valid JSON."
        if isinstance(body, dict):
            call.body = body
        else:
            call.unreadable = "The JSON body is not an object."
    else:
        if request.method == "PUT" or request.mimetype == "application/x-www-form-urlencoded":
            # Kept as written: a PUT carries a thing whose every byte counts, and forms may be looked at before decoding.
            request.get_data(cache=True, parse_form_data=False)
        call.body = dict(request.form.to_dict())
        for name, upload in request.files.items():
            call.files[name] = len(upload.stream.read())
            upload.stream.seek(0)
        # A body of another kind is read too: bytes left on a kept-alive connection would be taken for the next call.
        request.get_data(cache=True, parse_form_data=False)
    return call
