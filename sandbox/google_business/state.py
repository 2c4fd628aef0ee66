"""The Google town's memory: its collections and the indexes over them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from sandbox.google_business.records import (
    Account,
    App,
    Asked,
    Code,
    GalleryItem,
    Grant,
    Location,
    Membership,
    Person,
    Post,
    Review,
    Setting,
    Token,
    Upload,
    Window,
)
from sandbox.store import Store


class State:
    """Rows and indexes. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.apps = store.collection("google_business.apps", App)
        self.people = store.collection("google_business.people", Person)
        self.accounts = store.collection("google_business.accounts", Account)
        self.memberships = store.collection("google_business.memberships", Membership)
        self.locations = store.collection("google_business.locations", Location)
        self.grants = store.collection("google_business.grants", Grant)
        self.codes = store.collection("google_business.codes", Code)
        self.tokens = store.collection("google_business.tokens", Token)
        self.posts = store.collection("google_business.posts", Post)
        self.reviews = store.collection("google_business.reviews", Review)
        self.gallery = store.collection("google_business.gallery", GalleryItem)
        self.uploads = store.collection("google_business.uploads", Upload)
        self.settings = store.collection("google_business.settings", Setting)
        self.windows = store.collection("google_business.windows", Window)
        self.asked = store.collection("google_business.asked", Asked)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self._posts_at: dict[str, dict[str, None]] = {}
        self._reviews_at: dict[str, dict[str, None]] = {}
        self._tokens_of: dict[tuple[str, str], dict[str, None]] = {}
        self._last_seq = 0
        for post in self.posts:
            self._index_post(post)
        for review in self.reviews:
            self._reviews_at.setdefault(review.location_id, {})[review.id] = None
        for token in self.tokens:
            self._tokens_of.setdefault((token.person_id, token.app_id), {})[token.value] = None

    # Tokens and grants.

    def save_token(self, token: Token) -> Token:
        """Keep a token."""
        self._tokens_of.setdefault((token.person_id, token.app_id), {})[token.value] = None
        return self.tokens.put(token.value, token)

    def tokens_of(self, person_id: str, app_id: str) -> list[Token]:
        """Return every token one client ever got for one person, oldest first."""
        found = (self.tokens.get(value) for value in self._tokens_of.get((person_id, app_id), {}))
        return [token for token in found if token is not None]

    def grant_of(self, person_id: str, app_id: str) -> Grant | None:
        """Return what a person allowed a client."""
        return self.grants.get(f"{person_id}:{app_id}")

    def save_grant(self, grant: Grant) -> None:
        """Keep a grant."""
        self.grants.put(f"{grant.person_id}:{grant.app_id}", grant)

    def end_grant(self, person_id: str, app_id: str) -> None:
        """Forget what a person allowed a client."""
        self.grants.remove(f"{person_id}:{app_id}")

    # Accounts and locations.

    def save_membership(self, membership: Membership) -> None:
        """Keep what a person is in an account."""
        self.memberships.put(f"{membership.account_id}:{membership.person_id}", membership)

    def membership(self, account_id: str, person_id: str) -> Membership | None:
        """Return what a person is in an account."""
        return self.memberships.get(f"{account_id}:{person_id}")

    def accounts_of(self, person: Person) -> list[tuple[Account, Membership]]:
        """Return a person's accounts, their own first."""
        found = []
        for membership in self.memberships:
            account = self.accounts.get(membership.account_id)
            if membership.person_id == person.id and account is not None:
                found.append((account, membership))
        return sorted(found, key=lambda pair: pair[0].id != person.account_id)

    def locations_in(self, account_id: str, person: Person) -> list[Location]:
        """Return the locations of an account that a person reaches."""
        return [one for one in self.locations if account_id in one.account_ids and person.id not in one.barred]

    def locations_of(self, person: Person) -> list[Location]:
        """Return every location a person reaches, through whichever account."""
        mine = {account.id for account, _ in self.accounts_of(person)}
        return [one for one in self.locations if mine.intersection(one.account_ids) and person.id not in one.barred]

    # Posts.

    def next_seq(self) -> int:
        """Return the next place in the order of posts."""
        return self._last_seq + 1

    def new_post_id(self) -> str:
        """Mint a number nobody has; most are beyond what a signed 64-bit integer holds."""
        while True:
            number = str((1 << 62) + secrets.randbelow(3 << 62))
            if number not in self.posts:
                return number

    def save_post(self, post: Post) -> Post:
        """Keep a post."""
        self._index_post(post)
        return self.posts.put(post.id, post)

    def remove_post(self, post: Post) -> None:
        """Drop a post."""
        self.posts.remove(post.id)
        self._posts_at.get(post.location_id, {}).pop(post.id, None)

    def posts_at(self, location_id: str) -> Iterator[Post]:
        """Yield the posts of a location, newest first."""
        for post_id in reversed(self._posts_at.get(location_id, {})):
            post = self.posts.get(post_id)
            if post is not None:
                yield post

    def count_posts_at(self, location_id: str) -> int:
        """Count the posts of a location."""
        return len(self._posts_at.get(location_id, {}))

    def photo_digest(self, key: str) -> str:
        """Return the digest of a post's photo by its public key, or nothing."""
        return next((photo["digest"] for post in self.posts for photo in post.photos if photo["key"] == key), "")

    def _index_post(self, post: Post) -> None:
        self._posts_at.setdefault(post.location_id, {})[post.id] = None
        self._last_seq = max(self._last_seq, post.seq)

    # Reviews.

    def save_review(self, review: Review) -> Review:
        """Keep a review."""
        self._reviews_at.setdefault(review.location_id, {})[review.id] = None
        return self.reviews.put(review.id, review)

    def reviews_at(self, location_id: str) -> list[Review]:
        """Return the reviews of a location, oldest first."""
        found = (self.reviews.get(key) for key in self._reviews_at.get(location_id, {}))
        return [review for review in found if review is not None]
