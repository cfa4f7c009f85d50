"""Shutting people out: what ends at once, what stays, and where two people are needed."""

from collections.abc import Iterator

import pytest

from api.accounts import access, joining, keys, passwords, sessions, signing_in, totp
from api.accounts.access import Access, Why, Wish
from api.accounts.signing_in import WrongSignIn
from api.accounts.store import people
from api.roles import Role
from core import approvals, audit, tenants
from core.approvalrows import Approval
from core.clock import utc_now
from core.db import Database
from core.errors import Conflict, NotAllowed, NotFound
from core.principal import Principal
from tests.fixtures import TestWorld
from tests.simulators.people import HERE, Seat, seat
from tests.store.test_accounts import NOW, PASSWORD, invited, later, ready, who


@pytest.fixture
def shared(world: TestWorld) -> Iterator[Database]:
    """The registry as several people run it."""
    made = Database.open(world.settings.database_path, vault=world.vault)
    yield made
    made.close()


def principal_of(database: Database, item: Seat) -> Principal:
    with database.read() as session:
        visit = sessions.visit(session, item.token, utc_now())
    assert visit is not None
    return visit.principal


def member(
    database: Database, principal: Principal, person_id: str, *, allow: bool = False
) -> Access:
    with database.write() as session:
        return access.change(session, principal, Wish(person_id, allow, Why.OTHER), utc_now())


def account(
    database: Database, principal: Principal, person_id: str, *, allow: bool = False
) -> Access:
    with database.write() as session:
        wish = Wish(person_id, allow, Why.OTHER, everywhere=True)
        return access.change(session, principal, wish, utc_now())


def approve(database: Database, by: Principal, item: Approval | None) -> None:
    assert item is not None
    with database.write() as session:
        approvals.decide(session, by, item.id, approve=True, note="", now=utc_now())


def is_in(database: Database, item: Seat) -> bool:
    with database.read() as session:
        visit = sessions.visit(session, item.token, utc_now())
    return visit is not None and bool(visit.principal.scopes)


def test_a_shut_membership_ends_sessions_keys_and_invitations_of_one_organisation(
    world: TestWorld,
) -> None:
    home, away = world.first.tenant_id, world.second.tenant_id
    boss, anna = seat(world.db, home, Role.ADMIN), seat(world.db, home, Role.ADMIN)
    with world.db.write() as session:
        people.set_membership(session, anna.person_id, away, [Role.AGENT], utc_now())
    asking = principal_of(world.db, anna)
    with world.db.write() as session:
        _, plain = keys.make(session, asking, ["members"], now=utc_now())
        by_key = tenants.authenticate(session, plain)
        _, grandchild = keys.make(session, by_key, ["members"], now=utc_now())
        joining.invite(session, by_key, "x@example.org", ["studio"], now=utc_now())
    made = member(world.db, principal_of(world.db, boss), anna.person_id)
    assert (made.sessions, made.keys, made.invitations) == (3, 2, 1)
    assert not is_in(world.db, anna)
    with world.db.read() as session:
        for key in (plain, grandchild):
            with pytest.raises(NotAllowed):
                tenants.authenticate(session, key)
        assert joining.list_invitations(session, world.first, utc_now()) == []
        left = people.memberships(session, access.DOOR, anna.person_id)
        assert [item.tenant_id for item in left] == [away]
        assert people.is_shut(session, access.DOOR, anna.person_id, home)
        assert not people.is_shut(session, access.DOOR, anna.person_id, away)
        (entry,) = audit.entries(session, world.first, audit.Sought(subject_id=anna.person_id))
    assert entry.action == access.SHUT_MEMBER
    assert entry.details == {"why": "other", "sessions": 3, "keys": 2, "invitations": 1}


def test_who_is_let_in_again_has_the_roles_of_before_and_no_old_key(world: TestWorld) -> None:
    boss = seat(world.db, world.first.tenant_id, Role.ADMIN)
    asking = principal_of(world.db, boss)
    anna, seed = ready(world, "anna@example.org", "studio")
    person_id = anna.session.person_id
    member(world.db, asking, person_id)
    back = member(world.db, asking, person_id, allow=True)
    assert back.disabled_at is None
    at = later(minutes=5)
    half = signing_in.with_password(world.db, "anna@example.org", PASSWORD, HERE, now=at)
    code = totp.code(seed, totp.step_at(at))
    full = signing_in.with_code(world.db, world.vault, half.session, code, HERE, now=at)
    assert who(world, full, at).roles == {"studio"}
    with world.db.read() as session:
        assert sessions.visit(session, anna.token, at) is None


def test_being_invited_anew_opens_no_shut_door(world: TestWorld) -> None:
    boss = seat(world.db, world.first.tenant_id, Role.ADMIN)
    anna, _ = ready(world, "anna@example.org", "studio")
    member(world.db, principal_of(world.db, boss), anna.session.person_id)
    code = invited(world, "anna@example.org", "auditor").code or ""
    made = joining.join(
        world.db, world.settings, code=code, name="", password=PASSWORD, origin=HERE, now=NOW
    )
    assert who(world, made).scopes == frozenset()
    with world.db.read() as session:
        assert people.memberships(session, access.DOOR, anna.session.person_id) == []


def test_a_shut_account_signs_in_nowhere_and_joins_nothing(world: TestWorld) -> None:
    anna, _ = ready(world, "anna@example.org", "studio")
    person_id = anna.session.person_id
    code = invited(world, "anna@example.org", "auditor").code or ""
    assert account(world.db, world.operator, person_id).sessions == 1
    with world.db.read() as session:
        assert sessions.visit(session, anna.token, NOW) is None
        stored = people.secrets_of(session, access.DOOR, person_id).password_hash
    assert passwords.matches(stored, PASSWORD)
    with pytest.raises(WrongSignIn):
        signing_in.with_password(world.db, "anna@example.org", PASSWORD, HERE, now=NOW)
    with pytest.raises(WrongSignIn):
        joining.join(
            world.db, world.settings, code=code, name="", password=PASSWORD, origin=HERE, now=NOW
        )
    account(world.db, world.operator, person_id, allow=True)
    signing_in.with_password(world.db, "anna@example.org", PASSWORD, HERE, now=NOW)


def test_keys_that_an_operator_made_for_others_stay(world: TestWorld) -> None:
    dora = seat(world.db, world.operator.tenant_id, Role.ADMIN)
    with world.db.write() as session:
        _, plain = keys.make(
            session,
            principal_of(world.db, dora),
            None,
            tenant_id=world.first.tenant_id,
            now=utc_now(),
        )
    seat(world.db, world.operator.tenant_id, Role.ADMIN)
    assert account(world.db, world.operator, dora.person_id).keys == 0
    with world.db.read() as session:
        assert tenants.authenticate(session, plain).tenant_id == world.first.tenant_id


def test_only_the_organisation_and_the_operator_shut_anybody_out(world: TestWorld) -> None:
    anna, _ = ready(world, "anna@example.org", "studio")
    person_id = anna.session.person_id
    with pytest.raises(NotAllowed):
        member(world.db, who(world, anna), person_id)
    with pytest.raises(NotFound):
        member(world.db, world.second, person_id)
    boss = seat(world.db, world.first.tenant_id, Role.ADMIN)
    with pytest.raises(NotAllowed):
        account(world.db, principal_of(world.db, boss), person_id)
    with pytest.raises(NotFound):
        account(world.db, world.operator, "per_none")


def test_nobody_shuts_himself_out_and_the_last_administrator_stays(world: TestWorld) -> None:
    boss = seat(world.db, world.first.tenant_id, Role.ADMIN)
    for change in (member, account):
        with pytest.raises((Conflict, NotAllowed)):
            change(world.db, principal_of(world.db, boss), boss.person_id)
    with pytest.raises(Conflict, match="one administrator"):
        member(world.db, world.first, boss.person_id)
    second = seat(world.db, world.first.tenant_id, Role.ADMIN)
    member(world.db, world.first, second.person_id)
    with pytest.raises(Conflict, match="one administrator"):
        member(world.db, world.first, boss.person_id)
    dora = seat(world.db, world.operator.tenant_id, Role.ADMIN)
    with pytest.raises(Conflict, match="one administrator"):
        account(world.db, world.operator, dora.person_id)


def test_a_shut_administrator_does_not_count_and_may_lose_the_role(world: TestWorld) -> None:
    boss = seat(world.db, world.first.tenant_id, Role.ADMIN)
    other = seat(world.db, world.first.tenant_id, Role.ADMIN)
    asking = principal_of(world.db, boss)
    member(world.db, asking, other.person_id)
    with world.db.write() as session:
        done = joining.change_roles(session, asking, other.person_id, ["studio"], utc_now())
    assert done is None


def test_an_approver_is_shut_out_and_let_in_by_two(world: TestWorld, shared: Database) -> None:
    society = world.principal("society").tenant_id
    first, second = (seat(shared, society, Role.ADMIN) for _ in range(2))
    clerk = seat(shared, society, Role.SOCIETY_CLERK)
    approver = seat(shared, society, Role.SOCIETY_APPROVER)
    asking, deciding = principal_of(shared, first), principal_of(shared, second)
    assert member(shared, asking, clerk.person_id).disabled_at is not None
    for allow in (False, True):
        waiting = member(shared, asking, approver.person_id, allow=allow)
        assert is_in(shared, approver) is not allow
        with pytest.raises(Conflict):
            approve(shared, asking, waiting.waits_for)
        approve(shared, deciding, waiting.waits_for)
        done = member(shared, asking, approver.person_id, allow=allow)
        assert (done.disabled_at is None) is allow
        assert not is_in(shared, approver)
    again = member(shared, asking, approver.person_id)
    assert again.waits_for is not None, "an approval is good for one effect"


def test_the_last_administrator_of_another_is_shut_out_by_two_of_the_operator(
    world: TestWorld, shared: Database
) -> None:
    house = world.operator.tenant_id
    dora, emil = (principal_of(shared, seat(shared, house, Role.ADMIN)) for _ in range(2))
    boss = seat(shared, world.first.tenant_id, Role.ADMIN)
    waiting = account(shared, dora, boss.person_id)
    assert is_in(shared, boss)
    approve(shared, emil, waiting.waits_for)
    assert account(shared, dora, boss.person_id).sessions == 3
    assert not is_in(shared, boss)
    assert account(shared, dora, boss.person_id, allow=True).waits_for is not None


def test_shutting_out_twice_changes_nothing_more(world: TestWorld) -> None:
    anna = seat(world.db, world.first.tenant_id, Role.STUDIO)
    boss = principal_of(world.db, seat(world.db, world.first.tenant_id, Role.ADMIN))
    first = member(world.db, boss, anna.person_id)
    again = member(world.db, boss, anna.person_id)
    assert (again.disabled_at, again.sessions) == (first.disabled_at, 0)
    with world.db.read() as session:
        assert (
            len(audit.entries(session, world.first, audit.Sought(subject_id=anna.person_id))) == 1
        )
