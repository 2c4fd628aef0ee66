"""Instagram's own error codes, as data.

Source: the page "Error Codes" of the Instagram Platform (developers.facebook.com/docs/instagram-platform), state of
2026-06-02, read 2026-11-21. The subcode alone tells the meaning: the text of a failed container's status holds nothing else.
"""

from datetime import timedelta
from typing import Final

from connectors.meta.meanings import EDIT, LATER, LOOK, WAIT, Meaning, Sort

_FETCH: Final = (
    "Make sure that PUBLIC_URL can be fetched from the internet without a login, a redirect or a robots.txt that keeps "
    "facebookexternalhit out; then redrive."
)

INSTAGRAM_SUBCODES: Final[dict[int, Meaning]] = {
    2207001: Meaning(Sort.UNKNOWN, "Instagram's servers had a fault.", LOOK),
    2207003: Meaning(Sort.RETRY, "Instagram took too long to fetch the file.", _FETCH),
    2207004: Meaning(Sort.INVALID, "The image is larger than 8 MB.", "Use a smaller image."),
    2207005: Meaning(Sort.INVALID, "Instagram does not take this image format.", "Use a JPEG."),
    2207006: Meaning(Sort.RETRY, "Instagram does not find the prepared post, or may not show it to us.", LATER),
    2207008: Meaning(Sort.RETRY, "Instagram does not find the prepared post just now.", LATER),
    2207009: Meaning(
        Sort.INVALID, "The image is too tall or too wide for Instagram.", "Crop it to between 4:5 and 1.91:1."
    ),
    2207010: Meaning(Sort.INVALID, "The caption is too long for Instagram.", "Shorten it to 2,200 characters."),
    2207020: Meaning(Sort.RETRY, "The prepared file has expired at Instagram.", LATER),
    2207023: Meaning(Sort.INVALID, "Instagram does not know this kind of media.", EDIT),
    2207026: Meaning(
        Sort.INVALID, "Instagram does not take this video format.", "Use an MP4 with H.264 video and AAC sound."
    ),
    2207027: Meaning(Sort.RETRY, "Instagram is still preparing the post.", LATER),
    2207028: Meaning(Sort.INVALID, "A carousel holds two to ten files.", EDIT),
    2207032: Meaning(Sort.RETRY, "Instagram could not prepare the post.", LATER),
    2207035: Meaning(Sort.INVALID, "Instagram does not take the place of a product tag.", EDIT),
    2207036: Meaning(Sort.INVALID, "Instagram does not take product tags on this media.", EDIT),
    2207037: Meaning(Sort.INVALID, "Instagram does not take one of the product tags.", EDIT),
    2207040: Meaning(Sort.INVALID, "The caption names more than 20 people.", "Name fewer people with @."),
    2207042: Meaning(
        Sort.RATE, "This Instagram account has used up its posts for the day.", WAIT, wait=timedelta(hours=1)
    ),
    2207050: Meaning(
        Sort.ACCOUNT,
        "Instagram has restricted this account, or it is inactive.",
        "The account's owner must open the Instagram app and clear what it asks there; then retry.",
    ),
    2207051: Meaning(Sort.UNKNOWN, "Instagram judged the action as spam, although it may be live.", LOOK),
    2207052: Meaning(Sort.RETRY, "Instagram could not fetch the file from its address.", _FETCH),
    2207053: Meaning(Sort.RETRY, "Instagram had an unknown fault with the video.", LATER),
    2207057: Meaning(Sort.INVALID, "The cover's moment lies outside the video.", EDIT),
    2207073: Meaning(
        Sort.INVALID, "Instagram does not let apps delete this kind of post.", "Delete it in the Instagram app."
    ),
    2207077: Meaning(Sort.RETRY, "Instagram could not download the video.", _FETCH),
    2207081: Meaning(Sort.INVALID, "This account cannot publish trial reels.", "Publish it as an ordinary reel."),
    2207082: Meaning(Sort.RETRY, "The upload to Instagram failed.", LATER),
}

#: Codes that say as much without their subcode. 9, 24 and 25 do not: what stands beside them decides.
INSTAGRAM_CODES: Final[dict[tuple[int, int | None], Meaning]] = {
    (-1, None): Meaning(Sort.UNKNOWN, "Instagram had an unknown fault.", LOOK),
    (9004, None): INSTAGRAM_SUBCODES[2207052],
    (9007, None): INSTAGRAM_SUBCODES[2207027],
    (36000, None): INSTAGRAM_SUBCODES[2207004],
    (36001, None): INSTAGRAM_SUBCODES[2207005],
    (36003, None): INSTAGRAM_SUBCODES[2207009],
    (36004, None): INSTAGRAM_SUBCODES[2207010],
}
