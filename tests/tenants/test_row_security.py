"""The second wall: with it up, PostgreSQL shows a tenant's request no row of another, whatever the code forgets to ask.

Runs where there is a PostgreSQL; what the wall is on SQLite (nothing, and said so) stands in ``test_row_security_checks.py``.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, models, transaction
from django.test import Client
from django.utils import timezone

from connectors.models import Connection, Destination
from foundation import wall
from foundation.secret import Secret
from monitoring.reports.models import ConnectorHealthSummary
from publishing import selectors
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import Attempt, Post, PublishJob
from tenants import checks, flags, row_policies
from tenants.models import Membership, Tenant, User
from tenants.scopes import SCOPES
from tenants.services import add_member, create_api_key
from tests.conftest import House
from vault.models import MasterKey


@pytest.fixture(scope="module", autouse=True)
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The policies, in the database of the tests while these run: nobody is concerned who does not ask behind the wall."""
    with django_db_blocker.unblock():
        row_policies.apply()
    yield
    with django_db_blocker.unblock():
        row_policies.remove()


@pytest.fixture
def put_up(db: None, settings: Any) -> Iterator[None]:
    """The wall, switched on."""
    settings.ROW_SECURITY = True
    yield
    assert wall.standing() is None


@pytest.fixture
def other(make_house: Callable[[str], House], connect: Callable[[House], Connection]) -> House:
    """Another tenant with an account, a post and an attempt."""
    made = make_house("Other")
    place = connect(made).destinations.filter(enabled=True).first()
    assert place is not None
    publish_post(
        principal=made.principal,
        draft=Draft(text="Theirs", destinations=(place.pk,)),
        idempotency_key=None,
        now=timezone.now(),
    )
    Attempt.objects.create(job=PublishJob.objects.get(), number=1, worker="w", opened_at=timezone.now())
    return made


def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody forgets the tenant in the query behind the list of jobs."""
    monkeypatch.setattr("publishing.api.selectors.jobs_of", lambda *args, **kwargs: PublishJob.objects.all())


def test_a_query_that_forgets_the_tenant_shows_nothing_of_others_behind_the_wall(
    api: Client, other: House, put_up: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful(monkeypatch)
    assert api.get("/api/jobs/").json()["results"] == []
    settings.ROW_SECURITY = False
    assert len(api.get("/api/jobs/").json()["results"]) == 1, "without the wall the same mistake would show it"


def test_the_same_holds_for_pages_and_for_what_has_no_tenant_of_its_own(
    member_client: Client, house: House, other: House, put_up: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}

    def look(*args: Any, **kwargs: Any) -> Any:
        tables = [policy.table for policy in row_policies.policies()]
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of our models
                seen[table] = cursor.fetchone()[0]
        seen["view"] = ConnectorHealthSummary.objects.count()
        return selectors.open_letters_of(house.tenant)

    monkeypatch.setattr("config.context.open_letters_of", look)
    assert member_client.get("/jobs").status_code == 200
    mine = {"tenants": 1, "tenant_members": 1, "tenants_user": 1, "audit_log": 1}
    assert {table: count for table, count in seen.items() if count} == mine
    assert {"posts", "publish_jobs", "publish_attempts", "connections", "encrypted_secrets"} <= seen.keys()
    assert Post.objects.count() == Attempt.objects.count() == 1, "outside of the request all is seen again"


def test_behind_the_wall_nothing_of_another_tenant_is_written_changed_or_deleted(
    house: House, other: House, put_up: None
) -> None:
    theirs = Post.objects.get()
    with wall.around(house.tenant.pk):
        assert Post.objects.update(text="Mine") == 0
        assert Connection.objects.all()._raw_delete("default") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Post.objects.create(tenant=other.tenant, text="Slipped in", created_by="x")
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as at,
        ):
            at.execute("SELECT * FROM browser_sessions")
    theirs.refresh_from_db()
    assert theirs.text == "Theirs"
    assert Connection.objects.count() == 1


def test_the_wall_leaves_nothing_on_the_connection_and_can_be_lifted_for_a_look(
    house: House, other: House, put_up: None
) -> None:
    with transaction.atomic():
        with wall.around(house.tenant.pk):
            assert Tenant.objects.count() == 1
            with wall.lifted():
                assert Tenant.objects.count() == 2
            assert Tenant.objects.count() == 1
            with pytest.raises(ProgrammingError), transaction.atomic():
                Tenant.objects.create(name="x", slug="x")
            assert Tenant.objects.count() == 1, "a savepoint that was rolled back takes no part of the wall with it"
        assert Tenant.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user, coalesce(current_setting('switchboard.tenant', true), '')")
        assert cursor.fetchone()[0] is True
        cursor.executemany("SELECT %s", [(1,), (2,)])


def test_many_rows_at_once_and_texts_with_percent_signs_pass_the_wall(house: House, put_up: None) -> None:
    with wall.around(house.tenant.pk):
        Post.objects.bulk_create(Post(tenant=house.tenant, text=f"100 % {n}", created_by="x") for n in range(3))
        assert Post.objects.filter(text__contains="%").count() == 3
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE posts SET link = %s WHERE text = %s", [("a", "100 % 0"), ("b", "100 % 1")])
            cursor.execute("SELECT count(*) FROM posts WHERE text LIKE '100 %'")
            assert cursor.fetchone() == (3,)
        assert [*Post.objects.filter(link="a").iterator(1)] == [Post.objects.get(link="a")]
        assert set(Post.objects.exclude(link="").values_list("link", flat=True)) == {"a", "b"}


def test_an_answer_that_is_written_later_is_written_behind_the_same_wall(
    house: House, other: House, put_up: None
) -> None:
    with wall.around(house.tenant.pk):
        where = wall.standing()
    assert where is not None
    pieces = wall.kept(where, (Post.objects.count() for _ in range(2)))
    assert next(pieces) == 0
    assert Post.objects.count() == 1, "between two pieces there is no wall"
    assert list(pieces) == [0]


def test_what_a_process_keeps_for_all_is_read_past_the_wall(house: House, other: House, put_up: None) -> None:
    from tenants.switching import put

    put(name="publishing", standing="off_for", tenants=[other.tenant], reason="x", actor="x", now=timezone.now())
    flags.forget()
    with wall.around(house.tenant.pk):
        assert flags.is_on("publishing", house.tenant.pk)
    assert not flags.is_on("publishing", other.tenant.pk)


def test_a_grant_that_another_tenant_stands_on_is_kept_although_the_wall_hides_that_tenant(
    api: Client, connection: Connection, other: House, put_up: None
) -> None:
    answer = api.delete(f"/api/connections/{connection.pk}/")
    assert answer.status_code in (200, 204), answer.content
    told = connection.tenant.audit_entries.get(action="connection.disconnected").detail
    assert "kept: another connection stands on it" in told.values(), told


def test_the_first_secret_of_a_hub_may_be_a_tenants(api: Client, put_up: None, settings: Any) -> None:
    MasterKey.objects.all().delete()
    settings.WEBHOOK_OUT_ALLOW_LOOPBACK = True
    body = {"url": "http://127.0.0.1:1/x"}
    answer = api.post("/api/webhook-endpoints/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert MasterKey.objects.count() == 1


def test_operators_who_ask_for_all_tenants_see_them_and_nobody_else_may(
    member_client: Client, owner: User, other: House, put_up: None
) -> None:
    assert member_client.get("/publishing?tenants=all").status_code == 404
    owner.is_staff = owner.is_superuser = True
    owner.save()
    for page in ("/?tenants=all", "/publishing?tenants=all", "/tokens?tenants=all", "/admin/publishing/publishjob/"):
        assert member_client.get(page).status_code == 200, page
    assert other.tenant.name in member_client.get("/admin/tenants/tenant/").content.decode()


def test_a_member_of_two_tenants_can_still_go_over(
    member_client: Client, owner: User, other: House, put_up: None
) -> None:
    add_member(tenant=other.tenant, user=owner, role=Membership.Role.VIEWER, actor="system:test")
    assert other.tenant.name in member_client.get("/jobs").content.decode()
    assert member_client.post("/switch-tenant", {"tenant": str(other.tenant.pk)}).status_code == 302


def test_a_key_of_one_tenant_after_a_key_of_another_sees_its_own(other: House, house: House, put_up: None) -> None:
    keys = [
        create_api_key(tenant=one.tenant, name="x", scopes=SCOPES, actor="system:test")[1] for one in (other, house)
    ]
    counts = [
        len(Client().get("/api/posts/", headers={"Authorization": f"Bearer {key.reveal()}"}).json()["results"])
        for key in (*keys, *keys)
    ]
    assert counts == [1, 0, 1, 0]
    assert isinstance(keys[0], Secret)


def test_the_planner_expects_as_many_rows_behind_the_wall_as_before_it(
    house: House, other: House, put_up: None
) -> None:
    """Else it takes a list for a handful of rows, and reads and sorts all that a tenant has."""
    for one in (house, other):
        Post.objects.bulk_create(Post(tenant=one.tenant, text="x", created_by="x") for _ in range(100))
    statement = "EXPLAIN (FORMAT JSON) SELECT * FROM posts a JOIN posts b USING (id) JOIN posts c USING (id) WHERE a.tenant_id = %s"

    def expected() -> float:
        with connection.cursor() as cursor:
            cursor.execute(statement, [house.tenant.pk])
            return float(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE posts")
    before = expected()
    assert before > 50
    with wall.around(house.tenant.pk):
        assert expected() > 0.9 * before


# --- the policies ---------------------------------------------------------------------------------------------------------


def test_every_table_of_the_hub_has_a_policy_or_was_named_as_nobodys(put_up: None) -> None:
    assert row_policies.faults() == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = 'public'"
            " AND table_name NOT IN (SELECT tablename FROM pg_policies) AND table_name NOT IN"
            " (SELECT relname FROM pg_class WHERE relkind = 'v')"
        )
        assert {row[0] for row in cursor.fetchall()} == {"vault_rotations"}, "closed to tenants' requests altogether"


def test_a_new_table_with_a_tenant_is_missed_until_it_has_its_policy(
    put_up: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Novelty(models.Model):
        tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "novelty"
            db_table = "novelties"

        def __str__(self) -> str:
            return "new"

    class Plaything(models.Model):
        class Meta:
            app_label = "novelty"
            db_table = "playthings"

        def __str__(self) -> str:
            return "toy"

    known = row_policies._models()
    monkeypatch.setattr(row_policies, "_models", lambda: [*known, Novelty, Plaything])
    row_policies.policies.cache_clear()
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE novelties (id bigint, tenant_id uuid)")
        assert row_policies.faults() == [
            ("policies", "no policy on novelties"),
            ("tables", "tables of which nobody said whose their rows are: playthings"),
        ]
        row_policies.apply()
        assert [name for name, _ in row_policies.faults()] == ["tables"]
    finally:
        row_policies.policies.cache_clear()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("DROP POLICY tenant_wall ON posts", "no policy on posts"),
        ("COMMENT ON POLICY tenant_wall ON posts IS 'x'", "a policy of another version on posts"),
        ("ALTER TABLE posts DISABLE ROW LEVEL SECURITY", "a policy of another version on posts"),
        ("ALTER VIEW api_recent_errors RESET (security_invoker)", "api_recent_errors"),
        ("ALTER ROLE switchboard_tenant BYPASSRLS", "goes past every policy"),
        ("ALTER TABLE report_marks OWNER TO switchboard_tenant", "owns tables"),
    ],
)
def test_a_wall_with_a_hole_is_named_by_the_check_and_mended_by_the_command(
    put_up: None, spoil: str, words: str
) -> None:
    assert checks.wall_stands(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute(spoil)
    (found,) = checks.wall_stands(databases=["default"])
    assert found.id == "tenants.W002"
    assert words in str(found.msg)
    with pytest.raises(CommandError, match="does not stand"):
        call_command("row_security", stdout=io.StringIO())
    if "BYPASSRLS" not in spoil and "OWNER" not in spoil:
        call_command("row_security", "--apply", stdout=io.StringIO())
        assert checks.wall_stands(databases=["default"]) == []


def test_another_role_is_made_with_policies_of_its_own(put_up: None, settings: Any) -> None:
    settings.ROW_SECURITY_ROLE = "another_role"
    assert row_policies.faults()[0] == ("role", "there is no role another_role")
    row_policies.apply()
    assert row_policies.faults() == []
    with wall.around(uuid4()):
        assert Tenant.objects.count() == 0


def test_it_is_made_by_its_printed_sql_and_leaves_no_trace_when_removed(db: None, settings: Any) -> None:
    out = io.StringIO()
    call_command("row_security", "--remove", stdout=io.StringIO())
    call_command("row_security", "--sql", stdout=out)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'switchboard_tenant'")
        there = cursor.fetchone() is not None
        for statement in out.getvalue().splitlines():
            if not (there and statement.startswith("CREATE ROLE")):
                cursor.execute(statement)
    assert row_policies.faults() == []
    (unused,) = checks.wall_stands(databases=["default"])
    assert unused.id == "tenants.W001"
    call_command("row_security", "--remove", stdout=out)
    assert not row_policies.is_there()
    assert checks.wall_stands(databases=["default"]) == []
    assert Destination.objects.count() == 0
    settings.ROW_SECURITY = True
    with pytest.raises(CommandError, match="switch it off"):
        call_command("row_security", "--remove", stdout=out)
