"""What mails say. They are written when they are sent, so that they tell how things stand then and hold fresh links."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse

from connectors.connect_links import reconnect_link
from connectors.models import Connection
from outbox import digests, operators, selectors
from outbox.events import EventType
from outbox.models import Mail, WebhookEndpoint
from tenants.models import ApiKey

_SALT: Final = "outbox.unsubscribe"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, ready to be sent."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Words:
    """What one kind of mail says, whatever it looks like."""

    subject: str
    title: str
    intro: str
    cause: str = ""
    remedy: str = ""
    button: str = ""
    url: str = ""
    causes: tuple[dict[str, Any], ...] = ()
    news: tuple[dict[str, Any], ...] = ()
    after: str = ""


def written(mail: Mail, *, now: datetime) -> Letter | None:
    """Write a mail; None when what it would tell is over."""
    words = _WRITERS[mail.kind](mail, now=now)
    if words is None:
        return None
    told: dict[str, Any] = {"words": words}
    # The Message-ID is the same however often it is sent, so that a mail sent twice after a crash can be told by mail programs.
    headers = {"Auto-Submitted": "auto-generated", "Message-ID": f"<{mail.pk}@{_host()}>"}
    if mail.tenant is None:
        told["tenant"] = f"The hub at {_host()}"
    else:
        leave = _absolute("mail_unsubscribe", unsubscribe_token(mail))
        told |= {
            "tenant": mail.tenant.name,
            "preferences_url": _absolute("mail_preferences"),
            "unsubscribe_url": leave,
        }
        headers |= {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    subject = " ".join(f"{words.subject} · {mail.tenant.name if mail.tenant else _host()}".split())[:200]
    text = render_to_string("outbox/mail.txt", told)
    return Letter(subject, text, render_to_string("outbox/mail.html", told), headers)


def unsubscribe_token(mail: Mail) -> str:
    """Return what lets whoever has this mail end mails of its topic for its reader, without signing in."""
    return signing.dumps([str(mail.tenant_id), mail.user_id, mail.topic], salt=_SALT, compress=True)


def read_unsubscribe_token(token: str) -> tuple[UUID, int, str] | None:
    """Return tenant, user and topic of such a token, or None."""
    try:
        tenant_id, user_id, topic = signing.loads(token, salt=_SALT)
        return UUID(tenant_id), int(user_id), str(topic)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def reconnect_url(connection: Connection, *, now: datetime, mailed_to: str) -> str:
    """Return where an account is connected again: a link that needs no account here."""
    return reconnect_link(connection=connection, now=now, actor="system:outbox", mailed_to=mailed_to)


def _attention(mail: Mail, *, now: datetime) -> _Words | None:
    connection = _connection(mail)
    if connection is None or connection.status != Connection.Status.ATTENTION:
        return None
    platform, name = connection.platform.name, connection.display_name
    return _Words(
        subject=f"{name} on {platform} needs you",
        title=f"{name} must be connected again",
        intro=f"Since {_moment(connection.status_since)}, nothing is published to {platform} with this account. Posts that are due "
        "fail and wait to be sent again.",
        cause=connection.status_cause,
        remedy=connection.status_remedy,
        button="Reconnect the account",
        url=reconnect_url(connection, now=now, mailed_to=mail.to),
        after="Whoever has this link can connect this account again; send it to nobody but its owner.",
    )


def _health(mail: Mail, *, now: datetime) -> _Words | None:
    connection = _connection(mail)
    if connection is None or connection.status == Connection.Status.INACTIVE:
        return None
    if connection.status == Connection.Status.ATTENTION:
        return _attention(mail, now=now)
    name, state = f"{connection.display_name} on {connection.platform.name}", str(mail.facts.get("state", ""))
    if state == "healthy":
        return _Words(
            subject=f"{name} is well again",
            title=f"{name} is well again",
            intro="The last health check passed.",
            button="Look at the account",
            url=_absolute("connection", connection.pk),
        )
    return _Words(
        subject=f"{name} is {state}",
        title=f"{name} is {state}",
        intro="A health check found this.",
        cause=str(mail.facts.get("cause", "")),
        remedy=str(mail.facts.get("remedy", "")),
        button="Look at the account",
        url=_absolute("connection", connection.pk),
    )


def _expiring(mail: Mail, *, now: datetime) -> _Words | None:
    connection = _connection(mail)
    if connection is None or connection.status == Connection.Status.INACTIVE:
        return None
    platform, name = connection.platform.name, connection.display_name
    ends_at = datetime.fromisoformat(str(mail.facts["ends_at"]))
    return _Words(
        subject=f"Access to {name} on {platform} ends soon",
        title=f"Access to {name} ends on {ends_at:%-d %B %Y}",
        intro=f"{platform} granted it until {_moment(ends_at)}. Only its person can renew it; after that moment nothing is published "
        "with this account.",
        remedy="Reconnect the account before then. Nothing is lost by doing it early.",
        button="Reconnect the account",
        url=reconnect_url(connection, now=now, mailed_to=mail.to),
        after="Whoever has this link can connect this account again; send it to nobody but its owner.",
    )


def _endpoint_disabled(mail: Mail, *, now: datetime) -> _Words | None:
    endpoint = WebhookEndpoint.objects.filter(pk=mail.facts.get("endpoint_id"), deleted_at=None).first()
    if endpoint is None or not endpoint.disabled:
        return None
    return _Words(
        subject="A webhook endpoint was switched off",
        title="A webhook endpoint was switched off",
        intro=f"Events are no longer sent to {endpoint.url.partition('?')[0]}. They are kept "
        f"{selectors.how_long_kept()} and can be replayed.",
        cause=str(mail.facts.get("cause", "")),
        remedy=str(mail.facts.get("remedy", "")),
        button="Look at the endpoint",
        url=_absolute("webhook_endpoint", endpoint.pk),
    )


def _key_expiring(mail: Mail, *, now: datetime) -> _Words | None:
    key = ApiKey.objects.filter(pk=mail.facts.get("api_key_id"), tenant=mail.tenant_id, revoked_at=None).first()
    if key is None or key.expires_at is None or key.expires_at <= now:
        return None
    return _Words(
        subject=f"The API key {key.name} ends soon",
        title=f"The API key {key.name} ends on {key.expires_at:%-d %B %Y}",
        intro=f"After {_moment(key.expires_at)} the hub refuses calls that bear {key.prefix}…",
        remedy="Rotate it: the new key works at once, and the old one until its end.",
        button="Look at the API keys",
        url=_absolute("api_keys"),
    )


def _dead_letters(mail: Mail, *, now: datetime) -> _Words:
    count = int(mail.facts["count"])
    posts = "1 post" if count == 1 else f"{count:,} posts"
    more, still_open = int(mail.facts.get("more_causes", 0)), int(mail.facts.get("open", count))
    after = f"And {more:,} further cause{'' if more == 1 else 's'}. " if more else ""
    return _Words(
        subject=f"{posts} could not be published",
        title=f"{posts} could not be published",
        intro="Nothing is lost: each waits with its cause, to be sent again or discarded.",
        button="Look at the dead letters",
        url=_absolute("dead_letters"),
        causes=tuple(mail.facts["causes"]),
        after=f"{after}{still_open:,} wait{'s' if still_open == 1 else ''} in all.",
    )


def _alert(mail: Mail, *, now: datetime) -> _Words:
    facts = mail.facts
    title = str(facts.get("title") or facts.get("rule") or "Something is wrong")
    ended = mail.kind == EventType.ALERT_CLEARED
    return _Words(
        subject=f"Over: {title}" if ended else f"Alert: {title}",
        title=f"It is over: {title}" if ended else title,
        intro="What this alert told of is over." if ended else "A rule of this hub found something wrong.",
        cause="" if ended else str(facts.get("cause", "")),
        remedy="" if ended else str(facts.get("remedy", "")),
        button="See the alerts",
        url=_absolute("alerts"),
    )


def _operators_news(mail: Mail, *, now: datetime) -> _Words:
    news = [dict(one) for one in mail.facts.get("news", [])]
    raised = [one for one in news if one["turn"] == "raised"]
    first = (raised or news)[0]
    others = len(news) - 1
    more = int(mail.facts.get("more", 0))
    sign = "Alert" if raised else "Over"
    single = f"{sign}: {first['title']}"
    return _Words(
        subject=f"{single} (and {others + more} more)" if others + more else single,
        title=f"{len(news) + more} alerts" if others + more else first["title"],
        intro=f"Raised: {len(raised)}. Over: {len(news) - len(raised)}."
        if others + more
        else ("A rule of this hub found something wrong." if raised else "What this alert told of is over."),
        news=tuple(news),
        button="See the alerts",
        url=f"{_absolute('alerts')}?tenants=all",
        after=f"And {more:,} more." if more else "",
    )


_WRITERS: Final[dict[str, Callable[..., _Words | None]]] = {
    EventType.CONNECTION_ATTENTION: _attention,
    EventType.CONNECTION_EXPIRING: _expiring,
    EventType.CONNECTION_HEALTH_CHANGED: _health,
    EventType.WEBHOOK_ENDPOINT_DISABLED: _endpoint_disabled,
    EventType.API_KEY_EXPIRING: _key_expiring,
    EventType.ALERT_RAISED: _alert,
    EventType.ALERT_CLEARED: _alert,
    operators.KIND: _operators_news,
    digests.KIND: _dead_letters,
}


def _connection(mail: Mail) -> Connection | None:
    rows = Connection.objects.select_related("platform").filter(tenant=mail.tenant_id)
    return rows.filter(pk=mail.facts.get("connection_id")).first()


def _moment(moment: datetime) -> str:
    return f"{moment:%-d %B %Y, %H:%M} UTC"


def _host() -> str:
    return settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"


def _absolute(name: str, *args: Any) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"
