"""How the settings name a key at AWS KMS; knows nothing of AWS's own library, which takes its time to load."""

from django.conf import settings


def region_of(key_id: str) -> str:
    """Return the region an ARN names, or that of the settings, or nothing: then AWS's own variables decide."""
    parts = key_id.split(":")
    return parts[3] if key_id.startswith("arn:") and len(parts) > 5 else str(settings.VAULT_KMS_REGION)
