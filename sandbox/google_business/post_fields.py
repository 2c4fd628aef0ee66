"""What a local post may hold, in the words of its reference."""

from __future__ import annotations

from sandbox.google_business.payload import INT, OUTPUT, STRING, TIMESTAMP, Kind, enum, message, messages

WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
WITH_EVENT = ("EVENT", "OFFER")

_DATE = message(year=INT, month=INT, day=INT)
_TIME = message(hours=INT, minutes=INT, seconds=INT, nanos=INT)
_SCHEDULE = message(startDate=_DATE, startTime=_TIME, endDate=_DATE, endTime=_TIME)
_RECURRENCE = message(
    seriesEndTime=TIMESTAMP,
    dailyPattern=message(),
    weeklyPattern=message(daysOfWeek=enum("DayOfWeek", *WEEKDAYS, repeated=True)),
    monthlyPattern=message(
        dayOfMonth=INT,
        dayOfWeekOccurrence=enum("DayOfWeekOccurrence", "FIRST", "SECOND", "THIRD", "FOURTH", "LAST"),
    ),
)
# Everything a media item has anywhere is known to the reader; that a post takes little of it is said later.
_MEDIA: dict[str, Kind] = {
    "mediaFormat": enum("MediaItem.MediaFormat", "MEDIA_FORMAT_UNSPECIFIED", "PHOTO", "VIDEO"),
    "sourceUrl": STRING,
    "name": STRING,
    "googleUrl": STRING,
    "thumbnailUrl": STRING,
    "description": STRING,
    "dataRef": message(resourceName=STRING),
    "locationAssociation": message(category=STRING, priceListItemId=STRING),
    "createTime": OUTPUT,
    "dimensions": OUTPUT,
    "insights": OUTPUT,
    "attribution": OUTPUT,
}
MEDIA_ITEM = message(**_MEDIA)

LOCAL_POST = message(
    name=OUTPUT,
    languageCode=STRING,
    summary=STRING,
    callToAction=message(
        actionType=enum(
            "CallToAction.ActionType",
            *("ACTION_TYPE_UNSPECIFIED", "BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP", "GET_OFFER", "CALL"),
        ),
        url=STRING,
    ),
    createTime=OUTPUT,
    updateTime=OUTPUT,
    scheduledTime=TIMESTAMP,
    recurringInstanceTime=OUTPUT,
    event=message(title=STRING, schedule=_SCHEDULE, recurrenceInfo=_RECURRENCE, recurringInstanceTime=OUTPUT),
    state=OUTPUT,
    media=messages(**_MEDIA),
    searchUrl=OUTPUT,
    topicType=enum("LocalPostTopicType", "LOCAL_POST_TOPIC_TYPE_UNSPECIFIED", "STANDARD", "EVENT", "OFFER", "ALERT"),
    alertType=enum("AlertType", "ALERT_TYPE_UNSPECIFIED", "COVID_19"),
    offer=message(couponCode=STRING, redeemOnlineUrl=STRING, termsConditions=STRING),
)
