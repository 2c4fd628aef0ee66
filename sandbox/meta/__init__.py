"""Meta in miniature: login, Pages, Instagram, webhooks, and the pages people see (docs/platforms/meta.md)."""

from sandbox.meta.town import Meta

__all__ = ["Meta"]
