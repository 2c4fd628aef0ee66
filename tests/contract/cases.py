"""Which cases there are: derived from what every connector of the registry says it can."""

from dataclasses import dataclass
from typing import Final

from connectors.base import Connector, DestinationKind
from connectors.registry import CONNECTORS
from connectors.types import Capability
from tests.contract.adapter import SHAPES, Adapter, Shape
from tests.contract.adapters import adapter_of


@dataclass(frozen=True)
class Case:
    """One kind of place of one connector, and perhaps one form of a post."""

    connector: type[Connector]
    kind: DestinationKind
    shape: Shape | None = None

    @property
    def adapter(self) -> Adapter:
        """The platform's adapter."""
        return adapter_of(self.connector.slug)

    @property
    def form(self) -> Shape:
        """The form of the post."""
        assert self.shape is not None
        return self.shape

    def __str__(self) -> str:
        return f"{self.kind.slug}, {self.shape}" if self.shape else self.kind.slug


def shapes_of(connector: type[Connector], kind: DestinationKind) -> list[Shape]:
    """Return every form a kind of place takes."""
    told = [shape for capability in sorted(kind.takes) for shape in SHAPES.get(capability, ())]
    return [*told, *adapter_of(connector.slug).more_shapes(kind.slug)]


def simplest(connector: type[Connector], kind: DestinationKind) -> Shape:
    """Return the form with the fewest files, for cases that are about something else."""
    return min(
        shapes_of(connector, kind), key=lambda shape: (shape.capability is not Capability.TEXT, len(shape.files))
    )


KINDS: Final = [Case(one, kind, simplest(one, kind)) for one in CONNECTORS.values() for kind in one.kinds]
SHAPED: Final = [
    Case(case.connector, case.kind, shape) for case in KINDS for shape in shapes_of(case.connector, case.kind)
]


def able(capability: Capability) -> list[Case]:
    """Return the kinds of the connectors that say they can do this."""
    return [case for case in KINDS if capability in case.connector.capabilities]
