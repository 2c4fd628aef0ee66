"""``POST /api/publish`` with twenty clients: how soon a post is durable and answered, beside an empty view."""

from __future__ import annotations

import json
from typing import Any, Final

from bench import world
from bench.figures import Row, percentile
from bench.hub import Hub
from bench.processes import NotMeasurable, Program, python
from bench.rows import Options

TITLE: Final = "POST /api/publish: 20 clients, gunicorn gthread with 2 processes"
CLIENTS: Final = 20
REQUESTS, QUICK_REQUESTS = 2000, 600
#: The paced part: each client posts about this often, as client apps do, instead of as fast as it is answered.
PAUSE_MS: Final = 500.0


def measure(hub: Hub, options: Options) -> Row:
    """Ask as fast as answers come, then at a pace, and the empty view likewise."""
    row = Row("api", TITLE)
    requests = QUICK_REQUESTS if options.quick else REQUESTS
    houses = world.make_houses("Api", 1, places=10)
    bodies = [
        json.dumps({"text": f"From the API, {number}", "destinations": [str(place)]})
        for number, place in enumerate(houses[0].destinations)
    ]
    key = houses[0].api_key.reveal()
    asked: dict[str, list[dict[str, Any]]] = {"publish": [], "paced": [], "empty": [], "empty, paced": []}
    for _ in range(options.runs):
        world.forget_posts()
        with hub.web(settings_module="bench.floors.web_settings") as (program, url):
            order = {"url": f"{url}/api/publish", "key": key, "clients": CLIENTS, "bodies": bodies, "warm": 100}
            with hub.meter(gunicorn=[program]) as meter:
                asked["publish"].append(_ask({**order, "requests": requests, "pause_ms": 0}))
            row.spend("hub", meter.costs)
            paced = {**order, "requests": requests // 2, "pause_ms": PAUSE_MS}
            asked["paced"].append(_ask(paced))
            empty = {**order, "url": f"{url}/_bench/empty", "key": "", "requests": requests, "pause_ms": 0}
            with hub.meter(gunicorn=[program]) as meter:
                asked["empty"].append(_ask(empty))
            row.spend("floor", meter.costs)
            asked["empty, paced"].append(_ask({**empty, "requests": requests // 2, "pause_ms": PAUSE_MS}))
    publish = [percentile(one["ms"], 0.95) for one in asked["publish"]]
    floor = row.tell("floor: empty view, p95", [percentile(one["ms"], 0.95) for one in asked["empty"]], "ms")
    row.tell(
        "publish, each client as fast as it is answered, p50",
        [percentile(x["ms"], 0.5) for x in asked["publish"]],
        "ms",
    )
    ours = row.tell("publish, each client as fast as it is answered, p95", publish, "ms", at_most=60)
    row.tell("hub ÷ floor, p95", ours / floor, "×")
    row.tell(
        f"publish, each client about every {PAUSE_MS:g} ms, p95",
        [percentile(x["ms"], 0.95) for x in asked["paced"]],
        "ms",
        at_most=60,
    )
    row.tell(
        f"floor: empty view, each client about every {PAUSE_MS:g} ms, p95",
        [percentile(x["ms"], 0.95) for x in asked["empty, paced"]],
        "ms",
    )
    row.tell("publish, answers per second", [len(x["ms"]) / x["seconds"] for x in asked["publish"]], "/s")
    row.tell("floor: empty view, answers per second", [len(x["ms"]) / x["seconds"] for x in asked["empty"]], "/s")
    spent = row.costs["hub: gunicorn"].cpu_seconds / (requests + 100) / options.runs * 1000
    row.tell("CPU per publish: gunicorn", spent, "ms")
    row.facts["statuses"] = {name: [one["statuses"] for one in those] for name, those in asked.items()}
    world.forget_posts()
    return row


def _ask(order: dict[str, Any]) -> dict[str, Any]:
    with Program("client", [*python("bench.client"), json.dumps(order)]) as program:
        if program.wait(patience=300):
            raise NotMeasurable(f"The clients failed: {program.said()[-300:]}")
        told: dict[str, Any] = json.loads(program.said().splitlines()[-1])
        return told
