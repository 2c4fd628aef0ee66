"""The LinkedIn levers under `/_sandbox/linkedin/`: apps, roles, audience, uploads, webhooks. Tests and people use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.calls import JsonObject
from sandbox.linkedin import media, organizations, webhooks
from sandbox.linkedin.audience import COUNTS, Audience
from sandbox.linkedin.courier import Courier
from sandbox.linkedin.limits import TIERS
from sandbox.linkedin.records import App, Comment, Notification, Organization, Post, Role
from sandbox.linkedin.scopes import check_products, scopes_of
from sandbox.linkedin.state import State
from sandbox.platforms import Lever

if TYPE_CHECKING:
    from sandbox.world import World


class Levers:
    """One method per lever. `ValueError` becomes 400, `LookupError` 404."""

    def __init__(self, world: World, state: State, courier: Courier) -> None:
        self._world = world
        self._state = state
        self._courier = courier

    def table(self) -> dict[tuple[str, str], Lever]:
        """Return every lever by verb and name."""
        return {
            ("GET", "apps"): self.apps,
            ("POST", "apps"): self.change_app,
            ("POST", "roles"): self.change_role,
            ("POST", "audience"): self.audience,
            ("GET", "uploads"): self.uploads,
            ("GET", "violations"): self.violations,
            ("GET", "webhooks"): self.webhooks,
            ("POST", "webhooks"): self.trigger,
        }

    def apps(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List the apps with their products and scopes."""
        return {"apps": [_app(app) for app in self._state.apps]}

    def change_app(self, wish: Mapping[str, Any]) -> JsonObject:
        """Change an app: `app_id`, and any of `products`, `refresh_tokens`, `tier`, `webhooks`, `secret`."""
        app = self._state.apps.get(str(wish.get("app_id", "")))
        if app is None:
            raise LookupError(f"There is no app {wish.get('app_id')}.")
        if "products" in wish:
            app.products = check_products(map(str, wish["products"]))
        if wish.get("tier", app.tier) not in TIERS:
            raise ValueError(f"tier is one of {', '.join(TIERS)}.")
        app.tier = str(wish.get("tier", app.tier))
        app.refresh_tokens = bool(wish.get("refresh_tokens", app.refresh_tokens))
        app.webhooks = bool(wish.get("webhooks", app.webhooks))
        app.secret = str(wish.get("secret", app.secret))
        return _app(self._state.apps.put(app.id, app))

    def change_role(self, wish: Mapping[str, Any]) -> JsonObject:
        """Give a member a role on a page: `user`, `organization`, `role`, `state`."""
        role = Role(
            self._organization(wish).id,
            str(wish.get("user", "")),
            str(wish.get("role", "ADMINISTRATOR")),
            str(wish.get("state", "APPROVED")),
        )
        if role.member_id not in self._state.members:
            raise LookupError(f"Nobody here has the id {role.member_id}.")
        if role.role not in organizations.ROLES or role.state not in organizations.STATES:
            raise ValueError("Unknown role or state.")
        self._state.save_role(role)
        return asdict(role)

    def audience(self, wish: Mapping[str, Any]) -> JsonObject:
        """Let people react: `post`, and any of the counts, such as `{"impressions": 90, "likes": 4}`."""
        post = self._post(wish)
        for name in set(wish) - {"post"}:
            if name not in COUNTS or type(wish[name]) is not int:
                raise ValueError(f"{name} is not a count; counts are {', '.join(COUNTS)}.")
            post.counts[name] = post.counts.get(name, 0) + wish[name]
        self._state.save_post(post)
        now_ms = int(self._world.clock.now() * 1000)
        return {"post": post.urn, "counts": Audience(self._state, self._world.switches).counts(post, now_ms)}

    def uploads(self, wish: Mapping[str, Any]) -> JsonObject:
        """List uploads with the digest of what arrived: all, or those of one `urn`."""
        now = self._world.clock.now()
        wanted = str(wish.get("urn", ""))
        return {
            "uploads": [
                {
                    "urn": asset.urn,
                    "kind": asset.kind,
                    "owner": asset.owner,
                    "status": media.status_of(asset, self._world.switches, now),
                    "failure": asset.failure,
                    "media_type": asset.media_type,
                    "size": asset.size,
                    "sha256": asset.sha256,
                    "parts": [
                        {name: part[name] for name in ("first_byte", "last_byte", "size", "sha256") if name in part}
                        for part in asset.parts
                    ],
                }
                for asset in self._state.assets
                if wanted in ("", asset.urn)
            ]
        }

    def violations(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List what a careful client does not do, although it was answered."""
        return {"violations": [asdict(item) for item in self._state.violations]}

    def webhooks(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List subscriptions and deliveries, after sending what is due."""
        self._courier.run()
        return {
            "subscriptions": [asdict(item) for item in self._state.subscriptions],
            "deliveries": [asdict(item) for item in self._state.deliveries],
        }

    def trigger(self, wish: Mapping[str, Any]) -> JsonObject:
        """Let a social action happen: `post` (or `organization`), `action`, `user`, `text`, `times`.

        A comment really stands under the post afterwards, a like is really counted.
        """
        action = str(wish.get("action", "COMMENT"))
        times = wish.get("times", 1)
        if action not in webhooks.ACTIONS:
            raise ValueError(f"action is one of {', '.join(webhooks.ACTIONS)}.")
        if type(times) is not int or not 1 <= times <= 100:
            raise ValueError("times is a whole number from 1 to 100.")
        post = self._post(wish) if "post" in wish else None
        organization = self._organization({"organization": post.author} if post else wish)
        actor = f"urn:li:person:{wish.get('user') or next(iter(self._state.members)).id}"
        told: list[Notification] = []
        for _ in range(times):
            activity = self._act(action, post, actor, str(wish.get("text", "Well said.")))
            now_ms = int(self._world.clock.now() * 1000)
            item = webhooks.happened(self._state, action, organization.id, post, activity, now_ms)
            if item is not None:
                told.append(item)
        deliveries = self._courier.post(told)
        self._courier.run()
        return {"notifications": [item.id for item in told], "deliveries": deliveries}

    def _act(self, action: str, post: Post | None, actor: str, text: str) -> str:
        now_ms = int(self._world.clock.now() * 1000)
        if post is None:
            return f"urn:li:activity:{self._state.new_number(now_ms)}"
        if action in ("COMMENT", "ADMIN_COMMENT"):
            number = self._state.new_number(now_ms)
            return self._state.save_comment(Comment(number, post.urn, post.activity, actor, text, now_ms)).urn
        name = {"LIKE": "likes", "SHARE": "shares"}.get(action)
        if name:
            post.counts[name] = post.counts.get(name, 0) + 1
            self._state.save_post(post)
        return f"urn:li:reaction:({actor},urn:li:activity:{post.activity})"

    def _post(self, wish: Mapping[str, Any]) -> Post:
        post = self._state.resolve(str(wish.get("post", "")))
        if post is None:
            raise LookupError(f"There is no post {wish.get('post')}.")
        return post

    def _organization(self, wish: Mapping[str, Any]) -> Organization:
        number = str(wish.get("organization", "")).rpartition(":")[2]
        found = self._state.organizations.get(number)
        if found is None:
            raise LookupError(f"There is no organization {number}.")
        return found


def _app(app: App) -> JsonObject:
    told = asdict(app)
    # The same constant stands in the README; what lists apps need not repeat it.
    del told["secret"]
    return {**told, "scopes": sorted(scopes_of(app.products))}
