"""Over-claims wait and are freed, roles weigh points, and a fee for a work moves with its cuts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import notices
from core.errors import BadInput, NotFound
from core.ids import new_id
from core.principal import Principal
from registry.models.people import Performer
from registry.models.works import Cut, CutFormat
from registry.store import works
from royalties import accounts
from royalties.outcomes import Outcome
from royalties.service.casting import list_roles, name_role
from royalties.service.kept import kept_for
from royalties.service.shares import claim_share, list_shares
from royalties.tariffs.models import Role
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.test_accruals_by_tariff import agree, publish, shipped
from tests.store.test_accruals_unlicensed import standing
from tests.store.today import NOW

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def claim(stage: Stage, party: Principal, performer: Performer, share: str, cut: str = "") -> None:
    with stage.db.write() as session:
        claim_share(
            session,
            party,
            performer.id,
            share=share,
            cut_id=cut,
            from_period="2026-01",
            now=AT,
        )


def told(stage: Stage, party: Principal) -> list[str]:
    with stage.db.read() as session:
        return [one.kind for one in notices.inbox(session, party)]


def test_more_than_the_whole_waits_names_the_parties_and_is_freed(stage: Stage) -> None:
    cut_id, anna = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    gvl, ppl = stage.world.principal("society"), stage.world.principal("society")
    claim(stage, gvl, anna, "7/10")
    assert (stage.accrue().unchanged, told(stage, gvl)) == (1, [])
    claim(stage, ppl, anna, "1/2", cut_id)
    assert [told(stage, who) for who in (gvl, ppl, stage.agent(anna))] == [
        ["money.overclaimed"]
    ] * 3
    report = stage.accrue()
    assert (report.reversed, report.new, report.kept) == (1, 1, {Outcome.SUSPENSE: 1})
    assert standing(stage)[accounts.suspense(cut_id)] == -12_500
    with stage.db.read() as session:
        ((why, amount),) = kept_for(session, stage.agent(anna), anna.id, at=AT).items()
    assert (why.cause, amount) == ("over-claimed", 12_500)
    assert set(why.parties) == {gvl.tenant_id, ppl.tenant_id}
    with stage.db.read() as session:
        keeper = stage.world.operator
        assert kept_for(session, keeper, anna.id, at=AT) == {why: amount}
        for who, text in ((gvl, "Your book keeps nothing"), (stage.world.second, "no such")):
            with pytest.raises(NotFound, match=text):
                kept_for(session, who, anna.id, at=AT)
    claim(stage, ppl, anna, "3/10", cut_id)
    assert stage.accrue().kept == {}
    assert standing(stage)[accounts.accrued(anna.id)] == -12_500


def test_a_party_sees_its_own_claims_and_the_performers_side_all(stage: Stage) -> None:
    anna = stage.performer()
    gvl, ppl = stage.world.principal("society"), stage.world.principal("society")
    claim(stage, gvl, anna, "1/2")
    claim(stage, ppl, anna, "1/4")
    with stage.db.read() as session:
        seen = [
            [str(one.share) for one in list_shares(session, who, anna.id, now=AT)]
            for who in (gvl, ppl, stage.agent(anna))
        ]
    assert seen == [["1/2"], ["1/4"], ["1/2", "1/4"]]


def test_who_may_not_collect_claims_nothing(stage: Stage) -> None:
    anna = stage.performer()
    for stranger in (stage.studio, stage.world.principal("performer")):
        with pytest.raises(NotFound):
            claim(stage, stranger, anna, "1/2")
    gvl = stage.world.principal("society")
    for share, cut in (("3/2", ""), ("half", ""), ("1/2", "cut_none")):
        with pytest.raises(BadInput):
            claim(stage, gvl, anna, share, cut)
    with pytest.raises(NotFound):
        claim(stage, gvl, replace(anna, id=new_id("prf")), "1/2")


def test_roles_weigh_points_and_a_change_books_anew(stage: Stage) -> None:
    weights = {"roles": {"lead": "3", "support": "1"}}
    term = agree(stage, publish(stage, weights=weights))
    anna, ben, cut_id = stage.performer(), stage.performer(), stage.cut()
    for one in (anna, ben):
        stage.licence(one, term)
    stage.clear(cut_id, found(cut_id, anna), found(cut_id, ben))
    stage.import_lines(f"{cut_id},DE,2026-11,2000")
    stage.accrue()
    assert standing(stage)[accounts.accrued(anna.id)] == -7_500_000
    with stage.db.write() as session:
        work_id = works.get_cut(session, stage.studio, cut_id).work_id
        name_role(session, stage.studio, work_id, anna.id, Role.LEAD, now=AT)
        name_role(session, stage.studio, work_id, ben.id, Role.LEAD, now=AT)
        name_role(session, stage.studio, cut_id, ben.id, Role.SUPPORT, now=AT)
    assert stage.accrue().reversed == 2
    assert standing(stage)[accounts.accrued(anna.id)] == -11_250_000
    assert standing(stage)[accounts.accrued(ben.id)] == -3_750_000
    with stage.db.read() as session:
        assert [one.role for one in list_roles(session, stage.studio, cut_id)] == [Role.SUPPORT]


def test_only_the_owner_names_roles_and_only_of_people_who_are_there(stage: Stage) -> None:
    anna, cut_id = stage.performer(), stage.cut()
    with stage.db.write() as session:
        with pytest.raises(NotFound):
            name_role(session, stage.agent(anna), cut_id, anna.id, Role.LEAD, now=AT)
        with pytest.raises(NotFound):
            name_role(session, stage.studio, cut_id, new_id("prf"), Role.LEAD, now=AT)


def test_accruing_one_cut_moves_a_fee_for_its_work_whole(stage: Stage) -> None:
    """The earlier line of another cut carries the fee now: it is not paid there as well."""
    anna, first = stage.performer(), stage.cut()
    stage.licence(anna, agree(stage, shipped("flat-work", "750")))
    with stage.db.write() as session:
        work_id = works.get_cut(session, stage.studio, first).work_id
        twin = Cut(
            new_id("cut"), stage.studio.tenant_id, work_id, "v2", CutFormat.TRAILER, "de", None
        )
        works.add_cut(session, twin, at=NOW)
    stage.clear(first, found(first, anna))
    stage.import_lines(f"{first},DE,2026-11,1")
    assert stage.accrue().new == 1
    made = stage.clear(twin.id, found(twin.id, anna))
    stage.import_lines(f"{twin.id},DE,2026-10,1")
    report = stage.accrue(made.id)
    assert (report.new, report.reversed) == (1, 1)
    assert standing(stage)[accounts.accrued(anna.id)] == -750_000_000
    assert stage.accrue().unchanged == 1
