"""A client's colour made fit to be read: darkened for light pages and lightened for dark ones until its contrast suffices.

People see a link's pages in the client's colour. Whatever colour that is, words on it and in it keep at least the contrast that
WCAG 2.2 asks of normal text.
"""

import re
from typing import Final

#: WCAG 2.2, 1.4.3: normal text. https://www.w3.org/TR/WCAG22/#contrast-minimum
ENOUGH: Final = 4.5
HEX: Final = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_STEPS: Final = 50

Colour = tuple[int, int, int]

_WHITE: Final[Colour] = (255, 255, 255)
_BLACK: Final[Colour] = (0, 0, 0)
_INK: Final[Colour] = (14, 18, 24)
# The surfaces of switchboard.css on which the accent stands: the darkest of the light ones, the lightest of the dark ones.
_LIGHT_GROUND: Final[Colour] = (243, 244, 247)
_DARK_GROUND: Final[Colour] = (31, 39, 51)


def stylesheet(colour: str) -> str:
    """Return the style sheet that puts a colour such as ``#0a7cff`` in place of the hub's own, on light and dark pages."""
    light = _shades(read(colour), ground=_LIGHT_GROUND, towards=_BLACK, soft_ground=_WHITE)
    dark = _shades(read(colour), ground=_DARK_GROUND, towards=_WHITE, soft_ground=(23, 29, 38))
    rules = "".join(f"  --{name}: light-dark({light[name]}, {dark[name]});\n" for name in light)
    return f":root {{\n{rules}}}\n"


def read(colour: str) -> Colour:
    """Return the parts of a colour; raises ``ValueError`` for what is none."""
    if not HEX.fullmatch(colour):
        raise ValueError("a colour is # and six hexadecimal digits")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _shades(colour: Colour, *, ground: Colour, towards: Colour, soft_ground: Colour) -> dict[str, str]:
    soft = _mixed(colour, soft_ground, 0.88 if towards == _BLACK else 0.78)
    accent = _readable(colour, ground, towards)
    strong = _readable(_mixed(accent, towards, 0.22), soft, towards)
    on_accent = max((_WHITE, _INK), key=lambda ink: min(contrast(ink, accent), contrast(ink, strong)))
    shades = {"accent": accent, "accent-strong": strong, "accent-soft": soft, "on-accent": on_accent}
    return {name: "#{:02x}{:02x}{:02x}".format(*parts) for name, parts in shades.items()}


def _readable(colour: Colour, ground: Colour, towards: Colour) -> Colour:
    """Return the colour nearest to this one, on the way to black or white, that can be read on a ground."""
    return next(
        mixed
        for step in range(_STEPS + 1)
        if contrast(mixed := _mixed(colour, towards, step / _STEPS), ground) >= ENOUGH
    )


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
