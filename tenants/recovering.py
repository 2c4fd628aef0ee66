"""What a forgotten password is replaced with: a link that is good for an hour, and until the password changes."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tenants import mails
from tenants.models import User


def send_reset_link(*, email: str) -> bool:
    """Mail a link to the active account with this address; return False when there is none. Raises ``Unavailable``."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return False
    who = urlsafe_base64_encode(force_bytes(user.pk))
    link = settings.PUBLIC_URL + reverse("choose_password", args=[who, default_token_generator.make_token(user)])
    mails.send("reset", to=user.email, subject="A new password for Switchboard", link=link, email=user.email)
    return True
