"""Two-step sign-in: a code of an app (TOTP, RFC 6238) besides the password, and codes on paper for the day the phone is lost."""

import base64
import hashlib
import re
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp.oath import TOTP

from foundation.errors import Conflict
from foundation.secret import Secret
from tenants import seeds
from tenants.models import BrowserSession, RecoveryCode, SecondFactor, User
from tenants.services import record

STEP_SECONDS: Final = 30
SEED_BYTES: Final = 20
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper
_LETTERS: Final = 16  # 79 random bits: one round of SHA-256 is enough for their hash


def is_on(user: User) -> bool:
    """Tell whether this person needs a code to sign in."""
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


def begin(user: User) -> Secret:
    """Return a new seed (base32) for this person's app; it counts once ``confirm`` saw a code of it.

    Raises ``Conflict`` when two-step sign-in is on already.
    """
    if is_on(user):
        raise Conflict("Two-step sign-in is on already.", remedy="Switch it off first.", code="two_step_on")
    seed = secrets.token_bytes(SEED_BYTES)
    SecondFactor.objects.update_or_create(
        user=user, defaults={"sealed_seed": seeds.seal(seed, user_id=user.pk), "last_step": 0, "confirmed_at": None}
    )
    return _told(seed)


def begun(user: User) -> Secret | None:
    """Return the seed that waits for its first code, or None."""
    factor = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    seed = seeds.open_seed(factor.sealed_seed, user_id=user.pk) if factor else None
    return _told(seed) if seed else None


def provisioning_uri(user: User, seed: Secret) -> str:
    """Return what the QR code says: what apps call a key URI."""
    said = {"secret": seed.reveal(), "issuer": "Switchboard", "algorithm": "SHA1", "digits": 6, "period": STEP_SECONDS}
    return f"otpauth://totp/{quote(f'Switchboard:{user.email}')}?{urlencode(said)}"


@transaction.atomic
def confirm(*, user: User, code: str, keep_session: str, now: datetime) -> list[Secret] | None:
    """Switch two-step sign-in on if the code is right, and return recovery codes, told once; else None. Audited.

    Every other browser of this person is signed out: they entered by the password alone.
    """
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if factor is None or not _use(factor, code, now=now):
        return None
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=now)
    BrowserSession.objects.filter(user=user).exclude(session_key=keep_session).delete()
    record(tenant=None, actor=f"user:{user.email}", action="two_step.on", subject=user)
    return new_recovery_codes(user=user)


@transaction.atomic
def new_recovery_codes(*, user: User) -> list[Secret]:
    """Make recovery codes, told once; those made before end."""
    RecoveryCode.objects.filter(user=user).delete()
    texts = ["".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, text)) for text in texts)
    return [Secret("-".join(re.findall("....", text))) for text in texts]


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@transaction.atomic
def check(*, user: User, code: str, now: datetime) -> bool:
    """Tell whether a code is right, of the app or a recovery code, and use it up: none is good twice."""
    factor = SecondFactor.objects.select_for_update().filter(user=user).exclude(confirmed_at=None).first()
    if factor is None:
        return False
    if _use(factor, code, now=now):
        return True
    digest = _digest(user, re.sub(r"[\s-]", "", code).lower())
    if RecoveryCode.objects.filter(user=user, digest=digest, used_at=None).update(used_at=now):
        record(tenant=None, actor=f"user:{user.email}", action="two_step.recovery_code_used", subject=user)
        return True
    return False


@transaction.atomic
def switch_off(*, user: User, actor: str) -> bool:
    """Switch two-step sign-in off; the caller has asked for password and code, or is an operator. Audited.

    Returns False when it was off.
    """
    RecoveryCode.objects.filter(user=user).delete()
    gone, _ = SecondFactor.objects.filter(user=user).delete()
    if gone:
        record(tenant=None, actor=actor, action="two_step.off", subject=user, email=user.email)
    return bool(gone)


def _use(factor: SecondFactor, code: str, *, now: datetime) -> bool:
    """Tell whether the app shows this code now, or did or will within 30 seconds, and it has not been used."""
    digits = re.sub(r"\s", "", code)
    seed = seeds.open_seed(factor.sealed_seed, user_id=factor.user_id)
    if seed is None or not re.fullmatch(r"[0-9]{6}", digits):
        return False
    totp = TOTP(seed, step=STEP_SECONDS)
    totp.time = now.timestamp()
    if not totp.verify(int(digits), tolerance=1, min_t=factor.last_step + 1):
        return False
    used = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=totp.t()).update(last_step=totp.t())
    return bool(used)


def _told(seed: bytes) -> Secret:
    return Secret(base64.b32encode(seed).decode())


def _digest(user: User, text: str) -> str:
    return hashlib.sha256(f"{user.pk}:{text}".encode(errors="replace")).hexdigest()
