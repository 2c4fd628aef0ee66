"""What a platform tells by itself comes in by the hub's real door: its question is answered, and no stranger is believed."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors.models import Destination, WebhookEvent
from connectors.own_addresses import known_address_of
from connectors.refreshing import make_ready
from connectors.registry import CONNECTORS
from connectors.subscribing import subscribe_due
from connectors.types import Capability, EventKind, WebhookReply, WebhookRequest
from connectors.unsubscribing import unsubscribe_due
from connectors.webhook_processing import process_due
from tests.contract.cases import Case, able
from tests.contract.conftest import HUB
from tests.contract.stage import Stage

TELLING = [case for case in able(Capability.WEBHOOKS) if case.kind.slug in case.adapter.webhook_kinds()]


@dataclass(frozen=True)
class Knock:
    """What came to the door, and where."""

    path: str
    request: WebhookRequest

    @property
    def signed(self) -> bool:
        """Tell whether it carries a signature."""
        return any("ignature" in name for name in self.request.headers)


@dataclass
class HubDoor:
    """The way to the hub's door by HTTP; remembers who knocked."""

    slug: str
    questions: list[Knock] = field(default_factory=list)
    came: list[Knock] = field(default_factory=list)

    def __call__(self, request: WebhookRequest, *, path: str = "") -> WebhookReply | None:
        """Carry a question or a delivery to the hub; an honest one is never turned away."""
        knock = Knock(path or f"/webhooks/{self.slug}/", request)
        (self.questions if request.method == "GET" else self.came).append(knock)
        answer = self.knock(knock)
        assert answer.status_code == 200, answer.content
        return WebhookReply(answer.content, answer.headers["Content-Type"]) if answer.content else None

    def knock(self, knock: Knock) -> Any:
        """Send what came as it came, by somebody without a session."""
        request = knock.request
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-type"}
        kind = next((value for name, value in request.headers.items() if name.lower() == "content-type"), "")
        return Client(enforce_csrf_checks=True).generic(
            request.method, knock.path, request.body, kind, headers=headers, query_params=dict(request.query)
        )


@pytest.fixture
def door(stage: Stage, settings: Any) -> HubDoor:
    """The town knows the hub's door, and the place is subscribed; twice, which harms nobody."""
    settings.PUBLIC_URL = HUB
    door = HubDoor(stage.slug)
    stage.adapter.open_door(stage.world, door)
    for _ in range(2):
        Destination.objects.update(subscribe_at=None)
        subscribe_due(now=timezone.now())
        assert (stage.place.subscribe_problem, stage.place.subscribed_at) == ("", timezone.now())
    return door


def heard(stage: Stage) -> list[WebhookEvent]:
    """Return what the hub keeps of the news."""
    events = WebhookEvent.objects.filter(platform=stage.slug, kind=stage.adapter.told_as)
    return [event for event in events if stage.adapter.told_word in json.dumps(event.raw)]


def speak(stage: Stage) -> str:
    """Publish, and let somebody out there react; return the post's id."""
    job = stage.say()
    stage.adapter.comment_from_outside(stage.world, stage.case.kind.slug, job.external_id, "Très bon 🥐")
    return job.external_id


def asking(word: str) -> list[Case]:
    """Return the kinds that tell, of platforms of which this is said."""
    return [case for case in TELLING if getattr(case.adapter, word)]


@pytest.mark.parametrize("case", asking("asks"), ids=str)
def test_the_platforms_question_is_answered_as_it_wants(stage: Stage, door: HubDoor) -> None:
    assert door.questions, "the town asked, and went on only because the answer was right"


@pytest.mark.parametrize("case", TELLING, ids=str)
def test_news_are_stored_once_and_processed(stage: Stage, door: HubDoor) -> None:
    post_id = speak(stage)
    (event,) = heard(stage)
    assert event.external_id == stage.place.external_id
    if stage.adapter.told_as is EventKind.COMMENT:
        assert event.post_id == post_id
    for knock in door.came:
        assert door.knock(knock).status_code == 200, "platforms repeat themselves"
    assert [one.pk for one in heard(stage)] == [event.pk]
    process_due(now=timezone.now())
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {WebhookEvent.State.PROCESSED}


@pytest.mark.parametrize("case", TELLING, ids=str)
def test_a_stranger_is_turned_away_and_leaves_nothing(stage: Stage, door: HubDoor) -> None:
    speak(stage)
    own = stage.connector.own_addresses
    assert door.came
    WebhookEvent.objects.all().delete()
    for knock in door.came:
        assert knock.signed or own, "one of the two must tell the platform from a stranger"
        for forged in forgeries(knock, own=own):
            assert door.knock(forged).status_code in {403, 404}, forged
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("case", TELLING, ids=str)
def test_the_hub_can_ask_whether_it_is_still_told(stage: Stage, door: HubDoor) -> None:
    connector, place = stage.connector, stage.place
    address = known_address_of(place) if connector.own_addresses else None
    told = connector.is_subscribed(stage.target, address=address)
    assert told is (True if stage.adapter.silenceable else None)


@pytest.mark.parametrize(
    "slug", [slug for slug, one in CONNECTORS.items() if Capability.WEBHOOKS not in one.capabilities]
)
def test_the_door_of_a_platform_that_tells_nothing_says_so(slug: str, db: None) -> None:
    for answer in (Client().get(f"/webhooks/{slug}/"), Client().post(f"/webhooks/{slug}/")):
        assert answer.status_code == 404
        assert "tells nothing by webhook: the hub asks it" in answer.content.decode()
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("case", asking("silenceable"), ids=str)
def test_a_place_that_is_given_up_is_told_of_no_more(stage: Stage, door: HubDoor) -> None:
    job = stage.say()
    Destination.objects.update(enabled=False)
    Destination.objects.update(unsubscribe_at=timezone.now())
    assert unsubscribe_due(make_ready=make_ready, now=timezone.now())
    door.came.clear()
    stage.adapter.comment_from_outside(stage.world, stage.case.kind.slug, job.external_id, "Anybody there?")
    assert door.came == []


def forgeries(knock: Knock, *, own: bool) -> list[Knock]:
    """Return what a stranger might send who overheard a delivery."""
    request = knock.request
    others = {name: value for name, value in request.headers.items() if "ignature" not in name}
    wrong = {name: "sha256=00" for name in request.headers if "ignature" in name}
    made = []
    if knock.signed:
        made += [
            replace(knock, request=replace(request, body=request.body + b" ")),
            replace(knock, request=replace(request, headers=others)),
            replace(knock, request=replace(request, headers={**others, **wrong})),
        ]
    if own:
        made += [
            replace(knock, path=knock.path.rstrip("/") + "x/"),
            replace(knock, path=f"/webhooks/{knock.path.split('/')[2]}/"),
        ]
    return made
