"""Why Mailchimp did not take a contact, and what helps.

Source: https://mailchimp.com/developer/marketing/api/lists/ (batch errors) and the public threads named in docs/platforms/mailchimp.md,
"Contacts". A batch gives every refusal one of two codes, so that the reason stands in words alone. They are used here as a
hint for the remedy and decide nothing: none of these is tried again by itself.
"""

import re
from typing import Final

_HINTS: Final = (
    (
        re.compile(r"compliance state", re.I),
        "in_compliance_state",
        "The person unsubscribed or bounced. Save the contact with the status pending, so that Mailchimp asks the person.",
    ),
    (
        re.compile(r"permanently deleted|forgotten", re.I),
        "forgotten",
        "Only the person can come back, by a sign-up form hosted by Mailchimp.",
    ),
    (
        re.compile(r"lot of lists|too many lists", re.I),
        "too_many_signups",
        "Mailchimp takes no further sign-up of this address for now. Try again in a day; give up after a week.",
    ),
    (
        re.compile(r"fake or invalid|valid email|looks fake", re.I),
        "bad_address",
        "Correct the address; Mailchimp takes no role addresses and none that look made up.",
    ),
    (re.compile(r"already a list member", re.I), "already_there", "Save the contact again to update it."),
    (re.compile(r"merge fields?|please enter", re.I), "bad_field", "Correct the fields that Mailchimp names."),
)


def reason_of(code: str, words: str) -> tuple[str, str]:
    """Return our word for a refusal and what helps."""
    for pattern, ours, remedy in _HINTS:
        if pattern.search(words):
            return ours, remedy
    if code == "ERROR_CONTACT_EXISTS":
        return "already_there", "Save the contact again to update it."
    return "refused", "Look at what Mailchimp says, correct it, and save the contact again."
