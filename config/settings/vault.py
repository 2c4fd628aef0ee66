"""The strongroom."""

from datetime import timedelta

from config import env
from config.settings.process import VAR_DIR

VAULT_KEY_PROVIDER = env.choice(
    "VAULT_KEY_PROVIDER",
    default="local",
    among=("local", "aws_kms"),
    help="Who holds the key over all keys: local (made from VAULT_MASTER_KEY) or aws_kms. Changed by 'manage.py rotate_keys'.",
)
_master_key_file = VAR_DIR / "vault-master-key"
VAULT_MASTER_KEY = env.secret(
    "VAULT_MASTER_KEY",
    default_file=_master_key_file,
    help="Seals every token. 32 random bytes or more, as text. Lose it and every account must be connected anew.",
)
#: The file that the master key came from, for the check of its mode.
VAULT_MASTER_KEY_PATH = env.source_of("VAULT_MASTER_KEY", default_file=_master_key_file)
VAULT_MASTER_KEY_PREVIOUS = env.secret_list(
    "VAULT_MASTER_KEY_PREVIOUS",
    help="Master keys that were in use before, one a line: they open and never seal, while keys are rotated.",
)
VAULT_PBKDF2_ITERATIONS = env.number(
    "VAULT_PBKDF2_ITERATIONS",
    default=600_000,
    least=600_000,
    most=10_000_000,
    help="Rounds of PBKDF2-HMAC-SHA256 for a new key-encryption key (OWASP counsels 600,000).",
)
VAULT_KMS_KEY_ID = env.text(
    "VAULT_KMS_KEY_ID", help="The symmetric key at AWS KMS, by ARN, id or alias, when VAULT_KEY_PROVIDER is aws_kms."
)
VAULT_KMS_REGION = env.text(
    "VAULT_KMS_REGION", help="The key's region; none, when VAULT_KMS_KEY_ID is an ARN, which names it."
)
VAULT_KMS_ENDPOINT_URL = env.url("VAULT_KMS_ENDPOINT_URL", help="Where KMS is reached; none, at AWS.")
VAULT_KEY_CACHE = timedelta(
    seconds=env.number(
        "VAULT_KEY_CACHE_SECONDS",
        default=300,
        least=1,
        most=3600,
        help="How long a process keeps a tenant's opened data key, so that KMS is not asked for every token.",
    )
)
VAULT_KEY_GRACE = timedelta(
    seconds=env.number(
        "VAULT_KEY_GRACE_SECONDS",
        default=3600,
        least=0,
        most=86_400,
        help="How much longer a kept data key serves while KMS cannot be reached. A refusal of KMS ends it at once.",
    )
)
VAULT_RETIRED_KEYS_KEPT = timedelta(
    days=env.number(
        "VAULT_RETIRED_KEYS_DAYS",
        default=7,
        least=1,
        most=3650,
        help="How long retired data keys are kept at least: what jobs under way remember is sealed under them.",
    )
)
VAULT_ACCESS_LOG = env.flag(
    "VAULT_ACCESS_LOG",
    default=True,
    help="Count who opened which secret, by minute and purpose. Failures to open are written down in any case.",
)
VAULT_ACCESS_FLUSH = timedelta(
    seconds=env.number(
        "VAULT_ACCESS_FLUSH_SECONDS",
        default=15,
        least=1,
        most=300,
        help="How often a process writes its counts of opened secrets; a killed one loses no more than so many seconds of them.",
    )
)
VAULT_ACCESS_RETENTION = env.days(
    "VAULT_ACCESS_RETENTION_DAYS",
    default=90,
    least=1,
    help="How long it is kept who opened which secret.",
)
VAULT_LOCAL_ACCEPTED = env.flag(
    "VAULT_LOCAL_ACCEPTED",
    default=False,
    help="Say that holding the master key beside the hub is meant in production: 'check --deploy' warns no more.",
)
