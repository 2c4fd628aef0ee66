"""What strangers call their files never reaches a path, a header or a reader unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.kinds import TYPES
from media.names import harmless_name

JPEG = TYPES["image/jpeg"]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("photo.jpg", "photo.jpg"),
        ("photo.JPEG", "photo.jpeg"),
        ("Sommer am See.png", "Sommer am See.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("/etc/cron.d/evil", "evil.jpg"),
        ("photo.php", "photo.jpg"),
        ("photo.jpg.exe", "photo.jpg"),
        ("gpj\u202eexe.jpg", "gpjexe.jpg"),
        ("a\x00b\r\nSet-Cookie: x=1.jpg", "abSet-Cookie x=1.jpg"),
        ('"><script>alert(1)</script>.jpg', "script.jpg"),
        ("$(reboot)`id`.jpg", "(reboot) id.jpg"),
        ("%2e%2e%2fpasswd", "2e 2e 2fpasswd.jpg"),
        ("CON.jpg", "image.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("...", "image.jpg"),
        ("", "image.jpg"),
        ("-rf.jpg", "rf.jpg"),
        ("report.v2", "report.v2.jpg"),
        ("x" * 500 + ".jpg", "x" * 80 + ".jpg"),
        ("ﬁle／name.jpg", "name.jpg"),
        ("写真.jpg", "写真.jpg"),
    ],
)
def test_a_name_is_made_harmless(told: str, kept: str) -> None:
    assert harmless_name(told, JPEG) == kept


@given(st.text(max_size=400), st.sampled_from(sorted(TYPES)))
def test_no_name_is_harmful_whatever_it_was(told: str, content_type: str) -> None:
    name = harmless_name(told, TYPES[content_type])
    stem, _, ending = name.rpartition(".")
    assert ending in TYPES[content_type].endings
    assert stem
    assert len(name) <= 120
    assert not name.startswith((".", "-", " "))
    assert ".." not in name
    assert not set(name) & set('/\\<>:"|?*%\x00\r\n\u202e')
    assert name.isprintable()
