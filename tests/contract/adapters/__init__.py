"""One file a platform: how the contract suite plays it."""

from importlib import import_module

from tests.contract.adapter import Adapter


def adapter_of(slug: str) -> Adapter:
    """Return a platform's adapter; a connector without one fails the suite."""
    found: Adapter = import_module(f"tests.contract.adapters.{slug}").ADAPTER
    return found
