"""AWS KMS as key provider: the key-encryption key never leaves AWS; a data key is sealed and opened there.

KMS is asked once for a data key and a few minutes, not for every token (``datakeys`` keeps what was opened). A call is bounded
in time and tries, and while KMS cannot be reached nobody waits for it anew: for some seconds every call fails at once.
"""

import threading
import time
from functools import lru_cache
from typing import Any, Final

import boto3
import structlog
from botocore import exceptions as boto
from botocore.config import Config
from django.conf import settings

from foundation.errors import ConfigurationError
from vault import sealing
from vault.keyholders import AWS_KMS, CHECK_TEXT, Place, VaultUnavailable
from vault.kms_settings import region_of
from vault.models import MasterKey

log = structlog.get_logger(__name__)

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 3.0
#: With the first; botocore waits up to a second between them.
MOST_TRIES: Final = 2
#: So long nobody asks again after KMS could not be reached.
REST_SECONDS: Final = 5.0
#: So long a key that was found to work is not looked at again: load balancers ask every second.
VERIFIED_SECONDS: Final = 30.0

_CHECK_CONTEXT: Final = {"switchboard:check": "master key"}

#: Codes of https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and of Encrypt and Decrypt there.
_BROKEN: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_STRANGERS: Final = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "ExpiredTokenException",
        "ExpiredToken",
        "RequestExpired",
        "OptInRequired",
    }
)
_DENIED: Final = frozenset({"AccessDeniedException", "AccessDenied", "NotAuthorized"})
_UNUSABLE: Final = frozenset({"DisabledException", "KMSInvalidStateException"})
_UNKNOWN: Final = frozenset({"NotFoundException", "InvalidArnException"})
_UNFIT: Final = frozenset({"InvalidKeyUsageException", "ValidationException", "UnsupportedOperationException"})

_lock = threading.Lock()
_resting: dict[str, float] = {}
_verified: dict[str, float] = {}


class KmsKeyProvider:
    """Have KMS seal and open data keys; what binds them to their place is the encryption context."""

    name = AWS_KMS

    def wrap(self, master: MasterKey, data_key: bytes, *, place: Place) -> sealing.Sealed:
        """Seal a data key at KMS."""
        told = _ask("encrypt", KeyId=master.kms_key_id, Plaintext=data_key, EncryptionContext=place.context())
        return sealing.Sealed(b"", bytes(told["CiphertextBlob"]), b"")

    def unwrap(self, master: MasterKey, wrapped: sealing.Sealed, *, place: Place) -> bytes:
        """Open a data key at KMS; raises ``SealBroken``."""
        told = _ask(
            "decrypt",
            KeyId=master.kms_key_id,  # named, so that a ciphertext of somebody else's key is refused
            CiphertextBlob=wrapped.ciphertext,
            EncryptionContext=place.context(),
        )
        return bytes(told["Plaintext"])

    def new_version(self, version: int) -> MasterKey:
        """Return a row for the key that the settings name, by its ARN: an alias may lead elsewhere tomorrow."""
        told = _ask("encrypt", KeyId=key_of_settings(), Plaintext=CHECK_TEXT, EncryptionContext=_CHECK_CONTEXT)
        return MasterKey(
            version=version,
            provider=AWS_KMS,
            kms_key_id=told["KeyId"],
            check_iv=b"",
            check_ciphertext=bytes(told["CiphertextBlob"]),
            check_tag=b"",
        )

    def is_current(self, master: MasterKey) -> bool:
        """Tell whether the key that the settings name is this one."""
        if master.provider != AWS_KMS:
            return False
        if key_of_settings() == master.kms_key_id:
            return True
        return bool(self.new_version(0).kms_key_id == master.kms_key_id)

    def verify(self, master: MasterKey) -> None:
        """Return when KMS opens what it once sealed for us; asked at most twice a minute."""
        if time.monotonic() < _verified.get(master.kms_key_id, 0.0):
            return
        try:
            told = _ask(
                "decrypt",
                KeyId=master.kms_key_id,
                CiphertextBlob=bytes(master.check_ciphertext),
                EncryptionContext=_CHECK_CONTEXT,
            )
        except sealing.SealBroken:
            told = {"Plaintext": b""}
        if bytes(told["Plaintext"]) != CHECK_TEXT:
            raise ConfigurationError(
                f"The KMS key {master.kms_key_id} does not open what it sealed for this database.",
                remedy="Restore the table vault_master_keys from the backup that belongs to this database.",
            )
        _verified[master.kms_key_id] = time.monotonic() + VERIFIED_SECONDS


def key_of_settings() -> str:
    """Return how the settings name the key; raises ``ConfigurationError`` when they do not."""
    if settings.VAULT_KMS_KEY_ID:
        return str(settings.VAULT_KMS_KEY_ID)
    raise ConfigurationError(
        "VAULT_KEY_PROVIDER is aws_kms, and no key is named.",
        remedy="Set VAULT_KMS_KEY_ID to the ARN of a symmetric key at AWS KMS.",
    )


def forget() -> None:
    """Forget clients, rests and what was found to work."""
    with _lock:
        _resting.clear()
        _verified.clear()
        _client.cache_clear()


def _ask(operation: str, *, KeyId: str, **parameters: Any) -> dict[str, Any]:  # noqa: N803 - as KMS spells it
    region = region_of(KeyId)
    where = f"{region} {settings.VAULT_KMS_ENDPOINT_URL}"
    if time.monotonic() < _resting.get(where, 0.0):
        raise _unavailable(KeyId, "it could not be reached a moment ago")
    try:
        with _lock:  # boto3's making of clients is not safe among threads; their use is
            client = _client(region, settings.VAULT_KMS_ENDPOINT_URL)
        answer: dict[str, Any] = getattr(client, operation)(KeyId=KeyId, **parameters)
    except boto.ClientError as error:
        raise _understood(error, KeyId, operation, where) from None
    except (boto.NoCredentialsError, boto.PartialCredentialsError):
        raise ConfigurationError(
            "The vault's keys are at AWS KMS, and this process has no AWS credentials.",
            remedy="Give it a role (instance profile, IRSA, ECS task role), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        ) from None
    except boto.NoRegionError:
        raise ConfigurationError(
            "The vault's keys are at AWS KMS, and no region is named.",
            remedy="Set VAULT_KMS_REGION, or name the key by its ARN in VAULT_KMS_KEY_ID.",
        ) from None
    except (boto.ParamValidationError, boto.InvalidRegionError, boto.ProfileNotFound, boto.InvalidConfigError) as error:
        raise ConfigurationError(
            f"AWS's own library cannot ask KMS with these settings ({type(error).__name__}).",
            remedy="Look at VAULT_KMS_KEY_ID, VAULT_KMS_REGION and AWS_PROFILE.",
        ) from None
    except boto.BotoCoreError as error:  # no connection, no answer in time, no name found
        raise _rest(where, KeyId, type(error).__name__) from None
    _resting.pop(where, None)
    return answer


def _understood(error: Any, key_id: str, operation: str, where: str) -> Exception:
    """Return what an error of KMS means for us. Its words may hold our account and role, and are kept out."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _BROKEN:
        return sealing.SealBroken("KMS does not open it with this key at this place")
    if code in _DENIED:
        return ConfigurationError(
            f"AWS denies this process kms:{operation.title()} with the key {key_id}.",
            remedy="Allow kms:Encrypt and kms:Decrypt in the key's policy or the role's; docs/operations.md has the least policy.",
        )
    if code in _STRANGERS:
        return ConfigurationError(
            f"AWS does not accept this process's credentials ({code}).",
            remedy="Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, at the role, and at this machine's clock.",
        )
    if code in _UNUSABLE:
        return ConfigurationError(
            f"The KMS key {key_id} is disabled, or waits for its deletion.",
            remedy="Enable it, or cancel its deletion, in the KMS console: without it no token opens.",
        )
    if code in _UNKNOWN:
        return ConfigurationError(
            f"AWS KMS knows no key {key_id} in this region.",
            remedy="Look at VAULT_KMS_KEY_ID and VAULT_KMS_REGION; a key that was deleted cannot be brought back.",
        )
    if code in _UNFIT and status < 500:
        return ConfigurationError(
            f"The KMS key {key_id} cannot seal and open ({code}).",
            remedy="Name a symmetric key of the usage ENCRYPT_DECRYPT in VAULT_KMS_KEY_ID.",
        )
    return _rest(where, key_id, code or str(status))  # throttled, busy, or words nobody knows: time may heal it


def _rest(where: str, key_id: str, why: str) -> VaultUnavailable:
    _resting[where] = time.monotonic() + REST_SECONDS
    log.warning("vault.kms_unavailable", key=key_id, why=why)
    return _unavailable(key_id, why)


def _unavailable(key_id: str, why: str) -> VaultUnavailable:
    return VaultUnavailable(
        f"AWS KMS, which holds the vault's key {key_id}, cannot be used just now ({why}).",
        remedy="It is tried again by itself. If it lasts, look at the network, at KMS's quotas, and at AWS's health page.",
    )


@lru_cache(maxsize=8)
def _client(region: str, endpoint: str) -> Any:
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": MOST_TRIES, "mode": "standard"},
        max_pool_connections=16,
    )
    return boto3.session.Session().client(
        "kms", region_name=region or None, endpoint_url=endpoint or None, config=config
    )
