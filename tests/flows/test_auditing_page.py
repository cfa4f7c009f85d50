"""The first page of auditors outside societies: what waits, what is new, how proofs stand."""

import re

import pytest

from api.opening import open_registry
from api.roles import Role
from api.scopes import TenantKind
from core import approvals, notices
from core.clock import utc_now
from core.principal import Principal
from tests.simulators.people import seat
from tests.simulators.stage import Stage


@pytest.mark.parametrize("kind", ["studio", "agency"])
def test_an_auditor_begins_with_what_is_new(stage: Stage, kind: str) -> None:
    tenant_id, _ = stage.tenant(kind)
    with open_registry(stage.settings) as world:
        auditor, clerk = (
            stage.http(seat(world.db, tenant_id, role).token) for role in (Role.AUDITOR, Role.ADMIN)
        )
        first = auditor.get("/auditing").text
        assert "Nothing waits for you" in first and "Nothing was laid before" in first
        about = Principal(tenant_id, "key_a", frozenset({"members"}), TenantKind(kind), "per_a")
        with world.db.write() as session:
            approvals.propose(
                session, about, action="members.shut", subject_id="per_b", payload={}, now=utc_now()
            )
            notices.notify(
                session,
                tenant_id=tenant_id,
                person=None,
                kind="something.new",
                subject_id="thing",
                facts={},
                now=utc_now(),
            )
    page = auditor.get("/auditing").text
    for words in ("One message is unread", "Shut a member out", "Public log", 'href="/audit"'):
        assert words in page, words
    for link in set(re.findall(r'href="(/[^"#]*)"', page.partition("What you can do")[2])):
        assert auditor.get(link).status_code == 200, link
    assert "Ein Mitglied ausschließen" in auditor.get("/auditing?lang=de").text
    assert clerk.get("/auditing").status_code == 200
