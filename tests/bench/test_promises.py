"""The last table: every promise, beside its peers, with a verdict that hides nothing."""

from bench.figures import Row
from bench.promises import NO, PROMISES, UNMEASURED, YES, Line, Promise, lines_of_table, table
from bench.rows import ROWS


def publish() -> Row:
    row = Row("publish", "")
    row.tell("hub", 634.0, "posts/s", at_least=700)
    row.tell("floor: Celery", 302.0, "posts/s")
    row.tell("hub ÷ Celery", 2.1, "×", at_least=2)
    row.tell("hub ÷ BullMQ 20", 1.7, "×")
    return row


def line(lines: list[Line], promise: str) -> Line:
    return next(one for one in lines if one.promise == promise)


def test_a_promise_stands_beside_its_peers_of_the_same_run() -> None:
    found = line(table([publish()]), "durable publish throughput (aim)")
    assert (found.measured, found.target, found.peers, found.reached) == (
        "634 posts/s",
        "≥ 700",
        "Celery 302 posts/s",
        NO,
    )
    assert line(table([publish()]), "… against a Celery task per job").reached == YES


def test_what_this_run_left_out_says_so_and_claims_nothing() -> None:
    found = line(table([publish()]), "… against BullMQ")
    assert (found.measured, found.reached) == (UNMEASURED, "")
    assert len(table([])) == len(PROMISES)


def test_of_many_figures_the_nearest_to_its_limit_is_shown_and_each_that_missed_is_counted() -> None:
    row = Row("customer", "")
    row.tell("meta: health check", 120.0, "ms", at_most=300)
    row.tell("linkedin: health check", 310.0, "ms", at_most=300)
    row.tell("tiktok: health check", 400.0, "ms", at_most=300)
    row.tell("tiktok: connect an account", 499.0, "ms", at_most=500)
    found = line(table([row]), "customer: health check")
    assert found.measured == "400 ms (tiktok: health check, the nearest to its limit of 3)"
    assert found.reached == f"{NO}, 2 of 3"


def test_nothing_may_be_lost_and_one_is_too_many() -> None:
    row = Row("chaos", "")
    row.tell("lost", 0, "", at_most=0)
    row.tell("doubled", 1, "", at_most=0)
    [found] = table([row], [Promise("storm", ("chaos",))])
    assert (found.measured, found.reached) == ("1.00 (doubled, the nearest to its limit of 2)", f"{NO}, 1 of 2")


def test_every_row_of_a_promise_is_one_that_is_measured() -> None:
    assert {name for promise in PROMISES for name in promise.rows} <= {*ROWS, "pages"}


def test_the_table_is_printed_in_columns() -> None:
    head, first, *_ = lines_of_table(table([publish()]))
    assert head.index("measured") == first.index("634")
