"""Contents around the limits of LinkedIn."""
from collections.abc import Iterable, Mapping
from tests.contract.adapter import Specimen
STRICTER: Mapping[str, str] = {}
MISSED: Mapping[str, str] = {}
def specimens(kind: str) -> Iterable[Specimen]:
    return ()
