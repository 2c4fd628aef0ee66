"""Where connectors are validated: against the sandbox, where everything may be tried, or against the real platforms."""

import json
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import requests
from django.db import transaction
from django.utils import timezone

from connectors import services
from connectors.connecting import Callback, finish_connect, start_connect
from connectors.connecting_by_key import connect_by_key
from connectors.errors import ConnectorError
from connectors.manager import connector_class, get_connector
from connectors.models import Connection
from connectors.types import Capability, Grant
from foundation.secret import Secret
from monitoring.validation import COMMON_TROUBLES, CheckFailed
from tenants.models import User
from tenants.principal import Principal

TIMEOUT_SECONDS: Final = 30


class SandboxWorld:
    """The platforms in miniature, at an address of this machine; consent is given by their controls."""

    publishes = True

    def __init__(self, address: str) -> None:
        self._address = address

    def connect(self, platform: str, principal: Principal, user: User) -> Connection:
        """Go the whole way of a login, or make a key and give it."""
        now = timezone.now()
        if Capability.API_KEY in connector_class(platform).capabilities:
            key = Secret(self._ask(f"{platform}/consent", {})["key"])
            connection, _ = connect_by_key(principal=principal, platform=platform, key=key, now=now)
            return connection
        binding = Secret(secrets.token_urlsafe(32))
        address = start_connect(principal=principal, user=user, platform=platform, binding=binding, now=now)
        back = self._ask(f"{platform}/consent", {"url": address})
        if "code" not in back:
            raise CheckFailed(
                "The sandbox gave no consent.", remedy="Look at the callback addresses it was started with."
            )
        callback = Callback(str(back["state"]), str(back["code"]), "", "")
        connection, _ = finish_connect(
            principal=principal, user=user, platform=platform, binding=binding, callback=callback, now=timezone.now()
        )
        return connection

    def troubles(self, platform: str) -> tuple[tuple[str, Callable[[], None], type[ConnectorError]], ...]:
        """Return what any platform can suffer; each strikes the next call."""
        return tuple((what, partial(self._cause, fault), expected) for what, fault, expected in COMMON_TROUBLES)

    def copies(self, text: str) -> int | None:
        """Count the posts that say it, among the newest of all platforms; some stand in a frame of the platform's own."""
        answer = requests.get(f"{self._address}/_sandbox/posts", params={"limit": "100"}, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return sum(text in (post["message"] or "") for post in answer.json()["posts"])

    def _cause(self, fault: Mapping[str, Any]) -> None:
        self._ask("faults", {**fault, "times": 1})

    def _ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self._address}/_sandbox/{path}", json=body, timeout=TIMEOUT_SECONDS)
        if not answer.ok:
            raise CheckFailed(f"The sandbox answered {answer.status_code} to {path}.")
        told: dict[str, Any] = answer.json()
        return told


class BadCredentials(Exception):
    """The file of credentials cannot be used; the message says why and what to do, and no secret."""


class LiveWorld:
    """The real platforms, by tokens and keys of your own accounts. Nothing is published there."""

    publishes = False

    def __init__(self, credentials: Mapping[str, Mapping[str, str]]) -> None:
        self._credentials = credentials

    @classmethod
    def from_file(cls, path: Path) -> "LiveWorld":
        """Read ``{"meta": {"access_token": "…"}, "mailchimp": {"api_key": "…"}}``; raises ``BadCredentials``."""
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadCredentials(f"{path} cannot be read ({error.strerror}).") from None
        except ValueError:
            raise BadCredentials(f"{path} is not JSON.") from None
        if not isinstance(read, dict) or not all(isinstance(one, dict) for one in read.values()):
            raise BadCredentials(f'{path} must look like {{"meta": {{"access_token": "…"}}}}.')
        return cls({slug: {name: str(said) for name, said in one.items()} for slug, one in read.items()})

    @property
    def platforms(self) -> tuple[str, ...]:
        """Return the platforms there are credentials for."""
        return tuple(self._credentials)

    def connect(self, platform: str, principal: Principal, user: User) -> Connection:
        """Seal what the file holds, after asking the platform what it opens."""
        given, now = self._credentials.get(platform, {}), timezone.now()
        wanted = "api_key" if Capability.API_KEY in connector_class(platform).capabilities else "access_token"
        if not given.get(wanted):
            raise CheckFailed(
                f"The file of credentials has no {wanted} for {platform}.",
                remedy=f'Add "{platform}": {{"{wanted}": "…"}} to it, or name other platforms with --platform.',
            )
        if wanted == "api_key":
            connection, _ = connect_by_key(principal=principal, platform=platform, key=Secret(given[wanted]), now=now)
            return connection
        token = Secret(given[wanted])
        scopes = tuple(given.get("scopes", "").replace(",", " ").split())
        grant = Grant(
            given.get("external_user_id", "validation"),
            f"{connector_class(platform).name}, by the given token",
            token,
            refresh_token=Secret(given["refresh_token"]) if given.get("refresh_token") else None,
            scopes_granted=scopes or get_connector(platform).scopes(),
        )
        places = get_connector(platform).fetch_accounts(access_token=token)
        with transaction.atomic():
            connection = services.store_grant(
                tenant=principal.tenant, platform=platform, grant=grant, actor=principal.actor, now=now
            )
            services.store_destinations(connection=connection, found=places, now=now)
            # The account itself may be connected here by somebody; what is tried must not be subscribed or refreshed.
            Connection.objects.filter(pk=connection.pk).update(next_health_at=None)
        return connection

    def troubles(self, platform: str) -> tuple[tuple[str, Callable[[], None], type[ConnectorError]], ...]:
        """Nobody causes trouble there."""
        return ()

    def copies(self, text: str) -> int | None:
        """Nothing is published, so nothing is counted."""
        return None
