"""Exchanges in the stored books: both legs or none, once, and taken back together."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from core.errors import BadInput, Broken, Conflict, NotFound
from core.principal import Principal
from royalties.accounts import accrued
from royalties.fx import Exchange, Rate, ratio_of
from royalties.service.exchanges import Wanted, change, undo
from royalties.service.statements import account_balances, export, trial_balance
from royalties.store.exchanges import rates
from royalties.store.journal import journal
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared
from tests.store.today import NOW

RATE = Rate("EUR", "USD", ratio_of("1.0835"), "ECB", date(2026, 11, 20))


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    stage = Stage(world)
    with office_of(stage) as opened:
        yield opened


@pytest.fixture
def wanted(office: Office) -> Wanted:
    cut_id, performer = cleared(office.stage)
    office.stage.import_lines(f"{cut_id},DE,2026-11,10")
    office.stage.accrue()
    return Wanted(accrued(performer.id), 10_000, RATE, "")


def done(office: Office, wanted: Wanted, who: Principal | None = None) -> Exchange:
    with office.shared.write() as session:
        return change(session, who or office.clerk, wanted, now=NOW)


def balances(office: Office) -> dict[tuple[str, str], int]:
    with office.shared.read() as session:
        assert trial_balance(session).balanced
        return account_balances(session, office.clerk)


def test_nothing_is_changed_into_what_is_no_currency(office: Office, wanted: Wanted) -> None:
    strange = replace(wanted, rate=replace(RATE, quote="XYZ"))
    with pytest.raises(BadInput, match="XYZ is no currency"):
        done(office, strange)


def test_what_is_owed_is_changed_at_the_stated_rate(office: Office, wanted: Wanted) -> None:
    made = done(office, wanted)
    assert (made.from_micro, made.to_micro) == (-10_000, -10_835)
    found = balances(office)
    assert found[wanted.account, "EUR"] == -2_500
    assert found[wanted.account, "USD"] == -10_835
    assert (found["fx:EUR-USD", "EUR"], found["fx:EUR-USD", "USD"]) == (-10_000, 10_835)
    with office.shared.read() as session:
        assert rates(session, office.clerk, [made.id]) == {made.id: (RATE, -10_000, -10_835)}


def test_the_performers_side_sees_the_exchange_of_its_money(office: Office, wanted: Wanted) -> None:
    made = done(office, wanted)
    agent = Principal(
        made.legs[0].audience.removeprefix("tenant:"), "a", frozenset({"*"}), "performer"
    )
    with office.shared.read() as session:
        assert len(journal(session, agent)) == 3
        assert len(journal(session, office.stage.studio)) == 1
        assert rates(session, office.stage.studio, [made.id]) == {}


def test_the_same_change_is_made_once(office: Office, wanted: Wanted) -> None:
    done(office, replace(wanted, amount_micro=1_000))
    with pytest.raises(Conflict):
        done(office, replace(wanted, amount_micro=1_000))
    done(office, replace(wanted, amount_micro=1_000, reference="second"))
    assert balances(office)[wanted.account, "EUR"] == -10_500


@pytest.mark.parametrize("amount", [0, -5, 12_501])
def test_no_more_is_changed_than_there_is(office: Office, wanted: Wanted, amount: int) -> None:
    with pytest.raises(BadInput):
        done(office, replace(wanted, amount_micro=amount))


def test_another_tenants_money_is_not_there_to_be_changed(office: Office, wanted: Wanted) -> None:
    for who in (office.stage.studio, office.stage.world.second):
        with pytest.raises(BadInput):
            done(office, wanted, who)


def test_both_legs_are_taken_back_once(office: Office, wanted: Wanted) -> None:
    before = balances(office)
    made = done(office, wanted)
    with office.shared.write() as session:
        back = undo(session, office.clerk, made.id, reason="wrong-rate", now=NOW)
    assert {one.reverses_id for one in back} == {leg.id for leg in made.legs}
    assert {key: n for key, n in balances(office).items() if n} == before
    with pytest.raises(Conflict), office.shared.write() as session:
        undo(session, office.clerk, made.id, reason="wrong-rate", now=NOW)
    with pytest.raises(NotFound), office.shared.write() as session:
        undo(session, office.stage.studio, made.id, reason="wrong-rate", now=NOW)


def test_one_leg_alone_is_never_kept(office: Office, wanted: Wanted) -> None:
    made = done(office, wanted)
    row = (
        "INSERT INTO book_exchange SELECT 'fxp_x', tenant_id, audience, recorded_at, 'txn_x',"
        " 'txn_y', base, quote, numerator, denominator, source, day, 1, 1 FROM book_exchange"
    )
    with pytest.raises(Broken), office.shared.write() as session:
        session.connection().execute(text(row))
    assert made.id


@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_the_export_states_rate_source_and_day(office: Office, wanted: Wanted, form: str) -> None:
    done(office, wanted)
    with office.shared.read() as session:
        found = "\n".join(export(session, office.clerk, form))
    assert "2167/2000" in found
    assert "ECB" in found
    assert "2026-11-20" in found
