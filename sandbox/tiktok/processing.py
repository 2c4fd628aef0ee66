"""What becomes of a publish once its bytes are here: processing by the town's clock, then a post, a draft, or a failure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sandbox.fetching import Fetched
from sandbox.tiktok import checking, events, limits
from sandbox.tiktok.ask import Ask
from sandbox.tiktok.checking import LONGEST_DRAFT_S, Verdict
from sandbox.tiktok.creator import EVERYONE
from sandbox.tiktok.records import Post, Publish
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

IN_INBOX, COMPLETE, FAILED = "SEND_TO_USER_INBOX", "PUBLISH_COMPLETE", "FAILED"


def upload_complete(world: World, state: State, publish: Publish) -> None:
    """Put the chunks together; from here on the post may go live."""
    body = b"".join(world.media.kept(piece) or b"" for piece in publish.pieces)
    _take_video(world, state, publish, body)


def video_pulled(ask: Ask, publish: Publish, fetched: Fetched) -> None:
    """Take the video that was fetched, or note that it could not be."""
    if not fetched.ok:
        publish.trouble = "video_pull_failed"
        return _start(ask.world, ask.state, publish)
    publish.size = publish.received = len(fetched.body)
    return _take_video(ask.world, ask.state, publish, fetched.body)


def photos_pulled(ask: Ask, publish: Publish, fetched: list[Fetched]) -> None:
    """Take the photos that were fetched; one that is missing or wrong fails all of them."""
    for one in fetched:
        if not one.ok:
            publish.trouble = publish.trouble or "photo_pull_failed"
            continue
        _note(publish, checking.judge_photo(one.body))
        publish.media.append(ask.world.media.keep(one.body))
        publish.size = publish.received = publish.size + len(one.body)
    _start(ask.world, ask.state, publish)


def settle(world: World, state: State) -> None:
    """Let everything happen whose moment has come."""
    now = world.clock.now()
    for publish_id in list(state.in_processing):
        publish = state.publishes.get(publish_id)
        if publish is not None and publish.fate != "stuck" and now >= publish.ready_at:
            _end(world, state, publish)
    for post_id in list(state.in_moderation):
        post = state.posts.get(post_id)
        if post is not None and post.public_at is not None and now >= post.public_at:
            post.told_public = True
            state.save_post(post)
            events.of_post(world, state, post, events.PUBLIC, at=post.public_at)


def fail(world: World, state: State, publish: Publish, reason: str, at: float) -> None:
    """End a publish without a post."""
    publish.status, publish.fail_reason, publish.ended_at = FAILED, reason, at
    state.save_publish(publish)
    events.of_publish(world, state, publish, events.FAILED, at=at)


def make_post(world: World, state: State, publish: Publish, privacy: str, at: float) -> Post:
    """Put a post on the creator's profile. Only what everyone may see gets an id, and only after moderation."""
    creator = state.creators.get(publish.creator_id)
    public = privacy == EVERYONE and creator is not None and not creator.private
    info = publish.post_info
    post = Post(
        state.new_post_id(at),
        publish.creator_id,
        publish.app_key,
        publish.id,
        publish.kind,
        state.new_moment_ms(publish.creator_id, at),
        str(info.get("title") or ""),
        str(info.get("description") or ""),
        privacy,
        publish.media,
        publish.width,
        publish.height,
        publish.duration_s,
        {name: value for name, value in info.items() if name not in ("title", "description", "privacy_level")},
        at + world.switches.number("tiktok.moderation_s") if public else None,
    )
    publish.post_ids.append(post.id)
    return state.save_post(post)


def _take_video(world: World, state: State, publish: Publish, body: bytes) -> None:
    creator = state.creators.get(publish.creator_id)
    longest_s = creator.longest_s if creator and publish.mode == "direct" else LONGEST_DRAFT_S
    _note(publish, checking.judge_video(body, longest_s))
    publish.media = [world.media.keep(body)]
    publish.sha256 = hashlib.sha256(body).hexdigest()
    _start(world, state, publish)


def _note(publish: Publish, verdict: Verdict) -> None:
    publish.trouble = publish.trouble or verdict.trouble
    if not publish.width:
        publish.width, publish.height = verdict.seen.width, verdict.seen.height
        publish.duration_s = verdict.seen.duration_s


def _start(world: World, state: State, publish: Publish) -> None:
    """Begin processing. What the switch says decides over what the file deserves."""
    now = world.clock.now()
    fate = world.switches.word("tiktok.fate")
    publish.fate = "" if fate == "works" else fate
    most = world.switches.number("tiktok.limit_daily_posts")
    if publish.mode == "direct" and most:
        # Inits are cheap: a creator may have begun more than a day takes before the first bytes came.
        others = [one for one in state.publishes_of(publish.creator_id) if one.id != publish.id]
        if limits.posts_of_the_day(others, now) >= most:
            publish.trouble = publish.trouble or "spam_risk_too_many_posts"
    publish.arrived_at = now
    publish.ready_at = now + world.switches.number("tiktok.processing_s")
    state.save_publish(publish)


def _end(world: World, state: State, publish: Publish) -> None:
    """Let one publish come out of processing."""
    at = publish.ready_at
    reason = publish.fate or publish.trouble or _barred(state, publish)
    if reason:
        return fail(world, state, publish, reason, at)
    publish.ended_at = at
    if publish.mode == "inbox":
        publish.status = IN_INBOX
        events.of_publish(world, state, publish, events.DELIVERED, at=at)
    else:
        publish.status = COMPLETE
        make_post(world, state, publish, str(publish.post_info["privacy_level"]), at)
        if world.switches.flag("tiktok.webhook_direct_complete"):
            events.of_publish(world, state, publish, events.COMPLETE, at=at)
    state.save_publish(publish)
    return None


def _barred(state: State, publish: Publish) -> str:
    """Say why this creator's post may no longer appear: the app was disconnected meanwhile, or the account barred."""
    grant = state.grant_of(publish.creator_id, publish.app_key)
    creator = state.creators.get(publish.creator_id)
    if grant is None or creator is None:
        return "auth_removed"
    return "spam_risk_user_banned_from_posting" if creator.banned else ""
