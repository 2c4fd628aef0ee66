"""Pictures of people and covers of posts on the delivery network, under addresses that say when they end."""

from __future__ import annotations

from markupsafe import escape
from werkzeug.wrappers import Response

from sandbox import pictures, rendering
from sandbox.tiktok import demo
from sandbox.tiktok.ask import Ask
from sandbox.tiktok.presets import CDN_HOST
from sandbox.tiktok.records import Creator, Post

AVATAR_LIFE_S, COVER_LIFE_S = 2 * 60 * 60, 6 * 60 * 60
_FACE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 100 100">'
    '<rect width="100" height="100" fill="hsl({hue} 45% 42%)"/>'
    '<text x="50" y="52" fill="#fff" font-family="system-ui,sans-serif" font-size="40" text-anchor="middle" '
    'dominant-baseline="middle">{letters}</text></svg>'
)


def avatar_url(ask: Ask, creator: Creator, size: int = 720) -> str:
    """Return where a face is seen for the next two hours."""
    query = {"x-expires": str(int(ask.now) + AVATAR_LIFE_S)}
    return ask.call.address.url(CDN_HOST, f"/avatar/{creator.id}~{size}.svg", query)


def cover_url(ask: Ask, post: Post) -> str:
    """Return where the cover of a post is seen for the next six hours."""
    query = {"x-expires": str(int(ask.now) + COVER_LIFE_S)}
    return ask.call.address.url(CDN_HOST, f"/cover/{post.id}.jpeg", query)


def face(creator: Creator, size: int) -> Response:
    """Draw a face: initials on a colour."""
    letters = escape(rendering.initials(creator.nickname))
    drawn = _FACE.format(size=size, hue=rendering.hue(demo.destination_of(creator.id)) * 45, letters=letters)
    return Response(drawn, mimetype="image/svg+xml")


def cover(post: Post) -> Response:
    """Draw a cover in the shape of the post."""
    width, height = (post.width, post.height) if post.width and post.height else (1080, 1920)
    return Response(pictures.jpeg(width // 2 or 1, height // 2 or 1, rendering.hue(post.id)), mimetype="image/jpeg")
