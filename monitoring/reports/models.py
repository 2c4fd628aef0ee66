"""The views as Django reads them: unmanaged, never written. Ids are plain columns, so that deleting a tenant asks no view.

What each column means stands here once; the API's document and ``docs/views.md`` say the same.
"""

from django.db import models


class ConnectorHealthSummary(models.Model):
    """How a tenant's accounts on a platform are, and how their checks of the last 24 hours went."""

    pk = models.CompositePrimaryKey("tenant_id", "platform")
    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    connections = models.IntegerField(help_text="Accounts, the disconnected ones too.")
    active = models.IntegerField(help_text="Accounts that work.")
    attention = models.IntegerField(help_text="Accounts that need their tenant.")
    inactive = models.IntegerField(help_text="Disconnected accounts.")
    healthy = models.IntegerField(help_text="Accounts, of those not disconnected, that are healthy.")
    degraded = models.IntegerField(help_text="Accounts, of those not disconnected, that work in part.")
    unhealthy = models.IntegerField(help_text="Accounts, of those not disconnected, that do not work.")
    unchecked = models.IntegerField(help_text="Accounts, of those not disconnected, that were not checked yet.")
    last_checked_at = models.DateTimeField(null=True, help_text="When one of them was last checked.")
    oldest_check_at = models.DateTimeField(
        null=True, help_text="The oldest of the last checks of the accounts that are not disconnected."
    )
    checks_24h = models.IntegerField(help_text="Checks in the last 24 hours.")
    failed_checks_24h = models.IntegerField(help_text="Checks of those that found an account degraded or unhealthy.")
    success_rate_24h = models.FloatField(
        null=True, help_text="The share of checks that found an account healthy, 0 to 1; null without checks."
    )
    latency_ms_avg_24h = models.FloatField(null=True, help_text="Milliseconds a check took, on average.")
    latency_ms_p95_24h = models.FloatField(
        null=True, help_text="Milliseconds that 95 % of the checks did not exceed, within 10 %."
    )

    class Meta:
        managed = False
        db_table = "api_connector_health_summary"

    def __str__(self) -> str:
        return f"{self.platform} of {self.tenant_id}"


class RecentError(models.Model):
    """Something that went wrong in the last seven days."""

    id = models.UUIDField(
        primary_key=True,
        help_text="The id of the row that tells it: an attempt, a health check, a renewal, an event or a delivery.",
    )
    occurred_at = models.DateTimeField(
        help_text="When it went wrong: when the attempt began, the check was made, the event came."
    )
    source = models.CharField(max_length=16, help_text="Where: publish, health, token, webhook_in or webhook_out.")
    tenant_id = models.UUIDField(null=True, help_text="Whose it is; null for what a platform told the hub.")
    platform = models.CharField(max_length=32, help_text="The platform; empty for webhook_out.")
    connection_id = models.UUIDField(null=True, help_text="The account it is about.")
    destination_id = models.UUIDField(null=True, help_text="The place it is about.")
    job_id = models.UUIDField(null=True, help_text="The job it is about.")
    subject_id = models.UUIDField(help_text="What to look up: the job, the account, the event or the webhook endpoint.")
    kind = models.CharField(
        max_length=32,
        help_text="What kind of error: of publish as in docs/api/errors.md, of health the state, of token the outcome, "
        "of webhook_in the kind of event, of webhook_out the delivery's state.",
    )
    code = models.CharField(
        max_length=60,
        help_text="The platform's code, the health check's word, or the HTTP status; empty where nobody told.",
    )
    cause = models.CharField(max_length=600, help_text="What happened, in words.")
    remedy = models.CharField(max_length=600, help_text="What to do.")
    who = models.CharField(
        max_length=16, help_text="Who can mend it: author, tenant or operator; empty: nobody has to, it is tried again."
    )

    class Meta:
        managed = False
        db_table = "api_recent_errors"

    def __str__(self) -> str:
        return f"{self.source}: {self.kind}"


class TokenHealth(models.Model):
    """How the tokens of a connection that is not disconnected stand."""

    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    connection_id = models.UUIDField(primary_key=True, help_text="The account.")
    display_name = models.CharField(max_length=200, help_text="What people call the account.")
    status = models.CharField(max_length=16, help_text="The account's status: active or attention.")
    state = models.CharField(
        max_length=16,
        help_text="attention (its tenant must reconnect it), expired, overdue (a renewal failed, or was due 15 minutes ago), "
        "due (to be renewed now, or in a worker's hands), no_expiry or valid; the first that holds.",
    )
    expires_at = models.DateTimeField(null=True, help_text="When the access token ends; null: never, or nobody told.")
    seconds_left = models.BigIntegerField(null=True, help_text="Seconds until then; negative when it is past.")
    refresh_due_at = models.DateTimeField(null=True, help_text="When the hub renews it; null: nothing to do.")
    grant_ends_at = models.DateTimeField(null=True, help_text="From when on only a person can renew it.")
    refreshed_at = models.DateTimeField(null=True, help_text="When it was last renewed.")
    failures = models.IntegerField(help_text="Tries to renew it that brought nothing, one after the other.")
    last_outcome = models.CharField(
        max_length=16,
        help_text="What came of the last try: refreshed, fresh_already, failed, ended or open; empty: there was none.",
    )

    class Meta:
        managed = False
        db_table = "api_token_health"

    def __str__(self) -> str:
        return f"{self.display_name}: {self.state}"


class PublishPerformance(models.Model):
    """What a tenant published on a platform in one hour of the last 30 days, how fast, and what failed. First comments are not counted."""

    pk = models.CompositePrimaryKey("tenant_id", "platform", "hour")
    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    hour = models.DateTimeField(help_text="The beginning of the hour (UTC).")
    published = models.IntegerField(help_text="Posts that went out.")
    failed = models.IntegerField(help_text="Times that a post came to need its author or tenant.")
    dead_lettered = models.IntegerField(
        help_text="Times that a post came to need the operator, or a look at whether it is live."
    )
    success_rate = models.FloatField(
        null=True, help_text="published as a share of the three, 0 to 1; null where all are 0."
    )
    latency_s_avg = models.FloatField(
        null=True, help_text="Seconds from the moment a post was planned for until it was public, on average."
    )
    latency_s_p50 = models.FloatField(
        null=True, help_text="Seconds that half of the posts did not exceed, within 10 %."
    )
    latency_s_p95 = models.FloatField(
        null=True, help_text="Seconds that 95 % of the posts did not exceed, within 10 %."
    )
    latency_s_p99 = models.FloatField(
        null=True, help_text="Seconds that 99 % of the posts did not exceed, within 10 %."
    )
    tries_avg = models.FloatField(null=True, help_text="Tries a post took, on average; 1 is best.")
    latency_s_sum = models.FloatField(help_text="All those seconds together, to make averages over several rows.")
    tries_sum = models.BigIntegerField(help_text="All those tries together.")

    class Meta:
        managed = False
        db_table = "api_publish_performance"

    def __str__(self) -> str:
        return f"{self.published} on {self.platform} at {self.hour:%Y-%m-%d %H:%M}"


class DlqStatus(models.Model):
    """Open dead letters of one cause."""

    pk = models.CompositePrimaryKey("tenant_id", "platform", "fingerprint")
    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    fingerprint = models.CharField(max_length=120, help_text="Equal for failures of one cause.")
    kind = models.CharField(max_length=32, help_text="What kind of error, as in docs/api/errors.md.")
    cause = models.CharField(max_length=600, help_text="What happened, in the words of the newest of them.")
    remedy = models.CharField(max_length=600, help_text="What to do.")
    who = models.CharField(max_length=16, help_text="Who can mend it: author, tenant or operator.")
    open = models.IntegerField(help_text="Letters that nobody has dealt with.")
    opened_24h = models.IntegerField(help_text="Letters of those that came in the last 24 hours.")
    oldest_open_at = models.DateTimeField(help_text="When the first of them came.")
    newest_open_at = models.DateTimeField(help_text="When the last of them came.")
    redriven_7d = models.IntegerField(help_text="Letters of this cause sent again in the last seven days.")
    discarded_7d = models.IntegerField(help_text="Letters of this cause discarded in the last seven days.")
    confirmed_live_7d = models.IntegerField(
        help_text="Letters of this cause whose post somebody found live in the last seven days."
    )

    class Meta:
        managed = False
        db_table = "api_dlq_status"

    def __str__(self) -> str:
        return f"{self.open} of {self.fingerprint}"


class HealthCheckTrend(models.Model):
    """How the checks of a tenant's accounts on a platform went in one hour of the last 30 days."""

    pk = models.CompositePrimaryKey("tenant_id", "platform", "hour")
    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    hour = models.DateTimeField(help_text="The beginning of the hour (UTC).")
    checks = models.IntegerField(help_text="Checks made.")
    healthy = models.IntegerField(help_text="Checks that found an account healthy.")
    degraded = models.IntegerField(
        help_text="Checks that found an account working in part, or its platform out of reach."
    )
    unhealthy = models.IntegerField(help_text="Checks that found an account not working.")
    success_rate = models.FloatField(null=True, help_text="healthy as a share of checks, 0 to 1.")
    latency_ms_avg = models.FloatField(null=True, help_text="Milliseconds a check took, on average.")
    latency_ms_p95 = models.FloatField(
        null=True, help_text="Milliseconds that 95 % of the checks did not exceed, within 10 %."
    )
    latency_ms_sum = models.BigIntegerField(
        help_text="All those milliseconds together, to make averages over several rows."
    )

    class Meta:
        managed = False
        db_table = "api_health_check_trends"

    def __str__(self) -> str:
        return f"{self.checks} on {self.platform} at {self.hour:%Y-%m-%d %H:%M}"


class ConnectorReadiness(models.Model):
    """Whether a platform can be published to now, and why not."""

    platform = models.CharField(max_length=32, primary_key=True, help_text="The platform, such as meta.")
    name = models.CharField(max_length=80, help_text="What the platform calls itself.")
    enabled = models.BooleanField(help_text="It is switched on.")
    configured = models.BooleanField(help_text="The hub has credentials for it.")
    ready = models.BooleanField(
        help_text="It is switched on and configured, and the version of its API that the hub speaks has not ended."
    )
    reason = models.CharField(max_length=300, help_text="Why it is not ready.")
    remedy = models.CharField(max_length=300, help_text="What to do about it.")
    api_version = models.CharField(max_length=40, help_text="The version of its API that the hub speaks.")
    version_sunset_on = models.DateField(
        null=True, help_text="The day on which that version ends; null: none is announced."
    )
    days_left = models.IntegerField(null=True, help_text="Days until then.")
    connections = models.IntegerField(help_text="Accounts of all tenants that are not disconnected.")
    healthy_connections = models.IntegerField(help_text="Accounts of those that are healthy.")
    jobs_waiting = models.IntegerField(help_text="Jobs of all tenants that wait for their moment, a try or a look.")
    jobs_late = models.IntegerField(
        help_text="Jobs of those that were due a minute ago and that no worker took; what a switch holds is not late."
    )
    last_published_at = models.DateTimeField(
        null=True, help_text="When a post last went out, within the time that sums are kept."
    )
    last_failed_at = models.DateTimeField(null=True, help_text="When a job last came to need a person.")
    told_at = models.DateTimeField(null=True, help_text="When a process of the hub last told of its settings.")

    class Meta:
        managed = False
        db_table = "api_connector_readiness"

    def __str__(self) -> str:
        return self.name


class AllPublishTallies(models.Model):
    """Posts that went out in an hour of the last 30 days by the step of their latency, up to this moment.

    A step may come in two rows, one summed up before and one of what happened since; add them up.
    """

    pk = models.CompositePrimaryKey("tenant_id", "hour", "platform", "latency_ms")
    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    hour = models.DateTimeField(help_text="The beginning of the hour (UTC).")
    latency_ms = models.BigIntegerField(
        help_text="Milliseconds from the planned moment until it was public, in steps a fifth apart."
    )
    published = models.IntegerField(help_text="Posts that took so long.")
    latency_ms_sum = models.BigIntegerField(help_text="Their milliseconds together.")
    tries_sum = models.BigIntegerField(help_text="Their tries together.")
    last_published_at = models.DateTimeField(help_text="When the last of them went out.")

    class Meta:
        managed = False
        db_table = "report_publish_tallies"

    def __str__(self) -> str:
        return f"{self.published} on {self.platform} after {self.latency_ms} ms"


class AllHealthTallies(models.Model):
    """Checks of an hour of the last 30 days by the step of their latency, up to this moment; steps as in ``AllPublishTallies``."""

    pk = models.CompositePrimaryKey("tenant_id", "hour", "platform", "latency_ms")
    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    hour = models.DateTimeField(help_text="The beginning of the hour (UTC).")
    latency_ms = models.BigIntegerField(help_text="Milliseconds that a check took, in steps a fifth apart.")
    healthy = models.IntegerField(help_text="Checks of those that found an account healthy.")
    degraded = models.IntegerField(help_text="Checks of those that found it degraded.")
    unhealthy = models.IntegerField(help_text="Checks of those that found it unhealthy.")
    latency_ms_sum = models.BigIntegerField(help_text="Their milliseconds together.")

    class Meta:
        managed = False
        db_table = "report_health_tallies"

    def __str__(self) -> str:
        return f"{self.platform} after {self.latency_ms} ms"


class AllPublishTotals(models.Model):
    """The tallies of all tenants together, for operators: a few thousand rows where those of each tenant are a million."""

    pk = models.CompositePrimaryKey("hour", "platform", "latency_ms")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    hour = models.DateTimeField(help_text="The beginning of the hour (UTC).")
    latency_ms = models.BigIntegerField(
        help_text="Milliseconds from the planned moment until it was public, in steps a fifth apart."
    )
    published = models.IntegerField(help_text="Posts that took so long.")
    latency_ms_sum = models.BigIntegerField(help_text="Their milliseconds together.")
    tries_sum = models.BigIntegerField(help_text="Their tries together.")

    class Meta:
        managed = False
        db_table = "report_publish_totals"

    def __str__(self) -> str:
        return f"{self.published} on {self.platform} after {self.latency_ms} ms"


class AllHealthTotals(models.Model):
    """The tallies of checks of all tenants together, as ``AllPublishTotals``."""

    pk = models.CompositePrimaryKey("hour", "platform", "latency_ms")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    hour = models.DateTimeField(help_text="The beginning of the hour (UTC).")
    latency_ms = models.BigIntegerField(help_text="Milliseconds that a check took, in steps a fifth apart.")
    healthy = models.IntegerField(help_text="Checks of those that found an account healthy.")
    degraded = models.IntegerField(help_text="Checks of those that found it degraded.")
    unhealthy = models.IntegerField(help_text="Checks of those that found it unhealthy.")
    latency_ms_sum = models.BigIntegerField(help_text="Their milliseconds together.")

    class Meta:
        managed = False
        db_table = "report_health_totals"

    def __str__(self) -> str:
        return f"{self.platform} after {self.latency_ms} ms"


class AnalyticsSummary(models.Model):
    """What the posts of a day came to at a destination, and what was counted of the destination itself."""

    pk = models.CompositePrimaryKey("destination_id", "day")
    tenant_id = models.UUIDField(help_text="Whose it is.")
    platform = models.CharField(max_length=32, help_text="The platform, such as meta.")
    destination_id = models.UUIDField(help_text="The destination: a Page, an account, a location, an audience.")
    destination_name = models.CharField(max_length=300, help_text="What it is called.")
    day = models.DateField(
        help_text="Of posts a day of the tenant's time zone; of the destination itself the platform's own."
    )
    posts = models.IntegerField(help_text="Posts that went out on that day; true to the minute.")
    post_views = models.FloatField(null=True, help_text="How often those posts were shown, by now.")
    post_opens = models.FloatField(null=True, help_text="How often those mails were opened, by now.")
    post_reach = models.FloatField(null=True, help_text="How many different people saw one of those posts, on average.")
    post_reactions = models.FloatField(null=True, help_text="Reactions of every kind to those posts, by now.")
    post_likes = models.FloatField(
        null=True, help_text="Likes of those posts, where the platform knows no other reaction."
    )
    post_comments = models.FloatField(null=True, help_text="Comments and answers under those posts, by now.")
    post_shares = models.FloatField(null=True, help_text="How often people passed those posts on, by now.")
    post_saves = models.FloatField(null=True, help_text="How often people kept those posts for later, by now.")
    post_clicks = models.FloatField(null=True, help_text="Clicks on those posts or on their links, by now.")
    place_followers = models.FloatField(null=True, help_text="How many people followed, as it stood that day.")
    place_views = models.FloatField(null=True, help_text="How often anything of the destination was shown.")
    place_profile_views = models.FloatField(null=True, help_text="How often the profile or page itself was looked at.")
    place_clicks = models.FloatField(null=True, help_text="Clicks on the destination's links.")

    class Meta:
        managed = False
        db_table = "api_analytics_summary"

    def __str__(self) -> str:
        return f"{self.destination_name} on {self.day}"
