"""Clients of the API in one cheap process: each posts, waits for the answer, and posts again.

    python -m bench.client '{"url": ..., "clients": 20, "requests": 600, "warm": 40, "pause_ms": 0, "bodies": [...]}'

It prints one line of JSON: the milliseconds of every answer, and how many answers had which status.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
import uuid
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


async def ask(order: dict[str, Any]) -> dict[str, Any]:
    """Send all requests over as many kept-alive connections as there are clients."""
    parts = urlsplit(order["url"])
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {order['key']}\r\n" if order.get("key") else ""
    left = iter(range(order["warm"] + order["requests"]))
    times: list[float] = []
    statuses: Counter[str] = Counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number in left:
            await asyncio.sleep(order["pause_ms"] / 1000 * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load
            body = order["bodies"][number % len(order["bodies"])].encode()
            whole = f"{head}Idempotency-Key: {uuid.uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            started = time.perf_counter()
            writer.write(whole)
            answer = await reader.readuntil(b"\r\n\r\n")
            if found := _LENGTH.search(answer):
                await reader.readexactly(int(found[1]))
            if number >= order["warm"]:
                times.append((time.perf_counter() - started) * 1000)
                statuses[answer[9:12].decode()] += 1
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(order["clients"])))
    return {"ms": times, "statuses": dict(statuses), "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(ask(json.loads(sys.argv[1])))) + "\n")
