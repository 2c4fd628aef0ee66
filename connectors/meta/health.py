"""How a Meta connection is: the person's token, its scopes, data access, and each Page's own token.

Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging, read 2026-11-21. ``debug_token`` is
asked with the app's token and spends no Page budget. It cannot see a checkpoint or a missing Page Publishing Authorization:
those show only on use. The person's list of Pages tells their role on each. An Instagram account is read as well
(``health_instagram``): it can be unlinked, or cut off with the person's data access, while the token of its Page lives on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.meta import health_instagram
from connectors.meta.accounts import INSTAGRAM_KIND, PAGE_KIND, PUBLISHING_TASKS
from connectors.meta.auth import granted_targets, inspect
from connectors.meta.codes import meaning_of
from connectors.meta.graph import Graph, read_time
from connectors.meta.meanings import PLATFORM
from connectors.types import (
    ACCESS_TOKEN,
    HealthFinding,
    HealthReport,
    HealthState,
    KeyRing,
    Target,
    destination_token,
)
from foundation.secret import Secret
from foundation.side_by_side import SideBySide

#: People are told this long before data access or the token itself ends.
WARN_BEFORE: Final = timedelta(days=14)
#: Without these nothing can be published to a place of this kind.
NEEDED_SCOPES: Final = {
    PAGE_KIND: ("pages_manage_posts", "pages_read_engagement", "pages_show_list"),
    INSTAGRAM_KIND: ("instagram_basic", "instagram_content_publish", "pages_read_engagement"),
}
_PLACES: Final = {PAGE_KIND: "Pages", INSTAGRAM_KIND: "Instagram"}
_RECONNECT: Final = "Reconnect this account."


def check(graph: Graph, keys: KeyRing, *, targets: Sequence[Target], now: datetime) -> HealthReport:
    """Inspect the person's token and every chosen Page's token."""
    try:
        token = keys.open(ACCESS_TOKEN)
    except ReconnectRequired as error:
        return HealthReport((HealthFinding(HealthState.UNHEALTHY, "token_missing", error.cause, error.remedy),))
    opened = {target.external_id: _opened(keys, target) for target in targets}
    with SideBySide() as beside:
        # Tokens of Pages are looked at beside the person's own: none says anything of the others.
        places = [
            (target, beside.ask(partial(_inspected, graph, own)))
            for target in targets
            if (own := opened[target.external_id])
        ]
        facts = _inspected(graph, token)
        inspected = {target.external_id: one.result() for target, one in places}
    dead = [target for target, _ in places if inspected[target.external_id].get("is_valid") is not True]
    if facts.get("is_valid") is True and len(dead) < len(places):
        # Bad news of all places are asked for twice by whoever asked for the check. One place's are, here.
        inspected |= {
            target.external_id: _inspected(graph, own) for target in dead if (own := opened[target.external_id])
        }
    scopes = tuple(sorted(str(scope) for scope in facts.get("scopes") or ()))
    of_place = {target.external_id: _page_findings(target, inspected.get(target.external_id)) for target in targets}
    findings = _token_findings(facts, now=now, pages=len(targets))
    with SideBySide() as beside:
        read = {
            target.external_id: beside.ask(partial(health_instagram.check, graph, own, target))
            for target in targets
            if target.kind == INSTAGRAM_KIND
            and not of_place[target.external_id]
            and (own := opened[target.external_id])
        }
        lost: list[tuple[str, HealthFinding]] = []
        if facts.get("is_valid") is True:
            findings += _scope_findings(scopes, targets)
            findings += _clock_findings(facts, now=now)
            lost = _role_findings(graph, token, targets)
    for external_id, one in read.items():
        of_place[external_id] += one.result()
    for external_id, finding in lost:
        of_place[external_id].append(finding)
    findings += _of_places(list(of_place.values()))
    return HealthReport(
        tuple(findings),
        scopes_granted=scopes if facts.get("is_valid") is True else None,
        access_expires_at=read_time(facts.get("expires_at")),
        data_access_expires_at=read_time(facts.get("data_access_expires_at")),
    )


def _of_places(places: Sequence[Sequence[HealthFinding]]) -> list[HealthFinding]:
    """Tell what is wrong with places, each by name. While some are well, those that are not do not make the account sick."""
    findings = [finding for found in places for finding in found]
    if all(any(one.state is HealthState.UNHEALTHY for one in found) for found in places):
        return findings
    return [replace(one, state=HealthState.DEGRADED) if one.state is HealthState.UNHEALTHY else one for one in findings]


def _token_findings(facts: dict[str, Any], *, now: datetime, pages: int) -> list[HealthFinding]:
    if facts.get("is_valid") is True:
        return []
    return [HealthFinding(HealthState.UNHEALTHY, "token_dead", why_dead(facts), _RECONNECT)]


def _inspected(graph: Graph, token: Secret) -> dict[str, Any]:
    """Inspect a token; an answer that does not say whether it is valid proves nothing, least of all that it is dead."""
    facts = inspect(graph, token)
    if not isinstance(facts.get("is_valid"), bool):
        raise UnexpectedAnswer(
            "Meta did not say whether the token is valid.",
            remedy="Nothing: it is asked again.",
            platform=PLATFORM,
            operation="inspect_token",
        )
    return facts


def why_dead(facts: Mapping[str, Any]) -> str:
    """Return in words why ``debug_token`` calls a token dead."""
    error = facts.get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = error.get("code"), error.get("subcode", error.get("error_subcode"))
    meaning = meaning_of(code if isinstance(code, int) else 190, subcode if isinstance(subcode, int) else None)
    return meaning.cause if meaning else "Meta no longer accepts the access token."


def _scope_findings(scopes: Sequence[str], targets: Sequence[Target]) -> list[HealthFinding]:
    kinds = {target.kind for target in targets} or {PAGE_KIND}
    findings = []
    for kind, needed in NEEDED_SCOPES.items():
        missing = [scope for scope in needed if scope not in scopes]
        if kind in kinds and missing:
            cause = f"Publishing to {_PLACES[kind]} needs {', '.join(missing)}, which was not granted."
            findings.append(
                HealthFinding(
                    HealthState.UNHEALTHY,
                    "scope_missing",
                    cause,
                    "Reconnect and tick every permission Facebook lists.",
                )
            )
    return findings


def _role_findings(graph: Graph, token: Secret, targets: Sequence[Target]) -> list[tuple[str, HealthFinding]]:
    """Look at the person's role on each chosen Page. The list leaves out Pages of business portfolios: that proves nothing."""
    chosen = {str(target.facts.get("page_id") or target.external_id): target for target in targets}
    if not chosen:
        return []
    query = {"fields": "id,tasks", "limit": "100"}
    try:
        listed = list(graph.pages("me/accounts", token=token, operation="list_pages", query=query))
    except (ReconnectRequired, UnexpectedAnswer):
        return []  # the tokens of the Pages have the last word
    found = []
    for page in listed:
        target, tasks = chosen.get(str(page.get("id"))), page.get("tasks")
        if target is None or not isinstance(tasks, list) or PUBLISHING_TASKS & set(map(str, tasks)):
            continue
        cause = f"The person's role on {target.name or target.external_id} no longer allows creating content."
        remedy = (
            "Ask an admin of the Page for that, in Meta Business Suite under Page access; it is seen by the next check."
        )
        lost = HealthFinding(
            HealthState.UNHEALTHY, "role_lost", cause, remedy, link="https://business.facebook.com/settings/pages"
        )
        found.append((target.external_id, lost))
    return found


def _clock_findings(facts: dict[str, Any], *, now: datetime) -> list[HealthFinding]:
    findings = []
    for key, code, what in (
        ("expires_at", "token_expires", "The person's access token"),
        ("data_access_expires_at", "data_access_expires", "Meta's data access for this person"),
    ):
        ends = read_time(facts.get(key))
        if ends is not None and ends - now <= WARN_BEFORE:
            verb = "ended" if ends <= now else "ends"
            findings.append(
                HealthFinding(HealthState.DEGRADED, code, f"{what} {verb} on {ends:%d %B %Y at %H:%M} UTC.", _RECONNECT)
            )
    return findings


def _opened(keys: KeyRing, target: Target) -> Secret | None:
    try:
        return keys.open(destination_token(target.external_id))
    except ReconnectRequired:
        return None


def _page_findings(target: Target, facts: Mapping[str, Any] | None) -> list[HealthFinding]:
    """Judge a place by what is said of its token; None where there is none."""
    name = target.name or target.external_id
    if facts is None:
        cause = f"There is no token for {name}."
        return [
            HealthFinding(
                HealthState.UNHEALTHY,
                "page_token_missing",
                cause,
                "Reconnect and tick it in Facebook's dialog.",
            )
        ]
    if facts.get("is_valid") is not True:
        return [HealthFinding(HealthState.UNHEALTHY, "page_token_dead", f"{name}: {why_dead(facts)}", _RECONNECT)]
    left_out = [
        scope
        for scope, targets in granted_targets(facts).items()
        if scope in NEEDED_SCOPES[target.kind]
        and targets is not None
        and not targets & {target.external_id, str(target.facts.get("page_id", ""))}
    ]
    if not left_out:
        return []
    cause = f"{name} is left out of {', '.join(left_out)}: the person granted it for other places only."
    remedy = "Reconnect, choose 'Edit previous settings' in Facebook's dialog and tick it."
    return [HealthFinding(HealthState.UNHEALTHY, "place_left_out", cause, remedy)]
