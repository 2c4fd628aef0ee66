"""Every method of every API: host, verb, path, its long name, its handler. Posts, reviews and media are on the old host."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.google_business import (
    accounts,
    gallery,
    hosts,
    locations,
    notifications,
    performance,
    posts,
    reviews,
    standing,
)
from sandbox.google_business.ask import Ask

Handler = Callable[[Ask], dict[str, Any]]

_A = r"accounts/(?P<account>[^/:]+)"
_L = r"locations/(?P<location>[^/:]+)"
_AT = f"{_A}/{_L}"
_POST = f"{_AT}/localPosts/(?P<post>[^/:]+)"
_REVIEW = f"{_AT}/reviews/(?P<review>[^/:]+)"
_ITEM = f"{_AT}/media/(?P<media>[^/:]+)"
_UPLOAD = r"media/(?P<upload>[^/:]+)"
_READ, _UPDATE = frozenset({"readMask"}), frozenset({"updateMask"})


@dataclass(frozen=True)
class Endpoint:
    """One method of an API: where it is, its long name, what its query may hold, and whether it changes a location."""

    host: str
    verb: str
    path: re.Pattern[str]
    method: str
    run: Handler
    params: frozenset[str] = frozenset()
    writes: bool = False


def find(host: str, path: str) -> list[tuple[Endpoint, dict[str, str]]]:
    """Return the methods that live at a path, one a verb, with the names in the path."""
    return [(one, match.groupdict()) for one in _ALL if one.host == host and (match := one.path.fullmatch(path))]


def _on(host: str, root: str, service: str, *rows: tuple[Any, ...]) -> Iterable[Endpoint]:
    for verb, path, method, run, *more in rows:
        params = next((one for one in more if isinstance(one, frozenset)), frozenset())
        yield Endpoint(host, verb, re.compile(root + path), f"{service}.{method}", run, params, writes="writes" in more)


_ALL = (
    *_on(
        hosts.ACCOUNTS,
        "/v1/",
        "google.mybusiness.accountmanagement.v1.AccountManagement",
        ("GET", "accounts", "ListAccounts", accounts.listed, accounts.PARAMS),
        ("GET", _A, "GetAccount", accounts.read),
    ),
    *_on(
        hosts.LOCATIONS,
        "/v1/",
        "google.mybusiness.businessinformation.v1.BusinessInformation",
        ("GET", f"{_A}/locations", "ListLocations", locations.listed, locations.PARAMS),
        ("GET", _L, "GetLocation", locations.read, _READ),
    ),
    *_on(
        hosts.VERIFICATIONS,
        "/v1/",
        "google.mybusiness.verifications.v1.Verifications",
        ("GET", f"{_L}/VoiceOfMerchantState", "GetVoiceOfMerchantState", standing.voice),
        ("GET", f"{_L}/verifications", "ListVerifications", standing.verifications, posts.PARAMS),
    ),
    *_on(
        hosts.NOTIFICATIONS,
        "/v1/",
        "google.mybusiness.notifications.v1.Notifications",
        ("GET", f"{_A}/notificationSetting", "GetNotificationSetting", notifications.read),
        ("PATCH", f"{_A}/notificationSetting", "UpdateNotificationSetting", notifications.change, _UPDATE),
    ),
    *_on(
        hosts.PERFORMANCE,
        "/v1/",
        "google.mybusiness.businessprofileperformance.v1.Performance",
        (
            "GET",
            f"{_L}:fetchMultiDailyMetricsTimeSeries",
            "FetchMultiDailyMetricsTimeSeries",
            performance.multi,
            performance.MULTI_PARAMS,
        ),
        (
            "GET",
            f"{_L}:getDailyMetricsTimeSeries",
            "GetDailyMetricsTimeSeries",
            performance.single,
            performance.SINGLE_PARAMS,
        ),
        (
            "GET",
            f"{_L}/searchkeywords/impressions/monthly",
            "ListSearchKeywordImpressionsMonthly",
            performance.keywords,
            performance.KEYWORD_PARAMS,
        ),
    ),
    *_on(
        hosts.POSTS,
        "/v4/",
        "google.mybusiness.v4",
        ("GET", f"{_AT}/localPosts", "LocalPosts.ListLocalPosts", posts.listed, posts.PARAMS),
        ("POST", f"{_AT}/localPosts", "LocalPosts.CreateLocalPost", posts.create, "writes"),
        ("GET", _POST, "LocalPosts.GetLocalPost", posts.read),
        ("PATCH", _POST, "LocalPosts.UpdateLocalPost", posts.patch, _UPDATE, "writes"),
        ("DELETE", _POST, "LocalPosts.DeleteLocalPost", posts.delete, "writes"),
        ("GET", f"{_AT}/reviews", "Reviews.ListReviews", reviews.listed, reviews.PARAMS),
        ("POST", f"{_A}/locations:batchGetReviews", "Reviews.BatchGetReviews", reviews.batch),
        ("GET", _REVIEW, "Reviews.GetReview", reviews.read),
        ("PUT", f"{_REVIEW}/reply", "Reviews.UpdateReviewReply", reviews.reply, "writes"),
        ("DELETE", f"{_REVIEW}/reply", "Reviews.DeleteReviewReply", reviews.take_back, "writes"),
        ("GET", f"{_AT}/media", "Media.ListMediaItems", gallery.listed, gallery.PARAMS),
        ("POST", f"{_AT}/media", "Media.CreateMediaItem", gallery.create, "writes"),
        ("POST", f"{_AT}/media:startUpload", "Media.StartUploadMediaItemData", gallery.start_upload, "writes"),
        ("GET", _ITEM, "Media.GetMediaItem", gallery.read),
        ("DELETE", _ITEM, "Media.DeleteMediaItem", gallery.delete, "writes"),
    ),
    *_on(
        hosts.POSTS,
        "/upload/v1/",
        "google.mybusiness.v4",
        ("POST", _UPLOAD, "Media.UploadMediaItemData", gallery.upload),
    ),
)
