"""Fill a hub that runs: real accounts of the sandbox and posts there, people, links, keys, and a past. Writes what to visit.

HUB=… LOOK_SANDBOX=… EMAIL=… PASSWORD=… KEY=… python -m tools.look.demo plan.json
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import requests
from django.db import transaction

from examples import connect_sandbox
from tools.look.hub import ROOT

PASSWORD = "a-good-long-password-for-a-look"  # noqa: S105 - for a page that is looked at - of people in a hub that lives for minutes


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tools.look import pages

    hub, sandbox = os.environ["HUB"], os.environ["LOOK_SANDBOX"]
    os.environ["SANDBOX_URL"] = sandbox
    with contextlib.redirect_stdout(io.StringIO()):
        connect_sandbox.main()
    told = _as_client_apps_do(hub, sandbox)
    with transaction.atomic():
        told |= _people()
        _past()
        _of_every_table()
    plan = pages.plan({**told, "hub": hub, "sandbox": sandbox})
    Path(sys.argv[1]).write_text(json.dumps(plan, indent=1), encoding="utf-8")
    return 0


def _as_client_apps_do(hub: str, sandbox: str) -> dict[str, Any]:
    api = requests.Session()
    api.headers["Authorization"] = f"Bearer {os.environ['KEY']}"

    def ask(method: str, path: str, **more: Any) -> Any:
        answer = api.request(method, f"{hub}/api/{path}", timeout=60, **more)
        if not answer.ok:
            raise SystemExit(f"{method} /api/{path} answered {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None

    places = {place["kind"]: place["id"] for place in ask("GET", "destinations/?enabled=true&limit=100")["results"]}
    with (ROOT / "examples" / "photo.jpg").open("rb") as photo:
        ask("POST", "media/", files={"file": ("Window of the shop in spring.jpg", photo, "image/jpeg")})
    said = [places[kind] for kind in ("facebook_page", "linkedin_organization", "google_location") if kind in places]
    for words in ("Good morning from the sandbox", "We are open on Sunday, too", "A look behind the scenes"):
        ask("POST", "publish", json={"text": words, "destinations": said})
    ask("POST", "publish", json={"text": "See you tomorrow", "publish_at": _tomorrow(), "destinations": said[:1]})
    requests.post(f"{sandbox}/_sandbox/faults", json={"preset": "meta-publish-lost"}, timeout=30)
    ask("POST", "publish", json={"text": "Did this arrive?", "destinations": [places["facebook_page"]]})
    ask("POST", "return-origins/", json={"origin": "https://app.example.com"})
    ask("POST", "webhook-endpoints/", json={"url": f"{hub}/nowhere", "description": "Answers 404"})
    brand = {"name": "Acme Shops", "color": "#8a2be2"}
    link: dict[str, Any] = {
        "platforms": ["linkedin", "mailchimp"],
        "return_url": "https://app.example.com/done",
        "brand": brand,
    }
    return {name: ask("POST", "connect-links/", json=link)["url"] for name in ("link", "link_key", "link_left")}


def _tomorrow() -> str:
    from django.utils import timezone

    return (timezone.now() + timedelta(days=1)).isoformat()


def _people() -> dict[str, Any]:
    from django.contrib.auth.tokens import default_token_generator
    from django.urls import reverse
    from django.utils import timezone
    from django.utils.encoding import force_bytes
    from django.utils.http import urlsafe_base64_encode

    from connectors.models import DataDeletion
    from outbox.letters import unsubscribe_token
    from outbox.models import Mail
    from tenants import two_step
    from tenants.models import Invitation, Membership, SecondFactor, Tenant, User
    from tenants.services import add_member, create_api_key, create_tenant

    now = timezone.now()
    mine, owner = Tenant.objects.get(), User.objects.get()
    for name, role in (("viewer", "viewer"), ("careful", "owner"), ("nobody", "")):
        user = User.objects.create_user(f"{name}@demo.example", PASSWORD)
        if role:
            add_member(tenant=mine, user=user, role=role, actor="system:look")
    empty = create_tenant(name="Brand New Ltd")
    add_member(
        tenant=empty, user=User.objects.create_user("new@demo.example", PASSWORD), role="owner", actor="system:look"
    )
    careful = User.objects.get(email="careful@demo.example")
    two_step.begin(careful)
    SecondFactor.objects.filter(user=careful).update(confirmed_at=now)
    old, _ = create_api_key(tenant=mine, name="Old shop", scopes=["posts:read"], actor="system:look")
    type(old).objects.filter(pk=old.pk).update(revoked_at=now - timedelta(days=3))
    create_api_key(
        tenant=mine, name="Ends soon", scopes=["posts:write"], actor="system:look", expires_at=now + timedelta(days=2)
    )
    secret = "an-invitation-for-the-look"  # noqa: S105 - for a page that is looked at
    invitation = Invitation.objects.create(
        tenant=mine, email="new.colleague@demo.example", role=Membership.Role.EDITOR, invited_by=f"user:{owner.email}",
        digest=hashlib.sha256(secret.encode()).hexdigest(), expires_at=now + timedelta(days=7),
    )  # fmt: skip
    mail = Mail(tenant=mine, user=User.objects.get(email="viewer@demo.example"), topic="connections")
    DataDeletion.objects.create(
        platform_id="meta", code="c0ffee" * 6, event_key="demo", person="x", requested_at=now, finished_at=now,
        erased={"connections": 1, "tokens": 2, "destinations": 3},
    )  # fmt: skip
    reset = [urlsafe_base64_encode(force_bytes(careful.pk)), default_token_generator.make_token(careful)]
    return {
        "invitation": reverse("invitation", args=[invitation.pk, secret]),
        "password": reverse("choose_password", args=reset),
        "unsubscribe": reverse("mail_unsubscribe", args=[unsubscribe_token(mail)]),
        "deletion": reverse("deletion_status", args=["meta", "c0ffee" * 6]),
    }


def _past() -> None:
    from tenants.models import Tenant
    from tenants.services import create_tenant
    from tools.look.past import Past

    past = Past()
    mine = Tenant.objects.get(slug="demo")
    for tenant, accounts in ((mine, 18), (create_tenant(name="Nordwind Media"), 9)):
        past.of(tenant, accounts=accounts)


def _of_every_table() -> None:
    """Give tables that are still empty a row, so that the admin has one to show of each."""
    from tests.config.desk import fill

    fill(each=1)


if __name__ == "__main__":
    sys.exit(main())
