"""What people do with a mail: they open it, click, leave, or were never reached. Made up, and always the same for a mail."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.mailchimp.mail_text import links_in
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.switches import Switches

_MINUTE, _HOUR = 60.0, 3600.0
# Mailbox providers that fetch every picture as soon as a mail arrives.
_PROXIED = 5


@dataclass(frozen=True)
class Deed:
    """One thing one reader did, or that happened to the mail: `open`, `click`, `hard`, `soft`, `unsub`, `abuse`."""

    email: str
    action: str
    at: float
    url: str = ""
    proxied: bool = False


@dataclass(frozen=True)
class Numbers:
    """Deeds, counted."""

    opens: int = 0
    unique_opens: int = 0
    direct_opens: int = 0
    direct_unique_opens: int = 0
    clicks: int = 0
    unique_clicks: int = 0
    clickers: int = 0
    hard: int = 0
    soft: int = 0
    unsubscribed: int = 0
    abuse: int = 0
    last_open: float = 0.0
    last_click: float = 0.0

    @property
    def bounces(self) -> int:
        """Return how many mails never arrived."""
        return self.hard + self.soft


class Readership:
    """Tell what readers did up to a moment."""

    def __init__(self, state: State, switches: Switches) -> None:
        self._state = state
        self._switches = switches

    def deeds(self, campaign: Campaign, now: float) -> list[Deed]:
        """Return all deeds so far, oldest first."""
        mailing = self._state.mailing_of(campaign.id)
        if mailing is None or not campaign.sent:
            return []
        found = [
            Deed(one.email, one.action, one.at, one.url)
            for one in self._state.engagements_of(campaign.id)
            if one.at <= now
        ]
        if self._switches.word("mailchimp.audience") == "lively":
            links = links_in(campaign.html) if campaign.tracking["html_clicks"] else []
            for email in mailing.addresses:
                found += [deed for deed in _made_up(campaign, email, links) if deed.at <= now]
        if not campaign.tracking["opens"]:
            found = [deed for deed in found if deed.action != "open"]
        return sorted(found, key=lambda deed: (deed.at, deed.email))


def numbers(deeds: Iterable[Deed]) -> Numbers:
    """Count deeds."""
    told = list(deeds)
    opens, clicks = [one for one in told if one.action == "open"], [one for one in told if one.action == "click"]
    direct = [one for one in opens if not one.proxied]
    return Numbers(
        opens=len(opens),
        unique_opens=len({one.email for one in opens}),
        direct_opens=len(direct),
        direct_unique_opens=len({one.email for one in direct}),
        clicks=len(clicks),
        unique_clicks=len({(one.email, one.url) for one in clicks}),
        clickers=len({one.email for one in clicks}),
        hard=sum(one.action == "hard" for one in told),
        soft=sum(one.action == "soft" for one in told),
        unsubscribed=sum(one.action == "unsub" for one in told),
        abuse=sum(one.action == "abuse" for one in told),
        last_open=max((one.at for one in opens), default=0.0),
        last_click=max((one.at for one in clicks), default=0.0),
    )


def _made_up(campaign: Campaign, email: str, links: list[str]) -> list[Deed]:
    """Return what one reader does in the days after a mail."""
    fate = zlib.crc32(f"{campaign.id}:{email}".encode())
    sent = campaign.sent
    if fate % 29 == 0:
        return [Deed(email, "hard", sent + _MINUTE)]
    if fate % 31 == 0:
        return [Deed(email, "soft", sent + _MINUTE)]
    # Opens are told with a delay; the first ones show after a quarter of an hour.
    wait = 15 * _MINUTE + (fate >> 3) % 1000 / 1000 * 30 * _HOUR
    deeds = []
    if fate % _PROXIED == 0:
        deeds.append(Deed(email, "open", sent + 15 * _MINUTE, proxied=True))
    if fate % 7 < 4:
        deeds.append(Deed(email, "open", sent + wait))
        if fate % 3 == 0:
            deeds.append(Deed(email, "open", sent + wait + 5 * _HOUR))
        if links and fate % 2 == 0:
            deeds.append(Deed(email, "click", sent + wait + 40, links[fate % len(links)]))
    return deeds
