"""Words of others, made fit to be kept."""


def storable(text: str) -> str:
    """Return a text that every database can store: without NUL, and with ``?`` for halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
