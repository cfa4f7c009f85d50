"""Licences that name a tariff: what their uses accrue, what is pinned, and what is said instead."""

from dataclasses import replace
from typing import Any

import pytest

from core.errors import BadTerms, NotFound
from core.money import parse_rate
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.people import Performer
from royalties.outcomes import Outcome
from royalties.service import tariffs
from royalties.service.statements import statement, trial_balance
from royalties.statement import Statement, recompute
from royalties.statement_wire import from_dict, to_dict
from royalties.tariffs.shelf import on_shelf
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0
from tests.store.royalties_stage import Stage, cleared, found
from tests.unit.royalties.test_tariff_documents import document

STEPS = [{"from": 0, "rate": "0.01"}, {"from": 1000, "rate": "0.005"}]


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def publish(stage: Stage, **changes: Any) -> TariffTerm:
    """A society's tariff by the view, as a price to agree on."""
    by_view = {"counts": [], "params": {"kind": "per_view", "steps": STEPS}}
    society = stage.world.principal("society")
    with stage.db.write() as session:
        made = tariffs.publish(session, society, document(**{**by_view, **changes}), now=T0)
    return TariffTerm(TariffKind.TARIFF, 0, "EUR", TariffRef(made.tariff.id))


def agree(stage: Stage, term: TariffTerm) -> TariffTerm:
    with stage.db.read() as session:
        return tariffs.agreed_price(session, stage.studio, term)


def shipped(name: str, rate: str = "0") -> TariffTerm:
    return TariffTerm(TariffKind.TARIFF, parse_rate(rate), "EUR", TariffRef(name))


def stated(stage: Stage, performer: Performer, period: str = "2026-11") -> Statement:
    with stage.db.read() as session:
        made = statement(session, stage.agent(performer), performer_id=performer.id, period=period)
    assert recompute(made) == ()
    assert from_dict(to_dict(made)) == made
    return made


def total(stage: Stage, performer: Performer, period: str = "2026-11") -> int:
    return sum(item.total_micro for item in stated(stage, performer, period).totals)


def test_a_pinned_tariff_prices_each_line_and_stands_on_the_statement(stage: Stage) -> None:
    term = agree(stage, publish(stage, split="each"))
    cut_id, anna = cleared(stage, term)
    stage.import_lines(f"{cut_id},DE,2026-11,1500")
    assert (stage.accrue().new, stage.accrue().unchanged) == (1, 1)
    (line,) = stated(stage, anna).lines
    assert (line.amount_micro, line.pins.tariff) == (12_500_000, term)
    (kept,) = stated(stage, anna).tariffs
    assert term.tariff == TariffRef(kept.id, kept.version, term.tariff.digest)
    with stage.db.read() as session:
        assert trial_balance(session).balanced


def test_a_later_version_changes_nothing_that_was_agreed(stage: Stage) -> None:
    term = publish(stage, split="each")
    first = agree(stage, term)
    cut_id, anna = cleared(stage, first)
    stage.import_lines(f"{cut_id},DE,2026-11,1500")
    stage.accrue()
    dearer = {"kind": "per_view", "steps": STEPS[:1]}
    society_next = document(version=2, counts=[], params=dearer)
    other = stage.world.principal("society")
    with stage.db.write() as session:
        owner = tariffs.get_tariff(session, stage.studio, "an-example").tenant_id
        tariffs.publish(session, replace(other, tenant_id=owner), society_next, now=T0)
    assert stage.accrue().unchanged == 1
    assert total(stage, anna) == 12_500_000
    assert agree(stage, term) != first


def test_by_points_everybody_found_has_a_part_and_only_the_licensed_earn(stage: Stage) -> None:
    term = agree(stage, publish(stage))
    anna, ben, carla = stage.performer(), stage.performer(), stage.performer()
    for licensed in (anna, ben):
        stage.licence(licensed, term)
    cut_id = stage.cut()
    uses = [found(cut_id, who, (0, 30_000)) for who in (anna, ben, carla)]
    stage.clear(cut_id, *uses)
    stage.import_lines(f"{cut_id},DE,2026-11,1")
    report = stage.accrue()
    assert (report.new, report.kept) == (3, {Outcome.HELD: 1})
    # A hundredth over three people: 3,333 1/3 each, the last millionth to one of them.
    parts = [total(stage, who) for who in (anna, ben)]
    assert all(part in (3_333, 3_334) for part in parts)
    working = dict(stated(stage, anna).lines[0].working)
    assert (working["line_micro"], working["points"]) == (10_000, "30000")
    assert working["points_total"] == "90000"


def test_when_somebody_new_is_found_the_parts_are_booked_anew(stage: Stage) -> None:
    term = agree(stage, publish(stage))
    anna, ben = stage.performer(), stage.performer()
    stage.licence(anna, term)
    cut_id = stage.cut()
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,1000")
    stage.accrue()
    stage.clear(cut_id, found(cut_id, anna), found(cut_id, ben))
    report = stage.accrue()
    assert (report.new, report.reversed, report.kept) == (2, 1, {Outcome.HELD: 1})
    assert total(stage, anna) == 5_000_000


@pytest.mark.parametrize("name", ["flat-cut", "flat-work"])
def test_a_fee_is_booked_once_and_moves_to_an_earlier_month(stage: Stage, name: str) -> None:
    cut_id, anna = cleared(stage, agree(stage, shipped(name, "750")))
    stage.import_lines(f"{cut_id},DE,2026-11,5", f"{cut_id},AT,2026-11,7", f"{cut_id},DE,2026-12,9")
    report = stage.accrue()
    assert report.new == 1
    (skipped,) = report.skipped
    assert (skipped.reason.code, skipped.usage_lines) == ("fee-owed-once", 2)
    assert total(stage, anna) == 750_000_000
    stage.import_lines(f"{cut_id},CH,2026-10,1")
    again = stage.accrue()
    assert (again.new, again.reversed) == (1, 1)
    assert (total(stage, anna, "2026-10"), total(stage, anna)) == (750_000_000, 0)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gema-ai", "tariff-facts-missing"),
        ("flat-day", "tariff-facts-missing"),
        ("aifilms-pool", "tariff-facts-missing"),
        ("stim-training", "tariff-of-a-pool"),
    ],
)
def test_what_cannot_be_priced_is_said_and_never_nought(stage: Stage, name: str, code: str) -> None:
    unit = on_shelf(name)
    term = replace(shipped(name), currency=unit.currency if unit else "")
    cut_id, _ = cleared(stage, agree(stage, term))
    stage.import_lines(f"{cut_id},DE,2026-11,1000")
    report = stage.accrue()
    assert (report.new, [item.reason.code for item in report.skipped]) == (0, [code])


def test_a_month_outside_of_the_tariff_earns_nothing_under_it(stage: Stage) -> None:
    until = "2026-12-01T00:00:00Z"
    cut_id, anna = cleared(stage, agree(stage, publish(stage, split="each", valid_until=until)))
    stage.import_lines(f"{cut_id},DE,2026-11,1", f"{cut_id},DE,2026-12,1")
    report = stage.accrue()
    assert [item.reason.code for item in report.skipped] == ["tariff-not-in-force"]
    assert (total(stage, anna), report.new) == (10_000, 1)


def test_a_pin_of_other_words_prices_nothing(stage: Stage) -> None:
    term = agree(stage, publish(stage, split="each"))
    forged = replace(term, tariff=replace(term.tariff, digest="0" * 64))
    cut_id, _ = cleared(stage, forged)
    stage.import_lines(f"{cut_id},DE,2026-11,1")
    assert [item.reason.code for item in stage.accrue().skipped] == ["tariff-unknown"]


def test_a_statement_without_its_tariff_does_not_agree(stage: Stage) -> None:
    cut_id, anna = cleared(stage, agree(stage, publish(stage, split="each")))
    stage.import_lines(f"{cut_id},DE,2026-11,1")
    stage.accrue()
    made = stated(stage, anna)
    (difference,) = recompute(replace(made, tariffs=()))
    assert difference.where.endswith("tariff")
    changed = from_dict(to_dict(made) | {"tariffs": [document()]})
    assert recompute(changed)


@pytest.mark.parametrize(
    "term",
    [
        replace(shipped("gema-ai"), currency="USD"),
        shipped("gema-ai", "1"),
        shipped("flat-cut"),
        replace(shipped("gema-ai"), tariff=TariffRef("gema-ai", 1, "0" * 64)),
    ],
    ids=["another currency", "a rate that nobody asks for", "no rate", "another text"],
)
def test_a_price_that_does_not_fit_the_tariff_is_refused(stage: Stage, term: TariffTerm) -> None:
    with pytest.raises(BadTerms):
        agree(stage, term)


def test_a_tariff_that_is_not_there_is_not_agreed_on(stage: Stage) -> None:
    with pytest.raises(NotFound):
        agree(stage, shipped("nobody"))
