"""After an unknown outcome: is it there?

Source: docs/platforms/google_business.md, "After a lost answer", read 2026-11-21. Google lists a location's posts in no documented order and
knows no filter, so pages are read through: a few at first, many before absence counts as proof. A post is recognised by its words,
type, title and address, and by its time; photos come back under other addresses and say nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.google_business import posts, states
from connectors.google_business.google import Google
from connectors.google_business.hosts import Api
from connectors.google_business.moments import read_moment
from connectors.google_business.names import is_post, parent_of
from connectors.google_business.publish import ACCOUNT, POST, SOUGHT, published_as
from connectors.types import CannotTell, Content, Journal, NotThere, Published, Target

#: Clocks differ: a post that Google dates up to this long before our announcement may still be ours.
CLOCK_SLACK: Final = timedelta(minutes=2)
AT_ONCE: Final = "100"
FEW_PAGES: Final = 5
MANY_PAGES: Final = 50
#: How often it was looked for in vain for long enough, so that it was sent again.
IN_VAIN: Final = "looked_in_vain"
SEVERAL: Final = "Several posts like it stand at the location: it may have been published twice. Look at them."


def find_published(
    google: Google,
    content: Content,
    target: Target,
    journal: Journal,
    *,
    now: datetime,
    settled_after: timedelta,
    resends: int,
) -> Published | NotThere | CannotTell:
    """Read the location's posts. After ``resends`` times of being sent again, a person is asked instead."""
    sought: posts.Essence = journal.recall(SOUGHT) or posts.essence(posts.body_of(content, target, now=now))
    settled = now - journal.started_at >= settled_after
    listed = _of_that_time(google, target, journal, pages=MANY_PAGES if settled else FEW_PAGES)
    found = [post for post in listed if posts.essence(post) == sought]
    if found and not posts.has_words(sought):
        return CannotTell("A post without words cannot be told from others, and there is one of about that time.")
    if found:
        return _adopted(found, content, target, journal)
    if not settled:
        return NotThere()
    if any(posts.is_alike(posts.essence(post), sought) for post in listed):
        return CannotTell(
            "The location shows a post with these words and something else of it differs; it may be this one."
        )
    vain = int(journal.recall(IN_VAIN) or 0)
    if vain >= resends:
        return CannotTell("It was sent again once before, and again no answer came and nothing is to be seen.")
    journal.note(IN_VAIN, vain + 1)
    return NotThere(final=True)


def _of_that_time(google: Google, target: Target, journal: Journal, *, pages: int) -> list[dict[str, Any]]:
    """Return the posts that were made since our announcement and are no other job's, the oldest first."""
    parent, since = parent_of(target, str(journal.recall(ACCOUNT) or "")), journal.started_at - CLOCK_SLACK
    listed = google.items(
        Api.POSTS,
        f"{parent}/localPosts",
        "localPosts",
        operation="find_published",
        query=[("pageSize", AT_ONCE)],
        most_pages=pages,
    )
    dated = [
        (created, post)
        for post in listed
        if (created := read_moment(post.get("createTime"))) is not None
        and created >= since
        and is_post(post.get("name"))
        and not journal.belongs_to_other_job(str(post["name"]))
    ]
    return [post for _, post in sorted(dated, key=lambda pair: pair[0])]


def _adopted(
    found: list[dict[str, Any]], content: Content, target: Target, journal: Journal
) -> Published | NotThere | CannotTell:
    """Take the oldest for ours. One that Google has refused is written down, so that the next try tells why and sends nothing."""
    oldest: Mapping[str, Any] = found[0]
    journal.note(POST, {"name": oldest["name"], "mark": posts.mark_of(content, target), "looks": 0})
    if states.state_of(oldest) == states.REJECTED:
        return NotThere(final=True)
    published = published_as(oldest, content, target)
    if len(found) == 1:
        return published
    return Published(published.external_id, published.permalink, note=f"{published.note} {SEVERAL}".strip())
