"""A hub of which every table has rows, made without services: for what the admin shows, whatever the rows mean."""

import hashlib
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.utils import timezone

from foundation.ids import new_id

#: Stands wherever a secret is kept. No page may show it.
CANARY: Final = "cAnArY7"
OURS: Final = ("config", "monitoring", "outbox", "publishing", "connectors", "media", "vault", "tenants")
#: Tables of others that operators look after.
THEIRS: Final = ("django_celery_beat", "axes")
_SECRETS: Final = {
    "digest",
    "binding",
    "request_digest",
    "sealed_seed",
    "session_data",
    "session_key",
    "password",
    "storage_name",
    "iv",
    "ciphertext",
    "auth_tag",
    "salt",
    "check_iv",
    "check_ciphertext",
    "check_tag",
    "fingerprint",
    "hint",
}
_NUMBERS = count(1)


def models_of(*labels: str) -> list[type[models.Model]]:
    """Return the models of apps, those first that others point to."""
    waiting = [model for label in labels for model in apps.get_app_config(label).get_models() if model._meta.managed]
    ordered: list[type[models.Model]] = []
    while waiting:
        ready = [one for one in waiting if not (_pointed_at(one) & set(waiting) - {one})]
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered


def _pointed_at(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.remote_field}


def fill(*, each: int = 3) -> dict[type[models.Model], list[Any]]:
    """Give every table of ours rows; return them."""
    made: dict[type[models.Model], list[Any]] = {}
    for model in models_of(*OURS):
        if isinstance(model._meta.pk, models.CompositePrimaryKey):
            continue
        known = list(model._default_manager.all()[:each])
        made[model] = known + [_row(model, made, index) for index in range(each - len(known))]
    return made


def _row(model: Any, made: dict[Any, list[Any]], index: int) -> Any:
    now = timezone.now()
    number = next(_NUMBERS)
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField | models.BigAutoField) or field.name in ("created_at", "updated_at"):
            continue
        values[field.name] = _value(model, field, made, index, number, now)
    values |= _agreeing(model.__name__, now, index)
    return model._default_manager.create(**values)


def _value(model: Any, field: Any, made: dict[Any, list[Any]], index: int, number: int, now: datetime) -> Any:
    if field.remote_field:
        rows = made.get(field.related_model, [])
        if field.related_model is model or (field.null and not rows):
            return None
        return rows[index % len(rows)]
    if field.name in _SECRETS and not (field.name == "fingerprint" and model.__name__ == "DeadLetter"):
        text = f"{CANARY}{hashlib.sha256(str(number).encode()).hexdigest()[:8]}{field.name}"
        return text.encode() if isinstance(field, models.BinaryField) else text[: field.max_length or 200]
    if field.choices and not isinstance(field, models.IntegerField):
        return field.flatchoices[0][0] or field.flatchoices[-1][0]
    match field:
        case models.UUIDField():
            return new_id()
        case models.JSONField():
            secret = {"token": CANARY, "where": f"https://platform.example/x?signature={CANARY}", "plain": "fact"}
            return secret if field.default is dict or field.null else [secret]
        case models.BooleanField():
            return bool(index % 2)
        case models.DateTimeField():
            return now - timedelta(minutes=number)
        case models.DateField():
            return (now - timedelta(days=number)).date()
        case models.FloatField() | models.IntegerField():
            return number
        case models.EmailField():
            return f"person{number}@desk.example"
        case models.SlugField():
            return f"slug-{number}"
    told = f"https://place.example/{number}?key={CANARY}" if "url" in field.name else f"{field.name} {number}"
    return told[: field.max_length or 200]


def _agreeing(name: str, now: datetime, index: int) -> dict[str, Any]:
    """Return what satisfies the database's constraints, where any values would not."""
    agreeing: dict[str, dict[str, Any]] = {
        "User": {"is_active": True, "is_staff": False, "is_superuser": False, "time_zone": "UTC"},
        "Tenant": {"time_zone": "UTC", "suspended_at": None},
        "Membership": {"role": "owner"},
        "Invitation": {"role": "viewer", "accepted_at": now},
        "ApiKey": {"prefix": f"sb_{new_id().hex[:8]}{index}", "scopes": ["posts:read"], "revoked_at": None},
        "Connection": {"status": "active", "disconnected_at": None, "scopes_granted": [], "scopes_missing": []},
        "ConnectLink": {"status": "completed", "finished_at": now, "platforms": []},
        "WebhookEvent": {"state": "processed", "due_at": None},
        "Media": {
            "state": "stored",
            "gone_at": None,
            "gone_why": "",
            "sha256": hashlib.sha256(new_id().bytes).hexdigest(),
        },
        "Upload": {"offset_bytes": 0, "size_bytes": 10, "parts": []},
        "PublishJob": {
            "state": "failed",
            "due_at": None,
            "ready": False,
            "lease_token": None,
            "lease_until": None,
            "announced_at": None,
            "published_at": None,
            "removed_at": None,
        },
        "Post": {"media": [], "settings": {}, "overrides": {}},
        "Attempt": {"outcome": "failed"},
        "JobAction": {"outcome": "done"},
        "DeadLetter": {"closed_at": None, "resolution": ""},
        "WebhookEndpoint": {"disabled": "", "disabled_at": None, "event_types": [], "deleted_at": None},
        "WebhookDelivery": {"state": "failed", "due_at": None, "lease_token": None, "attempts": []},
        "Mail": {"state": "failed", "due_at": None, "lease_token": None, "address": ""},
        "OutgoingEvent": {"type": "job.published", "endpoint": None},
        "MetricWatch": {"kind": "post", "stop": "done", "due_at": None},
        "Alert": {"raised_at": now, "end_told_at": None, "cleared_at": None},
        "Watch": {"history": []},
        "MasterKey": {"retired_at": now},
        "DataKey": {"retired_at": now},
        "EncryptedSecret": {"format": 1, "hint": CANARY[:4]},
        "Access": {"outcome": "opened"},
    }
    return agreeing.get(name, {})
