"""The rows of the Mailchimp town: who, and what is mailed. Every field is a JSON value, so that the store can keep it.

Moments are Unix seconds; 0 means never.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["owner", "admin", "manager", "author", "viewer"]
Plan = Literal["free", "essentials", "standard", "premium"]


@dataclass
class Account:
    """A customer of the platform, at home in one data centre."""

    id: str
    dc: str
    name: str
    plan: Plan
    timezone: str
    industry: str
    contact: dict[str, str]
    created: float
    disabled: bool = False


@dataclass
class Login:
    """A person who signs in; the same one may work in several accounts."""

    id: int
    first_name: str
    last_name: str
    email: str
    username: str

    @property
    def name(self) -> str:
        """Return the name as people write it."""
        return f"{self.first_name} {self.last_name}"


@dataclass
class Seat:
    """What a person is in an account; without a seat all keys the person made there are dead."""

    account_id: str
    login_id: int
    role: Role


@dataclass
class Key:
    """An API key: it acts with whatever role its maker has at that moment, and never expires."""

    value: str
    account_id: str
    login_id: int
    label: str
    created: float
    revoked: bool = False


@dataclass
class Audience:
    """A list of contacts, which is also what campaigns are sent to."""

    id: str
    web_id: int
    account_id: str
    name: str
    permission_reminder: str
    campaign_defaults: dict[str, str]
    contact: dict[str, str]
    created: float
    double_optin: bool = False


@dataclass
class MergeField:
    """A field every contact of an audience may have."""

    list_id: str
    merge_id: int
    tag: str
    name: str
    type: str
    required: bool = False
    default_value: str = ""
    public: bool = True
    choices: list[str] = field(default_factory=list)


@dataclass
class Interest:
    """A group of an audience, in its category."""

    id: str
    list_id: str
    category_id: str
    category: str
    name: str


@dataclass
class Member:
    """A contact of one audience.

    `bound` says why the platform will not subscribe the contact at a program's wish: `unsub`, `abuse` or `hard`.
    """

    list_id: str
    email: str
    status: str
    unique_email_id: str
    contact_id: str
    web_id: int
    merge_fields: dict[str, Any] = field(default_factory=dict)
    interests: dict[str, bool] = field(default_factory=dict)
    tags: dict[str, float] = field(default_factory=dict)
    language: str = ""
    vip: bool = False
    email_type: str = "html"
    location: dict[str, Any] = field(default_factory=dict)
    marketing_permissions: list[dict[str, Any]] = field(default_factory=list)
    ip_signup: str = ""
    ip_opt: str = ""
    signed_up: float = 0.0
    opted_in: float = 0.0
    changed: float = 0.0
    source: str = "API - Generic"
    reason: str = ""
    bound: str = ""


@dataclass
class Segment:
    """A part of an audience: a tag (`static`) or a saved search."""

    id: int
    list_id: str
    name: str
    type: Literal["static", "saved", "fuzzy"]
    created: float
    updated: float
    match: str = "any"
    conditions: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Campaign:
    """A mail to an audience, from draft to history.

    `status` is the platform's word. `due` is when a scheduled one starts, `began` when its mails started to leave and
    `sent` when the last one had.
    """

    id: str
    web_id: int
    account_id: str
    type: str
    created: float
    status: str
    settings: dict[str, Any]
    recipients: dict[str, Any]
    tracking: dict[str, Any]
    content_type: str = "template"
    html: str = ""
    plain_text: str = ""
    plain_given: bool = False
    extras: dict[str, Any] = field(default_factory=dict)
    due: float = 0.0
    timewarp: bool = False
    batch_delivery: dict[str, Any] = field(default_factory=dict)
    began: float = 0.0
    sent: float = 0.0
    delivered: int = 0
    made_by: int = 0


@dataclass
class Mailing:
    """Mails that left: one row each time a campaign, a test or an opt-in message goes out, with every address."""

    id: str
    account_id: str
    campaign_id: str
    kind: Literal["campaign", "test", "opt_in"]
    subject: str
    sender: str
    reply_to: str
    html: str
    plain_text: str
    list_id: str
    addresses: list[str]
    began: float
    planned: int = 0


@dataclass
class Domain:
    """A domain an account may send from once it is verified."""

    account_id: str
    domain: str
    email: str
    verified: bool
    authenticated: bool
    code: str = ""
    verified_at: float = 0.0


@dataclass
class Template:
    """A layout with editable areas."""

    id: int
    account_id: str
    name: str
    html: str
    type: str
    created: float
    edited: float
    category: str = ""
    folder_id: str = ""
    active: bool = True
    content_type: str = "html"


@dataclass
class File:
    """A file of the file manager; its bytes are kept under their sha256."""

    id: int
    account_id: str
    name: str
    type: Literal["image", "file"]
    digest: str
    size: int
    created: float
    created_by: str
    path: str
    folder_id: int = 0
    width: int = 0
    height: int = 0
    mime: str = "application/octet-stream"


@dataclass
class Engagement:
    """What somebody did with a mail beyond what the town makes up: an open, a click, an unsubscription."""

    campaign_id: str
    email: str
    action: str
    at: float
    url: str = ""


@dataclass
class Hook:
    """Where an audience tells its news."""

    id: str
    list_id: str
    url: str
    events: dict[str, bool]
    sources: dict[str, bool]
    secret: str = ""


@dataclass
class BatchHook:
    """Where an account tells that a batch is finished."""

    id: str
    account_id: str
    url: str
    enabled: bool = True


@dataclass
class Delivery:
    """One event on its way to one address. `fault` spoils it: `bad_signature`, `stale` or `unsigned`."""

    id: str
    hook_id: str
    account_id: str
    kind: str
    url: str
    body: str
    secret: str
    created: float
    due: float
    fault: str = ""
    tries: int = 0
    status: int = 0
    done: bool = False


@dataclass
class Batch:
    """Many operations in one call; `digest` names its archive of answers once it is finished."""

    id: str
    account_id: str
    login_id: int
    operations: list[dict[str, Any]]
    submitted: float
    address: dict[str, Any]
    completed: float = 0.0
    errored: int = 0
    done: bool = False
    digest: str = ""
