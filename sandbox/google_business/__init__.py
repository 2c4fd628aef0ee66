"""Google Business Profile in miniature: OAuth, accounts, locations, posts, reviews, metrics, and what people see."""

from sandbox.google_business.town import GoogleBusiness

__all__ = ["GoogleBusiness"]
