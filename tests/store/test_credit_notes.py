"""Self-billed notes from a closed run: their sums are the run's, numbered without gaps, once."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import utc_now
from core.errors import Conflict, NotFound
from core.principal import Principal
from royalties.models_income import Invoice, InvoiceKind
from royalties.models_runs import Run
from royalties.runbegin import Wanted
from royalties.service import payees, selfbilling
from royalties.service.selfbilling import Left
from tests.fixtures import TestWorld
from tests.store.royalties_books import HOUSE, named, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import exported, replayed
from tests.store.test_runs import Money

ADDRESS = {"street": "Weg", "building": "2", "post_code": "80331", "town": "München"}


def told(money: Money, cut_id: str, **said: str) -> None:
    """The payee says where he lives and how he is taxed."""
    performer = money.people[cut_id]
    side = replace(money.stage.studio, tenant_id=performer.tenant_id, tenant_kind="performer")
    with money.office.shared.write() as session:
        payees.set_details(
            session,
            money.stage.world.vault,
            side,
            performer.id,
            {"name": "Anna Secret", "country": "DE", "tax_number": "27/1", **ADDRESS, **said},
            cooling_days=0,
            now=utc_now(),
        )


def issue(money: Money, run: Run) -> tuple[list[Invoice], list[Left]]:
    with money.office.shared.write() as session:
        return selfbilling.issue(
            session, money.stage.world.vault, money.office.clerk, run.id, now=utc_now()
        )


@pytest.fixture
def money(world: TestWorld) -> Money:  # type: ignore[misc]
    with office_of(Stage(world)) as opened:
        yield Money(opened)


def owed(money: Money, cut_id: str) -> int:
    return -money.balance(f"payable:{money.people[cut_id].payee_id}")


def test_each_payee_gets_one_note_and_is_owed_what_it_says(money: Money, tmp_path: Path) -> None:
    cuts = [money.earn(views) for views in (10_000, 777, 500)]
    statuses = ("standard", "small", "")
    for cut_id, status in zip(cuts, statuses, strict=True):
        told(money, cut_id, vat=status)
    money.receive()
    run = money.run()
    handed_on = [owed(money, cut_id) for cut_id in cuts]
    issued, left = issue(money, run)
    assert [one.reason for one in left] == ["vat-status-missing"]
    assert left[0].net_micro + sum(one.claims_micro for one in issued) == sum(handed_on)
    assert sorted(one.number for one in issued) == [f"S{run.until:%Y}-00000{n}" for n in (1, 2)]
    by_payee = {one.licensee_id: one for one in issued}
    first, second = (by_payee[money.people[cut_id].payee_id] for cut_id in cuts[:2])
    assert first.amounts.vat_micro * 100 == first.amounts.net_micro * 19
    assert second.amounts.vat_micro == 0
    assert [owed(money, cut_id) for cut_id in cuts] == [
        first.amounts.gross_micro,
        second.amounts.gross_micro,
        handed_on[2],
    ]
    assert money.balance("vat:de-finanzamt") == first.amounts.vat_micro
    # Issued again, only who was left is looked at.
    told(money, cuts[2], vat="none")
    (third,), left = issue(money, run)
    assert (third.number[-1], left, issue(money, run)) == ("3", [], ([], []))
    done, database = replayed(tmp_path, exported(money.office))
    database.close()
    assert done.same


def test_only_the_payees_side_and_the_book_read_a_note(money: Money) -> None:
    cut_id = money.earn(10_000)
    told(money, cut_id, vat="none")
    money.receive()
    ((note,), _) = issue(money, money.run())
    vault, performer = money.stage.world.vault, money.people[cut_id]
    with money.office.shared.read() as session:
        for who in (money.office.clerk, money.stage.agent(performer)):
            bill, _ = selfbilling.bill_of(session, vault, who, note.id)
            assert bill.seller.name == "Anna Secret"
            assert b">389<" in selfbilling.xml_of(session, vault, who, note.id)
            assert len(selfbilling.list_notes(session, who)) == 1
        for other in (money.stage.world.second, money.stage.studio):
            assert selfbilling.list_notes(session, other) == []
            with pytest.raises(NotFound):
                selfbilling.xml_of(session, vault, other, note.id)
    raw = b"".join(path.read_bytes() for path in money.stage.database_path.parent.glob("*.db*"))
    assert b"M\xc3\xbcnchen" not in raw


def test_what_a_later_run_takes_back_is_credited(money: Money) -> None:
    cut_id = money.earn(10_000)
    told(money, cut_id, vat="standard")
    money.receive()
    run = money.run()
    ((first,), _) = issue(money, run)
    money.stage.clear(cut_id)
    money.stage.accrue()
    money.receive()
    ((back,), _) = issue(money, money.run(Wanted(follows_id=run.id)))
    assert back.kind is InvoiceKind.SELF_BILLED_CREDIT
    assert (back.credits_id, back.tax) == (first.id, first.tax)
    assert back.amounts.net_micro == -first.amounts.net_micro
    assert owed(money, cut_id) == 0


def test_notes_are_of_closed_runs_of_ones_own_book(money: Money) -> None:
    cut_id = money.earn(10_000)
    told(money, cut_id, vat="none")
    money.receive()
    run = money.draft()
    with pytest.raises(Conflict):
        issue(money, run)
    other: Principal = replace(money.stage.world.second, tenant_kind="society")
    with pytest.raises(NotFound), money.office.shared.write() as session:
        selfbilling.issue(session, money.stage.world.vault, other, run.id, now=utc_now())


def test_tax_that_was_withheld_stands_on_the_note(money: Money) -> None:
    cut_id = money.earn(10_000, taxed="US")
    told(money, cut_id, vat="standard", country="US")
    named(money.office, money.office.book, HOUSE)
    money.receive()
    ((note,), _) = issue(money, money.run())
    with money.office.shared.read() as session:
        bill, _ = selfbilling.bill_of(session, money.stage.world.vault, money.office.clerk, note.id)
    assert (bill.tax.category, bill.vat_micro) == ("AE", 0)
    assert bill.withheld_micro == 13_450_000
    assert bill.due_micro == owed(money, cut_id) == bill.net_micro - bill.withheld_micro
