"""TikTok in miniature: Login Kit, content posting, the display API, webhooks, and what people see (docs/platforms/tiktok.md)."""

from sandbox.tiktok.town import TikTok

__all__ = ["TikTok"]
