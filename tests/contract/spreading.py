"""Contents around limits: scenes with dimensions, varied one at a time and then a few at once, the same each time."""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.types import Content
from tests.contract.adapter import Specimen

SEED: Final = 20_261_122
#: How many dimensions at most are out of the ordinary at once.
MOST_ODD: Final = 3


@dataclass(frozen=True)
class Scene:
    """One way of posting. The first value of each dimension is the ordinary one."""

    name: str
    dims: Mapping[str, Sequence[Any]]
    build: Callable[..., Content]

    def specimen(self, odd: Mapping[str, Any]) -> Specimen:
        """Return the content in which these dimensions are out of the ordinary."""
        chosen = {name: values[0] for name, values in self.dims.items()} | dict(odd)
        about = ", ".join(f"{name}={value!r}"[:70] for name, value in odd.items()) or "ordinary"
        return Specimen(f"{self.name}: {about}", self.build(**chosen))


def spread(scenes: Sequence[Scene], *, at_least: int) -> Iterator[Specimen]:
    """Yield every scene, each dimension of it alone, and combinations until there are enough."""
    dice, count, seen = random.Random(SEED), 0, set[str]()
    for scene in scenes:
        alone = [{}, *({name: value} for name, values in scene.dims.items() for value in values[1:])]
        for odd in alone:
            seen.add(f"{scene.name}{sorted(odd.items())!r}")
            count += 1
            yield scene.specimen(odd)
    for scene in itertools.cycle(scenes):
        if count >= at_least:
            return
        names = dice.sample(sorted(scene.dims), k=min(dice.randint(2, MOST_ODD), len(scene.dims)))
        odd = {name: dice.choice(scene.dims[name]) for name in names}
        if (key := f"{scene.name}{sorted(odd.items(), key=lambda item: item[0])!r}") not in seen:
            seen.add(key)
            count += 1
            yield scene.specimen(odd)


def words(length: int, filling: str = "word ") -> str:
    """Return a text of exactly so many characters, without blanks at its ends."""
    return (filling * (length // len(filling) + 1))[:length].rstrip().ljust(length, "x") if length else ""
