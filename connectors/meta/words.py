"""The words of a post as Meta gets them."""

from connectors.types import Content


def message_of(content: Content) -> str:
    """Return the text of a Page post; beside files a link has no field of its own and stands below the text."""
    if not content.media or not content.link or content.link in content.text:
        return content.text
    return f"{content.text}\n\n{content.link}".strip()


def plain(text: str) -> str:
    """Return a text for comparing: Meta trims it and may change its line ends; nothing else."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
