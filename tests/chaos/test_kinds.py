"""Every kind meets every point of its own steps: in one whole run, and in short ones over the seeds."""

from tests.chaos.kinds import COMMENTS, KINDS, every_wish, kind_of, points_of, some_wishes
from tests.chaos.wishes import CORE, POINTS


def test_a_whole_run_wishes_for_each_point_of_each_kind_once() -> None:
    wishes = every_wish()
    assert len(set(wishes)) == len(wishes)
    assert {wish.kind for wish in wishes} == {*KINDS, *COMMENTS}
    assert {wish.point for wish in wishes} == set(POINTS)
    for kind in (*KINDS, *COMMENTS):
        assert {wish.point for wish in wishes if wish.kind == kind} == set(points_of(kind)) >= set(CORE)


def test_a_short_run_wishes_for_each_point_and_the_seeds_go_through_all_kinds() -> None:
    for seed in range(50):
        chosen = some_wishes(seed, each=2)
        assert {wish.point for wish in chosen} == set(POINTS)
        assert len(set(chosen)) == len(chosen) == 2 * len(POINTS)
    assert {wish for seed in range(50) for wish in some_wishes(seed, each=2)} == set(every_wish())


def test_each_kind_is_told_from_what_a_worker_holds() -> None:
    words = {"photo": "image", "film": "video", "paper": "document"}
    places = {
        "page": "facebook_page",
        "ig": "instagram_account",
        "li_member": "linkedin_member",
        "li_org": "linkedin_organization",
        "gb": "google_business_location",
        "mc": "audience",
        "tt": "tiktok_creator",
    }
    for kind in KINDS.values():
        chosen = {"poll": {"question": "?"}} if kind.name == "li_org_poll" else kind.settings
        files, link = [words[file] for file in kind.files], "https://example.com" if kind.link else ""
        assert kind_of(places[kind.place], "post", files=files, link=link, settings=chosen) == kind.name
    assert kind_of("facebook_page", "first_comment", files=(), link="", settings={}) == "page_comment"


def test_plain_texts_are_the_majority() -> None:
    plain = sum(kind.weight for kind in KINDS.values() if not kind.files)
    assert plain > sum(kind.weight for kind in KINDS.values()) / 2
