"""Forms with brackets in their names (``data[merges][ADDRESS][city]``), as PHP writes them and Mailchimp's webhooks too."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl

#: More is no delivery of Mailchimp's.
MOST_FIELDS: Final = 2_000
DEEPEST: Final = 12
_STEP: Final = re.compile(r"\[([^\[\]]*)\]")


def parse(body: bytes) -> dict[str, Any]:
    """Return a form as nested objects; what is no form, or too deep or too long, is an empty one.

    Lists (``a[]=1``) become objects by position. Of a name said twice the last counts.
    """
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    told: dict[str, Any] = {}
    for name, value in pairs:
        steps = [name.partition("[")[0], *_STEP.findall(name)]
        if 0 < len(steps) <= DEEPEST and steps[0]:
            _put(told, steps, value)
    return told


def _put(told: dict[str, Any], steps: list[str], value: str) -> None:
    at = told
    for step in steps[:-1]:
        inner = at.setdefault(step or str(len(at)), {})
        if not isinstance(inner, dict):
            return  # a name that is both a value and an object: the value that came first stays
        at = inner
    at[steps[-1] or str(len(at))] = value
