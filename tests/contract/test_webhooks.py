"""What a platform tells by itself: its question is answered, and nothing is believed without its signature."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.errors import InvalidSignature
from connectors.types import Capability, EventKind, WebhookEvent, WebhookReply, WebhookRequest
from tests.contract.cases import able
from tests.contract.conftest import HUB
from tests.contract.stage import Stage

TELLING = [case for case in able(Capability.WEBHOOKS) if case.kind.slug in case.adapter.webhook_kinds()]


class HubDoor:
    """The hub's door, which keeps what came and what it understood."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.questions: list[WebhookRequest] = []
        self.came: list[WebhookRequest] = []
        self.heard: list[WebhookEvent] = []

    def __call__(self, request: WebhookRequest) -> WebhookReply | None:
        """Answer a question, or hear a delivery."""
        reply = self._stage.connector.answer_challenge(request)
        if reply is not None:
            self.questions.append(request)
            return reply
        self.came.append(request)
        self.heard.extend(self._stage.connector.parse_webhook(request))
        return None


@pytest.fixture
def door(stage: Stage, settings: Any) -> HubDoor:
    settings.PUBLIC_URL = HUB
    door = HubDoor(stage)
    stage.adapter.open_door(stage.world, door)
    stage.connector.subscribe_webhooks(stage.target)
    stage.connector.subscribe_webhooks(stage.target)
    return door


@pytest.mark.parametrize("case", TELLING, ids=str)
def test_the_platforms_question_is_answered_as_it_wants(stage: Stage, door: HubDoor) -> None:
    assert door.questions, "the town asked, and went on only because the answer was right"


@pytest.mark.parametrize("case", TELLING, ids=str)
def test_a_delivery_is_believed_only_with_its_signature(stage: Stage, door: HubDoor) -> None:
    job = stage.say()
    stage.adapter.comment_from_outside(stage.world, stage.case.kind.slug, job.external_id, "Très bon 🥐")
    comments = [event for event in door.heard if event.kind is EventKind.COMMENT]
    assert len(comments) == 1
    assert (comments[0].external_id, comments[0].post_id) == (stage.place.external_id, job.external_id)
    (request,) = [one for one in door.came if door_event(stage, one, comments[0])]
    again = stage.connector.parse_webhook(request)
    assert [event.key for event in again if event.kind is EventKind.COMMENT] == [comments[0].key]
    for changed in (
        replace(request, body=request.body + b" "),
        replace(request, headers={name: value for name, value in request.headers.items() if "ignature" not in name}),
        replace(request, headers=dict.fromkeys(request.headers, "sha256=00")),
    ):
        with pytest.raises(InvalidSignature):
            stage.connector.parse_webhook(changed)


def door_event(stage: Stage, request: WebhookRequest, event: WebhookEvent) -> bool:
    """Tell whether a delivery carried an event."""
    return event.key in {one.key for one in stage.connector.parse_webhook(request)}
