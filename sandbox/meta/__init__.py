"""Meta in miniature: Facebook Login, the Graph API for Pages, and the pages people see (docs/platforms/meta.md)."""

from sandbox.meta.town import Meta

__all__ = ["Meta"]
