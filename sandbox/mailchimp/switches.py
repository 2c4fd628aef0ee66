"""The switches of the Mailchimp town. Where the sheet calls a fact weak, a switch has both readings."""

from __future__ import annotations

from sandbox.switches import Switch

SWITCHES = (
    Switch(
        "mailchimp.wrong_dc",
        "401",
        "A known key on another data centre: API Key Invalid or WrongDatacenter.",
        ("401", "403"),
    ),
    Switch("mailchimp.global_host", "serve", "api.mailchimp.com takes keys of every data centre.", ("serve", "refuse")),
    Switch("mailchimp.extra_keys", True, "Answers carry a key no client has heard of."),
    Switch(
        "mailchimp.unknown_fields", "refuse", "A name in `fields` that the answer does not have.", ("refuse", "ignore")
    ),
    Switch("mailchimp.count_over_limit", "refuse", "A count above 1,000.", ("refuse", "clamp")),
    Switch("mailchimp.most_connections", 10, "So many calls of one person may be under way at once.", minimum=1),
    Switch("mailchimp.busy_connections", 0, "So many calls of everybody are under way elsewhere."),
    Switch("mailchimp.retry_after_s", 0, "429 carries Retry-After with so many seconds; 0: it carries none."),
    Switch("mailchimp.sending_s", 8, "A campaign is `sending` for so many seconds."),
    Switch("mailchimp.unscheduled_status", "paused", "Where unschedule leads.", ("paused", "save")),
    Switch("mailchimp.second_send", "bad_request", "What a second send is called.", ("bad_request", "invalid_action")),
    Switch("mailchimp.plan_refusal", "400", "How a plan without scheduling says so.", ("400", "403")),
    Switch("mailchimp.unsent_report", "missing", "The report of a campaign that was not sent.", ("missing", "zeros")),
    Switch("mailchimp.proxy_excluded", True, "Reports tell opens without privacy proxies too."),
    Switch("mailchimp.list_stats", True, "Reports compare with the audience's averages."),
    Switch("mailchimp.audience", "lively", "Whether people open and click by themselves.", ("lively", "quiet")),
    Switch("mailchimp.search_lag_s", 30, "search-campaigns trails writes by this many seconds."),
    Switch("mailchimp.list_lag_s", 0, "GET /campaigns trails new campaigns by this many seconds."),
    Switch("mailchimp.subject_limit", 150, "The longest subject line, in characters."),
    Switch("mailchimp.webhook_signing", "always", "Which new webhooks are signed.", ("always", "asked", "never")),
    Switch("mailchimp.webhooks_need_plan", False, "Webhooks need the Standard plan or more."),
    Switch("mailchimp.webhook_copies", 1, "How often each event is delivered.", minimum=1),
    Switch("mailchimp.batch_step_s", 2, "A batch stays in each of its states for so many seconds."),
    Switch("mailchimp.busy_signups", True, "Addresses that begin with `everywhere` signed up to too many lists."),
)
