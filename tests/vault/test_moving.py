"""A ciphertext opens where it was sealed and nowhere else: not in another row, for another tenant, or as another kind."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tenants.models import Tenant
from tenants.services import create_tenant
from tests.vault.conftest import put, take
from vault import accesses
from vault import services as vault
from vault.models import Access, EncryptedSecret

KINDS = ("access_token", "refresh_token", "destination_token:1", "api_key")
#: What a sealed secret consists of; a thief may take it with or without what names its key.
SEALED = ("iv", "ciphertext", "auth_tag")
NAMED = ("data_key_id", "key_version", "format", "algorithm")


class Moves(TestCase):
    """Four secrets of each of two tenants at two connections; one is moved onto the place of another."""

    tenants: list[Tenant]
    places: dict[UUID, list[UUID]]

    @classmethod
    def setUpTestData(cls) -> None:
        """Seal a secret for every tenant, connection and kind."""
        cls.tenants = [create_tenant(name=name) for name in ("Acme", "Bora")]
        cls.places = {tenant.pk: [uuid4(), uuid4()] for tenant in cls.tenants}
        for tenant in cls.tenants:
            for place in cls.places[tenant.pk]:
                for kind in KINDS:
                    put(tenant, place, f"the {kind} of {tenant.slug} at {place}", kind)

    def row(self, which: tuple[int, int, str]) -> EncryptedSecret:
        tenant = self.tenants[which[0]]
        return EncryptedSecret.objects.get(connection_id=self.places[tenant.pk][which[1]], kind=which[2])

    place = st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from(KINDS))

    @hypothesis_settings(max_examples=60, deadline=None)
    @given(place, place, st.sampled_from(["bytes", "bytes and key", "all but the row"]))
    def test_a_moved_ciphertext_does_not_open_and_the_attempt_is_written_down(
        self, source: tuple[int, int, str], target: tuple[int, int, str], taken: str
    ) -> None:
        assume(source != target)
        accesses.forget()
        stolen, victim = self.row(source), self.row(target)
        columns: dict[str, Any] = {name: getattr(stolen, name) for name in SEALED}
        if taken != "bytes":
            columns |= {name: getattr(stolen, name) for name in NAMED}
        if taken == "all but the row":
            columns |= {"fingerprint": stolen.fingerprint, "hint": stolen.hint, "row_version": stolen.row_version}
        EncryptedSecret.objects.filter(pk=victim.pk).update(**columns)
        tenant = self.tenants[target[0]]
        place = self.places[tenant.pk][target[1]]
        before = Access.objects.filter(outcome="refused").count()
        with pytest.raises(vault.SecretUnreadable):
            take(tenant, place, target[2])
        assert Access.objects.filter(outcome="refused").count() == before + 1
        told = Access.objects.filter(outcome="refused").latest("pk")
        assert (told.tenant_id, told.connection_id, told.kind) == (tenant.pk, place, target[2])
        assert str(victim.pk) in told.detail

    @hypothesis_settings(max_examples=30, deadline=None)
    @given(place, st.sampled_from(["tenant", "connection", "kind"]))
    def test_a_row_that_is_renamed_does_not_open(self, source: tuple[int, int, str], what: str) -> None:
        row = self.row(source)
        owner, place, kind = self.tenants[source[0]], row.connection_id, row.kind
        if what == "tenant":
            owner = self.tenants[1 - source[0]]
            EncryptedSecret.objects.filter(pk=row.pk).update(tenant=owner)
        elif what == "connection":
            place = uuid4()
            EncryptedSecret.objects.filter(pk=row.pk).update(connection_id=place)
        else:
            kind = "another_kind"
            EncryptedSecret.objects.filter(pk=row.pk).update(kind=kind)
        accesses.forget()
        before = Access.objects.filter(outcome="refused").count()
        with pytest.raises(vault.SecretUnreadable):
            take(owner, place, kind)
        assert Access.objects.filter(outcome="refused").count() == before + 1
