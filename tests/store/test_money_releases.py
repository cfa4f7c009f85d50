"""A child's blocked money: free once two people stand behind it, blocked again by any one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from core import keys as core_keys
from core import log
from core.errors import BadInput, BadProof, Conflict, NotFound
from core.integrity import ProofOptions, signing_input
from core.keys import PrivateKey
from registry.models.guardianship import Minority, MoneyRelease
from registry.models.people import SigningRequest
from registry.moneyrelease import DAYS_MAX, is_released, release_ends
from registry.proofing.sufficiency import Demands
from registry.service import moneyreleases, people
from royalties.service.holds import holds_of
from royalties.service.run_payees import RunPayees
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, later
from tests.store.test_minors import BORN, Family

UNTIL = later(days=90)
ALONE = Demands(single_operator=True, notice_days=0)


def drafted(family: Family) -> SigningRequest:
    with family.world.db.write() as session:
        return moneyreleases.draft_release(
            session,
            family.side,
            family.id,
            valid_until=UNTIL,
            base_url="https://registry.example",
            now=T0,
        )


def signed(family: Family, draft: SigningRequest, by: Sequence[PrivateKey]) -> MoneyRelease:
    given = {}
    for key in by:
        options = ProofOptions(key.verification_method, draft.options.created)
        wanted = signing_input(draft.document, options)
        given[key.verification_method] = core_keys.sign(key, wanted)
    with family.world.db.write() as session:
        return moneyreleases.sign_release(session, family.side, draft.id, given, now=T0)


def held(family: Family, at: datetime = T0) -> bool:
    """Whether money is blocked: for whoever asks, and for a run that plans; both say the same."""
    with family.world.db.read() as session:
        asked = holds_of(session, family.side, family.id, at=at)
        run = RunPayees(session, family.world.vault, family.world.operator.tenant_id, at)
        run.learn([(family.id, family.side.tenant_id, payee := payee_of(family))])
    said = [reason.code for reason in asked] == ["held-minor"]
    assert said == (run.holds[payee] == "held-minor")
    return said


def payee_of(family: Family) -> str:
    with family.world.db.read() as session:
        return people.get_performer(session, family.side, family.id).payee_id


def test_two_guardians_release_until_the_day_they_named(world: TestWorld) -> None:
    family = Family(world)
    assert held(family)
    made = signed(family, drafted(family), family.parents)
    assert made.released_at == T0
    assert not held(family)
    assert held(family, UNTIL)
    with world.db.read() as session:
        leaves = log.leaves_about(session, family.id)
    assert "money.released" in {one.kind for one in leaves}


def test_any_one_guardian_blocks_it_again(world: TestWorld) -> None:
    family = Family(world)
    made = signed(family, drafted(family), family.parents)
    with world.db.write() as session:
        moneyreleases.end_release(session, family.side, made.id, now=later(days=1))
    assert not held(family)
    assert held(family, later(days=1))
    with world.db.write() as session, pytest.raises(Conflict):
        moneyreleases.end_release(session, family.side, made.id, now=later(days=2))


def test_one_of_two_guardians_releases_nothing(world: TestWorld) -> None:
    family = Family(world)
    with pytest.raises(BadProof):
        signed(family, drafted(family), family.parents[:1])
    assert held(family)


def test_whoever_has_custody_alone_needs_the_courts_order(world: TestWorld) -> None:
    family = Family(world, parents=1)
    draft = drafted(family)
    with world.db.write() as session, pytest.raises(Conflict):
        moneyreleases.attest_release(session, world.operator, draft.id, demands=ALONE, now=T0)
    made = signed(family, draft, family.parents)
    assert made.released_at is None
    assert held(family)
    with world.db.write() as session:
        read = moneyreleases.attest_release(session, world.operator, made.id, demands=ALONE, now=T0)
    assert (read.released_at, read.single_operator) == (T0, True)
    assert not held(family)


def test_other_people_by_then_and_other_organisations_are_refused(world: TestWorld) -> None:
    family = Family(world)
    draft = drafted(family)
    family.add(core_keys.generate())
    with pytest.raises(Conflict) as refused:
        signed(family, draft, family.parents)
    assert refused.value.code == "guardians-changed"
    with world.db.write() as session, pytest.raises(NotFound):
        moneyreleases.sign_release(session, world.first, draft.id, {}, now=T0)


@pytest.mark.parametrize("days", [-1, 0, DAYS_MAX + 1])
def test_a_release_has_an_end_in_reach(days: int) -> None:
    minority = Minority(BORN, BORN)
    with pytest.raises(BadInput):
        release_ends(minority, T0 + timedelta(days=days), T0)


def test_it_never_outlasts_childhood() -> None:
    born = date(T0.year - 18, T0.month, T0.day) + timedelta(days=10)
    ends = release_ends(Minority(born, born), T0 + timedelta(days=30), T0)
    assert ends == datetime(born.year + 18, born.month, born.day, tzinfo=UTC)


def test_what_was_never_released_frees_nothing() -> None:
    item = MoneyRelease("m", "t", "p", (), {}, UNTIL, T0, b"", T0)
    assert not is_released([item], T0)
