"""LinkedIn in miniature: OAuth, the versioned API for members and pages, and what people see (docs/platforms/linkedin.md)."""

from sandbox.linkedin.town import LinkedIn

__all__ = ["LinkedIn"]
