"""Names of files, made harmless: what a stranger calls a file must not reach a path, a header or a reader's eye unchanged."""

import re
import unicodedata
from typing import Final

from media.kinds import FileType

LONGEST_STEM: Final = 80
#: Names that some systems take for devices, whatever their ending.
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.I)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*%;&#$`\'\\/{}^~\[\]]+')


def harmless_name(told: str, file_type: FileType) -> str:
    """Return a name of letters, digits and a few marks, without a path, with the ending of what the file is.

    Control characters and those that turn the direction of writing are dropped: with them ``gpj.exe`` can look like a picture.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFKC", told))[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    kept = " ".join(_FORBIDDEN.sub(" ", kept).split())
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    ending = ending.strip().lower()
    if ending not in file_type.endings:
        # "report.v2" keeps its v2; "photo.png" that is a JPEG, or "photo.php", does not keep what it pretends to be.
        stem = stem if re.fullmatch(r"[a-z]{2,5}\d?|", ending) else kept
        inner = stem.rpartition(".")
        stem = inner[0] if inner[2].lower() in file_type.endings else stem
        ending = file_type.endings[0]
    stem = stem.replace("..", " ").strip(" .-")[:LONGEST_STEM].strip(" .-")
    if not stem or _DEVICES.match(stem):
        stem = file_type.kind.value
    return f"{stem}.{ending}"
