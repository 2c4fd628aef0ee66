"""After an unknown outcome: is it there?

Source: https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api (finder by author), read 2026-11-21, and the
duplicate check in docs/platforms/linkedin.md. Where the grant may read the author's posts, we read. Where it may not, LinkedIn's
own refusal of a second copy is the one witness: the same bytes are sent once more, soon enough that a first copy would be
refused as a duplicate. Past that time nobody can tell, and we say so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.base import unless_absent
from connectors.errors import ConnectorError, ContentRejected, OutcomeUnknown, ReconnectRequired, TransientError
from connectors.linkedin import little_text, restli
from connectors.linkedin.posts import body_of, essence, permalink_of
from connectors.linkedin.publish import BODY, DOUBT, adopted, may_read, send
from connectors.linkedin.rest import Rest
from connectors.linkedin.scopes import READ
from connectors.types import CannotTell, Content, Journal, NotThere, Published, Target

#: Clocks differ: a post that LinkedIn dates up to this long before our announcement may still be ours.
CLOCK_SLACK: Final = timedelta(seconds=60)
#: The duplicate check is trusted only up to this long before its time is over.
MARGIN: Final = timedelta(seconds=90)
PAGE: Final = 50
RESENT: Final = "resent"


@dataclass(frozen=True, slots=True)
class Witness:
    """How far LinkedIn's duplicate check is trusted: for which posts (off, text or all), and how long."""

    posts: str
    window: timedelta


def find_published(
    rest: Rest,
    content: Content,
    target: Target,
    journal: Journal,
    *,
    now: datetime,
    settled_after: timedelta,
    witness: Witness,
) -> Published | NotThere | CannotTell:
    """Say whether our post is there: by reading where that is allowed, else by the duplicate check."""
    if not journal.recall(DOUBT):
        journal.note(DOUBT, True)
    body = journal.recall(BODY) or body_of(content, target.external_id, ())
    if may_read(target):
        try:
            return _among_posts(rest, body, target, journal, now=now, settled_after=settled_after)
        except ReconnectRequired as error:
            if error.connection_ended:
                raise
    return _by_duplicate(rest, body, target, journal, now=now, witness=witness)


def find_without_notes(
    rest: Rest, content: Content, target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """The same where the newest notes may be lost: by reading alone, for when a first copy left nobody knows."""
    blind = CannotTell("The hub lost its notes when its database was restored, and this grant may not read posts.")
    if not may_read(target):
        return blind
    # Of files that were uploaded since we know no names; their place is held, so that only words can agree.
    body = journal.recall(BODY) or body_of(content, target.external_id, [""] * len(content.media))
    try:
        found = _among_posts(rest, body, target, journal, now=now, settled_after=settled_after)
    except ReconnectRequired as error:
        if error.connection_ended:
            raise
        return blind
    return found if content.text.strip() else unless_absent(found)


def _among_posts(
    rest: Rest, body: Mapping[str, Any], target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """Look for it among the author's posts. Files make it certain; else the words and what stands beside them must agree."""
    exact: list[str] = []
    similar: list[str] = []
    since = journal.started_at - CLOCK_SLACK
    wanted, shows = little_text.visible(body["commentary"]), essence(body)
    for post in _newest(rest, target, since=since):
        urn = str(post.get("id") or "")
        created = read_moment(post.get("createdAt")) or read_moment(post.get("publishedAt"))
        if not urn or created is None or created < since or journal.belongs_to_other_job(urn):
            continue
        same_words = little_text.visible(str(post.get("commentary") or "")) == wanted
        if essence(post) == shows and (same_words or shows[0] == "media"):
            exact.append(urn)
        elif same_words and wanted:
            similar.append(urn)
    if exact:
        # Newest first, so the last one is the first that landed after our announcement.
        return Published(exact[-1], permalink_of(exact[-1]))
    settled = now - journal.started_at >= settled_after
    if similar and settled:
        return CannotTell("The page shows a post with these words and other content, so it may or may not be this one.")
    return NotThere(final=settled and not similar)


def _newest(rest: Rest, target: Target, *, since: datetime) -> Iterator[dict[str, Any]]:
    """Yield the author's posts, those changed last first, as far back as any of them can be ours."""
    query = restli.query(author=target.external_id, q="author", sortBy="LAST_MODIFIED")
    listed = rest.elements(
        "posts", query, operation="find_published", count=PAGE, rest_method="FINDER", scope=READ[target.kind]
    )
    for post in listed:
        changed = read_moment(post.get("lastModifiedAt")) or read_moment(post.get("createdAt"))
        if changed is not None and changed < since:
            return
        yield post


def _by_duplicate(
    rest: Rest, body: Mapping[str, Any], target: Target, journal: Journal, *, now: datetime, witness: Witness
) -> Published | NotThere | CannotTell:
    """Send the very same once more, while LinkedIn would refuse it as a duplicate if the first had arrived."""
    if witness.posts == "off" or (witness.posts == "text" and essence(body)[0] == "media"):
        return CannotTell(
            "This grant may not read posts, and LinkedIn's duplicate check is not relied upon for such a post."
        )
    if journal.recall(RESENT):
        return CannotTell("LinkedIn was asked by its duplicate check once, and gave no clear answer.")
    if now - journal.started_at > witness.window - MARGIN:
        return CannotTell("This grant may not read posts, and the time of LinkedIn's duplicate check is over.")
    journal.note(RESENT, True)
    try:
        note = (
            "The first copy had not arrived. This second one, sent within the time of the duplicate check, is the post."
        )
        return replace(send(rest, body, target, journal), note=note)
    except OutcomeUnknown as error:
        return _refused_or_lost(rest, error, target, journal)
    except ContentRejected:
        # The same bytes are refused for what they say, so the first copy was refused as well; the next try tells why.
        return NotThere(final=True)
    except TransientError:
        # Surely not done: the question is still open, and may be asked again.
        journal.note(RESENT, False)
        raise


def _refused_or_lost(
    rest: Rest, error: OutcomeUnknown, target: Target, journal: Journal
) -> Published | NotThere | CannotTell:
    if not error.duplicate:
        return CannotTell(f"It was sent once more to learn that, and again: {error.cause}")
    try:
        return adopted(rest, error, target, journal)
    except ContentRejected:
        # The post it names belongs to another job, so ours was refused both times.
        return NotThere(final=True)
    except ConnectorError:
        return CannotTell("LinkedIn refuses a second copy, so it is live; but LinkedIn does not name it.")


def read_moment(told: Any) -> datetime | None:
    """Read a moment in milliseconds; None for all else."""
    try:
        known = isinstance(told, int) and not isinstance(told, bool) and told > 0
        return datetime.fromtimestamp(told / 1000, tz=UTC) if known else None
    except (ValueError, OverflowError, OSError):
        return None
