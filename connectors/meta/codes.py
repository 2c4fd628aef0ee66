"""Meta's error codes and what each means: the table, as data.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-11-21 for v25.0; the same table with
its evidence stands in docs/platforms/meta.md. Instagram's own codes are in ``codes_instagram``.
"""

from typing import Final

from connectors.meta.codes_instagram import INSTAGRAM_CODES, INSTAGRAM_SUBCODES
from connectors.meta.meanings import EDIT, LATER, LOOK, OWNER, RECONNECT, WAIT, Meaning, Sort

Code = tuple[int, int | None]

MEANINGS: Final[dict[Code, Meaning]] = {
    (1, None): Meaning(Sort.UNKNOWN, "Meta had an unknown error.", LOOK),
    (2, None): Meaning(Sort.UNKNOWN, "Meta's service was down for a moment.", LOOK),
    (3, None): Meaning(
        Sort.CONFIG,
        "The Meta app lacks the capability for this call.",
        "Add the product to the app in Meta's app dashboard.",
    ),
    (4, None): Meaning(Sort.RATE, "The Meta app has used up its calls for now.", WAIT),
    (10, None): Meaning(
        Sort.PERMISSION,
        "Meta says that a permission for this is missing or was withdrawn.",
        "Reconnect and grant every permission asked for.",
    ),
    (17, None): Meaning(Sort.RATE, "This person's calls to Meta are used up for now.", WAIT),
    (32, None): Meaning(Sort.RATE, "This Page's calls to Meta are used up for now.", WAIT),
    (100, None): Meaning(Sort.INVALID, "Meta refused a value of this post.", EDIT),
    (100, 33): Meaning(
        Sort.PERMISSION,
        "Meta finds no such object, or this account may not see it.",
        "Check that the Page still exists and that the account still has a role on it; then reconnect.",
    ),
    (101, None): Meaning(
        Sort.CONFIG, "Meta does not accept our app id or secret.", "Check META_APP_ID and META_APP_SECRET."
    ),
    (102, None): Meaning(Sort.REAUTH, "The session with Meta has ended.", RECONNECT),
    (104, None): Meaning(
        Sort.CONFIG, "Meta wants a token or an appsecret_proof that it did not get.", "Check META_APP_SECRET."
    ),
    (190, None): Meaning(Sort.REAUTH, "Meta no longer accepts the access token.", RECONNECT),
    (190, 458): Meaning(Sort.REAUTH, "The person removed our app from their Facebook settings.", RECONNECT),
    (190, 459): Meaning(Sort.ACCOUNT, "Facebook has stopped this account at a security checkpoint.", OWNER),
    (190, 460): Meaning(
        Sort.REAUTH, "The password was changed, or Facebook ended the session for security.", RECONNECT
    ),
    (190, 463): Meaning(Sort.REAUTH, "The access token has expired.", RECONNECT),
    (190, 464): Meaning(Sort.ACCOUNT, "The Facebook account is not confirmed.", OWNER),
    (190, 467): Meaning(Sort.REAUTH, "The access token is not valid any more.", RECONNECT),
    (190, 490): Meaning(Sort.ACCOUNT, "Facebook has stopped this account at a blocking checkpoint.", OWNER),
    (190, 492): Meaning(
        Sort.PERMISSION,
        "The person no longer has a role on this Page that allows this.",
        "Ask an admin of the Page for a role, then reconnect.",
    ),
    (341, None): Meaning(Sort.RATE, "Meta's limit for this app is reached.", WAIT),
    (368, None): Meaning(Sort.ACCOUNT, "Meta has blocked this account for a while because of its policies.", OWNER),
    (506, None): Meaning(Sort.DUPLICATE, "Meta says that this Page has just published the same post.", LOOK),
    (613, None): Meaning(Sort.RATE, "Meta's limit for this kind of call is reached.", WAIT),
    (803, None): Meaning(
        Sort.INVALID,
        "Meta knows no object with this id.",
        "Refresh the destinations of this connection, then publish again.",
    ),
    # It also answers a version that does not exist: one slip in a setting must not ask every tenant to reconnect.
    (2500, None): Meaning(
        Sort.PERMISSION,
        "Meta sees no active token with this call, or does not know its address.",
        "Reconnect the account. If all accounts fail alike, the operator should check META_GRAPH_VERSION.",
    ),
    (1609005, None): Meaning(
        Sort.INVALID,
        "Meta could not read the page behind the link.",
        "Check that the link opens without a login, then publish again.",
    ),
    (3001, 1504028): Meaning(
        Sort.CONFIG, "Meta was asked for insights without a metric.", "Report this as a fault of Switchboard."
    ),
    (200, None): Meaning(
        Sort.PERMISSION,
        "The account lacks a permission for this.",
        "Reconnect and grant every permission asked for.",
    ),
    (210, None): Meaning(
        Sort.PERMISSION,
        "This is not visible to the account.",
        "Check the account's role on the Page, then reconnect.",
    ),
    (352, None): Meaning(Sort.INVALID, "Meta does not take this video format.", "Use an MP4 with H.264 and AAC."),
    (382, None): Meaning(Sort.INVALID, "The video is too small.", "Use a larger video."),
    (389, None): Meaning(Sort.RETRY, "Meta could not fetch the video from its address.", LATER),
    (6000, None): Meaning(
        Sort.INVALID, "Meta could not take in the video.", "Encode the video anew and publish it again."
    ),
    (6001, None): Meaning(Sort.RETRY, "Meta had trouble taking in the video.", LATER),
    **{
        (code, None): Meaning(Sort.RATE, "Meta's business limit for this Page or account is reached.", WAIT)
        for code in (80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014)
    },
    **INSTAGRAM_CODES,
}

#: Subcodes of Page publishing whose main code Meta does not document: they count whatever the code beside them.
SUBCODES: Final[dict[int, Meaning]] = {
    1346003: Meaning(Sort.INVALID, "Meta judged the content abusive.", EDIT),
    1349125: Meaning(Sort.INVALID, "Meta does not take the format of this content.", EDIT),
    1363047: Meaning(Sort.UNKNOWN, "Meta had a passing fault.", LOOK),
    1366046: Meaning(Sort.INVALID, "The photo is too large or neither JPEG nor PNG.", "Use a JPEG or PNG under 4 MB."),
    1366051: Meaning(Sort.DUPLICATE, "This photo has been published already.", LOOK),
    1390008: Meaning(Sort.RATE, "The Page posts too fast for Meta.", WAIT),
    1404006: Meaning(Sort.ACCOUNT, "Facebook wants a security check.", OWNER),
    1404078: Meaning(
        Sort.ACCOUNT,
        "Facebook wants this Page's publishers to be authorised (Page Publishing Authorization).",
        OWNER,
    ),
    1404102: Meaning(Sort.INVALID, "The content goes against Meta's community standards.", EDIT),
    1404112: Meaning(Sort.ACCOUNT, "Facebook has limited this account for some days.", OWNER),
    1609008: Meaning(
        Sort.INVALID,
        "Posts may not link to facebook.com.",
        "Remove the link, or link to the original source.",
    ),
    1609010: Meaning(Sort.UNKNOWN, "Meta had a passing fault.", LOOK),
    2061006: Meaning(Sort.INVALID, "Meta does not accept the link's address.", "Check the link, then publish again."),
    2069019: Meaning(Sort.INVALID, "Meta could not read the file.", "Use another file."),
    4854002: Meaning(Sort.ACCOUNT, "Facebook wants the account's owner to confirm who they are.", OWNER),
    **INSTAGRAM_SUBCODES,
}

#: The scope that an operation of ours stands on; Meta itself does not name it in its answer.
SCOPE_OF_OPERATION: Final[dict[str, str]] = {
    **dict.fromkeys(("publish", "upload", "finish", "delete_post"), "pages_manage_posts"),
    **dict.fromkeys(("find_published", "read_post", "read_video"), "pages_read_engagement"),
    "comment": "pages_manage_engagement",
    "list_comments": "pages_read_user_content",
    "subscribe": "pages_manage_metadata",
    "list_pages": "pages_show_list",
    **dict.fromkeys(("list_businesses", "list_business_pages"), "business_management"),
    **dict.fromkeys(("post_insights", "page_insights", "video_insights"), "read_insights"),
    **dict.fromkeys(("read_account", "read_container", "read_media", "list_media"), "instagram_basic"),
    **dict.fromkeys(("create_container", "upload_media", "media_publish", "read_quota"), "instagram_content_publish"),
    **dict.fromkeys(("comment_media", "list_media_comments"), "instagram_manage_comments"),
    **dict.fromkeys(("media_insights", "account_insights"), "instagram_manage_insights"),
    # From memory, not from Meta's pages: it is named so that people know what to try.
    "delete_media": "instagram_manage_contents",
}


def meaning_of(code: int, subcode: int | None) -> Meaning | None:
    """Look an error up: the exact pair, then a telling subcode, then the code alone."""
    if (code, subcode) in MEANINGS:
        return MEANINGS[code, subcode]
    if subcode is not None and subcode in SUBCODES:
        return SUBCODES[subcode]
    if (code, None) in MEANINGS:
        return MEANINGS[code, None]
    if 200 <= code <= 299:
        return MEANINGS[200, None]
    return None
