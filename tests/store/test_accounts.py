"""Accounts without a browser: joining, signing in, roles, keys, and the doors left shut."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.accounts import factors, joining, keys, resetting, sessions, signing_in, totp
from api.accounts.joining import Invited
from api.accounts.models import SignedIn, Stage
from api.accounts.sessions import Origin
from api.accounts.signing_in import Begun, WrongSignIn
from core import approvals, audit, tenants
from core.db import Database
from core.errors import BadInput, Conflict, EbenbildError, NotAllowed, NotFound
from core.messagesettings import MailSettings
from core.principal import Principal
from tests.fixtures import TestWorld

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HERE = Origin("192.0.2.1", "Test")
PASSWORD = "correct horse battery staple"


def invited(world: TestWorld, email: str, *roles: str, by: Principal | None = None) -> Invited:
    with world.db.write() as session:
        return joining.invite(session, by or world.first, email, roles, now=NOW)


def joined(world: TestWorld, email: str, *roles: str, now: datetime = NOW) -> Begun:
    code = invited(world, email, *roles).code or ""
    return joining.join(
        world.db,
        world.settings,
        code=code,
        name="Anna Berg",
        password=PASSWORD,
        origin=HERE,
        now=now,
    )


def ready(world: TestWorld, email: str, *roles: str, now: datetime = NOW) -> tuple[Begun, bytes]:
    """A person who has joined and set up codes; the code of `now` is used up."""
    half = joined(world, email, *roles, now=now)
    seed = factors.new_seed(world.db, world.vault, half.session.person_id)
    code = totp.code(seed, totp.step_at(now))
    made, _ = factors.confirm(world.db, world.vault, half.session, code, HERE, now=now)
    return made, seed


def who(world: TestWorld, begun: Begun, now: datetime = NOW) -> Principal:
    with world.db.read() as session:
        visit = sessions.visit(session, begun.token, now)
    assert visit is not None
    return visit.principal


def later(**past: int) -> datetime:
    return NOW + timedelta(**past)


def test_who_joins_may_do_nothing_before_the_second_factor(world: TestWorld) -> None:
    half = joined(world, "anna@example.org", "studio")
    assert half.session.stage is Stage.SETUP
    assert who(world, half).scopes == frozenset()
    assert who(world, half).roles == frozenset()


def test_a_code_completes_the_account_under_a_new_token(world: TestWorld) -> None:
    half = joined(world, "anna@example.org", "studio")
    seed = factors.new_seed(world.db, world.vault, half.session.person_id)
    code = totp.code(seed, totp.step_at(NOW))
    made, codes = factors.confirm(world.db, world.vault, half.session, code, HERE, now=NOW)
    principal = who(world, made)
    assert (principal.roles, principal.person) == ({"studio"}, half.session.person_id)
    assert "submissions" in principal.scopes
    assert len(codes) == totp.CODES
    assert made.token != half.token
    with world.db.read() as session:
        assert sessions.visit(session, half.token, NOW) is None


def test_password_then_code_signs_in_and_a_code_is_good_once(world: TestWorld) -> None:
    _, seed = ready(world, "anna@example.org", "studio")
    at = later(minutes=5)
    code = totp.code(seed, totp.step_at(at))
    half = signing_in.with_password(world.db, " Anna@Example.ORG ", PASSWORD, HERE, now=at)
    assert half.session.stage is Stage.SECOND
    assert who(world, half, at).scopes == frozenset()
    full = signing_in.with_code(world.db, world.vault, half.session, code, HERE, now=at)
    assert full.session.methods == ("password", "totp")
    again = signing_in.with_password(world.db, "anna@example.org", PASSWORD, HERE, now=at)
    with pytest.raises(WrongSignIn):
        signing_in.with_code(world.db, world.vault, again.session, code, HERE, now=at)


def test_a_recovery_code_is_good_once(world: TestWorld) -> None:
    half = joined(world, "anna@example.org", "studio")
    seed = factors.new_seed(world.db, world.vault, half.session.person_id)
    code = totp.code(seed, totp.step_at(NOW))
    _, codes = factors.confirm(world.db, world.vault, half.session, code, HERE, now=NOW)
    first = signing_in.with_password(world.db, "anna@example.org", PASSWORD, HERE, now=NOW)
    made = signing_in.with_code(world.db, world.vault, first.session, codes[0], HERE, now=NOW)
    assert made.session.methods == ("password", "recovery")
    second = signing_in.with_password(world.db, "anna@example.org", PASSWORD, HERE, now=NOW)
    with pytest.raises(WrongSignIn):
        signing_in.with_code(world.db, world.vault, second.session, codes[0], HERE, now=NOW)


def test_every_refusal_reads_the_same(world: TestWorld) -> None:
    ready(world, "anna@example.org", "studio")
    words = set()
    for email, password in (
        ("anna@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("anna@example.org", "x" * 5000),
    ):
        with pytest.raises(WrongSignIn) as caught:
            signing_in.with_password(world.db, email, password, HERE, now=NOW)
        words.add((caught.value.message, caught.value.next_step, caught.value.code))
    assert len(words) == 1


@pytest.mark.parametrize("email", ["anna@example.org", "nobody@example.org"])
def test_failures_lock_known_and_unknown_accounts_alike(world: TestWorld, email: str) -> None:
    ready(world, "anna@example.org", "studio")
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            signing_in.with_password(world.db, email, "wrong", HERE, now=NOW)
    with pytest.raises(WrongSignIn):
        signing_in.with_password(world.db, email, PASSWORD, HERE, now=NOW)
    if email.startswith("anna"):
        signing_in.with_password(world.db, email, PASSWORD, HERE, now=later(hours=2))


def test_a_session_ends_by_idleness_and_by_age(world: TestWorld) -> None:
    made, _ = ready(world, "anna@example.org", "studio")
    with world.db.read() as session:
        assert sessions.visit(session, made.token, NOW + sessions.IDLE / 2) is not None
        assert sessions.visit(session, made.token, NOW + sessions.IDLE) is None
        assert sessions.visit(session, made.token + "x", NOW) is None
        assert sessions.visit(session, made.token[:-1], NOW) is None
    with world.db.write() as session:
        sessions.store.seen(session, made.session.id, NOW + sessions.LONGEST - timedelta(minutes=1))
    with world.db.read() as session:
        assert sessions.visit(session, made.token, NOW + sessions.LONGEST) is None


def test_a_dangerous_step_needs_a_fresh_sign_in(world: TestWorld) -> None:
    made, _ = ready(world, "anna@example.org", "studio")
    sessions.require_fresh(made.session, later(minutes=9))
    with pytest.raises(NotAllowed) as caught:
        sessions.require_fresh(made.session, later(minutes=11))
    assert caught.value.code == "not-fresh"


def test_an_invitation_is_good_once(world: TestWorld) -> None:
    code = invited(world, "anna@example.org", "studio").code or ""
    values = {"name": "Anna", "password": PASSWORD, "origin": HERE}
    joining.join(world.db, world.settings, code=code, now=NOW, **values)  # type: ignore[arg-type]
    for wrong in (code, "", "x" * 32):
        with pytest.raises(NotFound) as caught:
            joining.join(world.db, world.settings, code=wrong, now=NOW, **values)  # type: ignore[arg-type]
        assert caught.value.code == "no-invitation"


def test_an_invitation_ends_by_time_and_by_withdrawal(world: TestWorld) -> None:
    values = {"name": "Anna", "password": PASSWORD, "origin": HERE}
    first = invited(world, "anna@example.org", "studio")
    second = invited(world, "anna@example.org", "studio")
    assert second.invitation is not None
    with world.db.write() as session:
        with pytest.raises(NotFound):
            joining.withdraw(session, world.second, second.invitation.id, NOW)
        joining.withdraw(session, world.first, second.invitation.id, NOW)
    for item, at in ((first, later(days=7)), (second, NOW)):
        with pytest.raises(NotFound):
            joining.join(world.db, world.settings, code=item.code or "", now=at, **values)  # type: ignore[arg-type]


def test_an_invitation_is_nowhere_on_disk(world: TestWorld) -> None:
    code = invited(world, "anna@example.org", "studio").code or ""
    files = [path.read_bytes() for path in world.root.rglob("*") if path.is_file()]
    assert code
    assert not any(code.encode() in data for data in files)


def test_secrets_are_nowhere_on_disk(world: TestWorld) -> None:
    made, seed = ready(world, "anna@example.org", "studio")
    files = [path.read_bytes() for path in world.root.rglob("*") if path.is_file()]
    for secret in (PASSWORD.encode(), seed, totp.base32(seed).encode(), made.token.encode()):
        assert not any(secret in data for data in files)


@pytest.mark.parametrize("roles", [(), ("agent",), ("owner",), ("studio", "union")])
def test_a_studio_has_the_roles_of_a_studio(world: TestWorld, roles: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        invited(world, "anna@example.org", *roles)


def test_who_has_an_account_joins_with_its_password(world: TestWorld) -> None:
    ready(world, "anna@example.org", "studio")
    agency = replace(world.second, scopes=frozenset({"members"}))
    code = invited(world, "anna@example.org", "agent", by=agency).code or ""
    values = {"code": code, "name": "", "origin": HERE, "now": NOW}
    with pytest.raises(WrongSignIn):
        joining.join(world.db, world.settings, password="something else", **values)  # type: ignore[arg-type]
    made = joining.join(world.db, world.settings, password=PASSWORD, **values)  # type: ignore[arg-type]
    assert made.session.stage is Stage.SECOND


def test_editor_becomes_owner(world: TestWorld) -> None:
    """Nobody without the scope invites or changes roles, and nobody changes his own."""
    editor, _ = ready(world, "anna@example.org", "studio")
    admin, _ = ready(world, "ben@example.org", "admin")
    with pytest.raises(NotAllowed):
        invited(world, "anna@example.org", "admin", by=who(world, editor))
    with world.db.write() as session:
        with pytest.raises(NotAllowed):
            joining.change_roles(
                session, who(world, editor), editor.session.person_id, ["admin"], NOW
            )
        with pytest.raises(Conflict, match="own roles"):
            joining.change_roles(
                session, who(world, admin), admin.session.person_id, ["admin", "studio"], NOW
            )


def test_nobody_reaches_into_another_organisation(world: TestWorld) -> None:
    admin, _ = ready(world, "ben@example.org", "admin")
    principal = who(world, admin)
    assert "admin" not in principal.scopes
    with world.db.write() as session:
        with pytest.raises(NotFound):
            joining.invite(
                session,
                principal,
                "x@example.org",
                ["agent"],
                tenant_id=world.second.tenant_id,
                now=NOW,
            )
        with pytest.raises(NotFound):
            joining.change_roles(session, world.second, admin.session.person_id, [], NOW)
        assert joining.list_members(session, world.second) == []


def test_who_is_put_out_is_out_at_once(world: TestWorld) -> None:
    admin, _ = ready(world, "ben@example.org", "admin")
    anna, _ = ready(world, "anna@example.org", "studio")
    with world.db.write() as session:
        joining.change_roles(session, who(world, admin), anna.session.person_id, [], NOW)
    with world.db.read() as session:
        assert sessions.visit(session, anna.token, NOW) is None


def test_the_last_administrator_stays(world: TestWorld) -> None:
    admin, _ = ready(world, "ben@example.org", "admin")
    with pytest.raises(Conflict, match="one administrator"), world.db.write() as session:
        joining.change_roles(session, world.first, admin.session.person_id, ["studio"], NOW)


def test_a_second_administrator_takes_two_people(world: TestWorld) -> None:
    first, _ = ready(world, "ben@example.org", "admin")
    second, _ = ready(world, "carla@example.org", "admin")
    shared = Database.open(world.settings.database_path, vault=world.vault)
    try:
        asking, deciding = who(world, first), who(world, second)
        with shared.write() as session:
            waiting = joining.invite(session, asking, "d@example.org", ["admin"], now=NOW)
        assert waiting.code is None
        assert waiting.waits_for is not None
        for principal in (asking, deciding):
            with shared.write() as session:
                if principal is asking:
                    with pytest.raises(Conflict):
                        approvals.decide(
                            session, principal, waiting.waits_for.id, approve=True, note="", now=NOW
                        )
                else:
                    approvals.decide(
                        session, principal, waiting.waits_for.id, approve=True, note="", now=NOW
                    )
        with shared.write() as session:
            made = joining.invite(session, asking, "d@example.org", ["admin"], now=NOW)
            assert made.code
            other = joining.invite(session, asking, "e@example.org", ["admin"], now=NOW)
        assert other.code is None
    finally:
        shared.close()


def test_key_widens_its_own_scope(world: TestWorld) -> None:
    """A key makes no key with more than it has, for nobody, and nothing edits a key."""
    narrow = replace(world.first, scopes=frozenset({"members", "reports"}))
    with world.db.write() as session:
        for wanted in (["usage"], ["members", "submissions"], ["admin"]):
            with pytest.raises(EbenbildError):
                keys.make(session, narrow, wanted, now=NOW)
        info, _ = keys.make(session, narrow, ["reports"], name="Reports", days=30, now=NOW)
        usual, _ = keys.make(session, narrow, None, now=NOW)
        with pytest.raises(NotAllowed):
            keys.make(session, narrow, ["reports"], tenant_id=world.second.tenant_id, now=NOW)
        with pytest.raises(NotFound):
            keys.revoke(session, world.second, info.id, now=NOW)
    assert (info.scopes, usual.scopes) == ({"reports"}, {"reports"})
    assert info.expires_at == NOW + timedelta(days=30)
    assert not any(name.startswith(("set_", "edit", "change", "widen")) for name in vars(tenants))


def test_a_key_past_its_end_is_no_key(world: TestWorld) -> None:
    with world.db.write() as session:
        past = {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}
        _, plaintext = tenants.make_key(
            session, world.first.tenant_id, frozenset({"usage"}), **past
        )
    with world.db.read() as session, pytest.raises(NotAllowed) as caught:
        tenants.authenticate(session, plaintext)
    assert caught.value.code == "bad-api-key"


def test_what_people_decide_is_in_the_audit_log(world: TestWorld) -> None:
    made, _ = ready(world, "anna@example.org", "studio")
    with world.db.read() as session:
        found = audit.entries(session, world.first)
        assert audit.faults(session) == ()
    actions = [entry.action for entry in reversed(found)]
    assert actions == [
        "members.invited",
        "members.joined",
        "account.totp-added",
        "account.signed-in",
    ]
    assert {entry.person for entry in found} == {None, made.session.person_id}


def test_what_is_over_is_forgotten(world: TestWorld) -> None:
    made, _ = ready(world, "anna@example.org", "studio")
    with pytest.raises(WrongSignIn):
        signing_in.with_password(world.db, "x@example.org", "wrong", HERE, now=NOW)
    with world.db.write() as session:
        assert sessions.store.sweep(session, NOW - timedelta(days=1)) == 0
        assert sessions.store.sweep(session, made.session.expires_at) >= 3
        assert sessions.store.sweep(session, made.session.expires_at) == 0


def test_a_last_second_factor_stays(world: TestWorld) -> None:
    made, _ = ready(world, "anna@example.org", "studio")
    with pytest.raises(Conflict):
        factors.drop_totp(world.db, made.session, now=NOW)
    with pytest.raises(Conflict):
        factors.new_seed(world.db, world.vault, made.session.person_id)


def test_another_password_ends_the_other_sessions(world: TestWorld) -> None:
    made, seed = ready(world, "anna@example.org", "studio")
    at = later(minutes=5)
    other = second_session(world, seed, at)
    factors.change_password(world.db, world.settings, made.session, "a quiet lake at noon", now=at)
    with world.db.read() as session:
        assert sessions.visit(session, made.token, at) is not None
        assert sessions.visit(session, other.token, at) is None
    with pytest.raises(WrongSignIn):
        signing_in.with_password(world.db, "anna@example.org", PASSWORD, HERE, now=at)


def second_session(world: TestWorld, seed: bytes, at: datetime) -> Begun:
    half: SignedIn = signing_in.with_password(
        world.db, "anna@example.org", PASSWORD, HERE, now=at
    ).session
    code = totp.code(seed, totp.step_at(at))
    return signing_in.with_code(world.db, world.vault, half, code, HERE, now=at)


def test_a_mail_is_tried_again_under_another_code_until_its_hour_is_over(world: TestWorld) -> None:
    ready(world, "anna@example.org", "studio")
    settings = world.settings.model_copy(update={"mail": MailSettings(host="mail.example.org")})
    resetting.ask(world.db, settings, "anna@example.org", "de", HERE, now=NOW)
    first = resetting.next_letter(world.db, NOW)
    assert first is not None and resetting.next_letter(world.db, NOW) is None
    again = resetting.next_letter(world.db, later(minutes=3))
    assert again is not None and again.code != first.code
    with pytest.raises(NotFound):
        resetting.reset(world.db, settings, first.code, "a quiet lake", now=later(minutes=4))
    resetting.mailed(world.db, again, refused=False)
    assert resetting.next_letter(world.db, later(minutes=20)) is None
    with pytest.raises(NotFound):
        resetting.reset(world.db, settings, again.code, "a quiet lake", now=later(minutes=34))
    resetting.ask(world.db, settings, "anna@example.org", "de", HERE, now=NOW)
    assert resetting.next_letter(world.db, later(hours=1)) is None
