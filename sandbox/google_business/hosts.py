"""The hosts of the town: one Google API a host, each switched on by itself in a Cloud project."""

from __future__ import annotations

from dataclasses import dataclass

SIGN_IN = "accounts.google.com"
OAUTH = "oauth2.googleapis.com"
ACCOUNTS = "mybusinessaccountmanagement.googleapis.com"
LOCATIONS = "mybusinessbusinessinformation.googleapis.com"
POSTS = "mybusiness.googleapis.com"
PERFORMANCE = "businessprofileperformance.googleapis.com"
VERIFICATIONS = "mybusinessverifications.googleapis.com"
NOTIFICATIONS = "mybusinessnotifications.googleapis.com"
QUESTIONS = "mybusinessqanda.googleapis.com"

PLACE = "local.google.com"
MAPS = "maps.google.com"
WRITE_REVIEW = "search.google.com"
PICTURES = "lh3.googleusercontent.com"


@dataclass(frozen=True)
class Service:
    """One API of a Cloud project: its host, its name in the console, and the switch that turns it off here."""

    host: str
    title: str
    switch: str


SERVICES = {
    service.host: service
    for service in (
        Service(ACCOUNTS, "My Business Account Management API", "google_business.accounts_api"),
        Service(LOCATIONS, "My Business Business Information API", "google_business.locations_api"),
        Service(POSTS, "Google My Business API", "google_business.posts_api"),
        Service(PERFORMANCE, "Business Profile Performance API", "google_business.performance_api"),
        Service(VERIFICATIONS, "My Business Verifications API", "google_business.verifications_api"),
        Service(NOTIFICATIONS, "My Business Notifications API", "google_business.notifications_api"),
        Service(QUESTIONS, "My Business Q&A API", ""),
    )
}
FOR_PEOPLE = frozenset({SIGN_IN, PLACE, MAPS, WRITE_REVIEW, PICTURES})
ALL = frozenset({*SERVICES, *FOR_PEOPLE, OAUTH})
