"""A video's status is read in every spelling Meta uses."""

from typing import Any

import pytest

from connectors.errors import ContentRejected, TransientError
from connectors.meta.video_status import read


def status(**parts: Any) -> dict[str, Any]:
    return {"id": "9", "status": parts}


UPLOADED = {"status": "complete", "bytes_transfered": 70, "source_file_size": 100}


@pytest.mark.parametrize("done", ["complete", "completed", "COMPLETE"])
def test_a_phase_that_is_over_is_over_in_every_spelling(done: str) -> None:
    seen = read(status(video_status="processing", uploading_phase={"status": done}), page_id="1")
    assert seen.arrived
    assert read(status(publishing_phase={"status": done}), page_id="1").live


@pytest.mark.parametrize("key", ["bytes_transfered", "bytes_transferred"])
@pytest.mark.parametrize("value", [70, "70"])
def test_the_bytes_that_arrived_are_read_in_both_spellings(key: str, value: Any) -> None:
    assert read(status(uploading_phase={key: value}), page_id="1").received_bytes == 70


@pytest.mark.parametrize("value", [None, "many", -1, [], {}])
def test_bytes_that_are_no_number_are_not_told(value: Any) -> None:
    assert read(status(uploading_phase={"bytes_transfered": value}), page_id="1").received_bytes is None


@pytest.mark.parametrize(
    ("node", "live"),
    [
        (status(video_status="ready", publishing_phase={"status": "complete", "publish_status": "published"}), True),
        (status(video_status="processing", publishing_phase={"publish_status": "PUBLISHED"}), True),
        (status(video_status="ready", publishing_phase={"status": "not_started"}), False),
        (status(video_status="ready", publishing_phase={"status": "complete", "publish_status": "draft"}), False),
        (status(video_status="ready", publishing_phase={"status": "complete", "publish_status": "scheduled"}), False),
        (status(video_status="upload_complete", publishing_phase={"status": "in_progress"}), False),
        ({**status(video_status="ready"), "published": True}, True),
        ({**status(video_status="ready"), "published": False}, False),
        (status(video_status="ready"), True),
        (status(video_status="error", publishing_phase={"publish_status": "published"}), False),
        ({"id": "9"}, False),
        ({"id": "9", "status": "ready"}, False),
    ],
)
def test_a_video_is_live_only_when_facebook_says_that_it_is_published(node: dict[str, Any], live: bool) -> None:
    assert read(node, page_id="1").live is live


@pytest.mark.parametrize(
    "parts",
    [
        {"video_status": "error"},
        {"processing_phase": {"status": "error", "error": {"message": "no sound"}}},
        {"processing_phase": {"status": "error", "errors": [{"message": "no sound"}]}},
        {"publishing_phase": {"publish_status": "error"}},
    ],
)
def test_a_video_facebook_cannot_use_is_the_authors_with_facebooks_words(parts: dict[str, Any]) -> None:
    seen = read(status(**parts), page_id="1")
    assert seen.failed
    error = seen.error("read_video")
    assert isinstance(error, ContentRejected)
    if "processing_phase" in parts:
        assert "no sound" in error.cause


@pytest.mark.parametrize("word", ["expired", "upload_failed"])
def test_an_upload_facebook_threw_away_is_repeated(word: str) -> None:
    seen = read(status(video_status=word), page_id="1")
    assert seen.failed
    assert isinstance(seen.error("read_video"), TransientError)


@pytest.mark.parametrize(("told", "known"), [("7", "1_7"), ("1_7", "1_7"), ("", ""), (None, "")])
def test_a_post_is_named_whole_even_when_facebook_names_its_second_half(told: Any, known: str) -> None:
    assert read({**status(), "post_id": told}, page_id="1").post_id == known
