"""How the cell says no to a file."""


class Refused(Exception):
    """The file is not taken: a stable code, the cause and the remedy in words for its author."""

    def __init__(self, code: str, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy


def damaged(what: str) -> Refused:
    """Return the refusal of a file that does not hold together."""
    return Refused(
        "file_damaged", f"The file is damaged: {what}.", "Open it and save it anew, or send it again if it was cut off."
    )
