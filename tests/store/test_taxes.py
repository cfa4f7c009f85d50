"""Tax withheld: certificates and the list follow from the books; exemptions need two people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from api.web.taxpdf import tax_pdf
from core.errors import BadInput, Conflict, EbenbildError, NotAllowed, NotFound
from core.principal import SearchCapability
from registry.models.people import Performer
from royalties import ledger
from royalties.accounts import accrued, payable
from royalties.models import Ratio
from royalties.models_books import Posting, TransactionKind
from royalties.models_payouts import BatchKind
from royalties.service import exemptions, payees, taxes
from royalties.service.books import Clerk
from royalties.service.exemptions import NewExemption
from royalties.service.run_payees import RunPayees
from royalties.store.ledger import add_transactions
from royalties.withholding import Exemption, TaxStatus, withheld
from tests.fixtures import TestWorld
from tests.store.payouts_stage import EUROS, Till
from tests.store.royalties_books import HOUSE, office_of, untaxed
from tests.store.royalties_stage import Stage
from tests.store.today import NOW

DAYS = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def till(world: TestWorld) -> Iterator[Till]:
    with office_of(Stage(world)) as office:
        untaxed(office)
        yield Till(office, office.shared)


def earn(
    till: Till, performer: Performer, gross: int, status: TaxStatus, at: datetime = NOW
) -> None:
    """Book what a run does for one payee: tax withheld, the rest payable."""
    tax = withheld(gross, status, at).total_micro
    parts = [(accrued(performer.id), gross), (payable(performer.payee_id), tax - gross)]
    parts += [("tax:bzst", -tax)] if tax else []
    with till.database.write() as session:
        stamp = Clerk(session, till.office.book, at).stamp()
        made = ledger.book(
            TransactionKind.DISTRIBUTION,
            tuple(Posting(name, micro, "EUR") for name, micro in parts),
            stamp,
            facts_key=f"run-{stamp.seq}",
            reason="distribution",
            earned_period="2026-10",
            audience=f"tenant:{performer.tenant_id}",
            run_id="run_a",
        )
        add_transactions(session, [made])


def abroad(till: Till, name: str = "Zoé Martin") -> Performer:
    performer = till.office.stage.performer()
    till.details(performer, name=name, residence="FR", tax_number="FR12345", town="Lyon")
    return performer


def test_a_certificate_states_what_the_books_withheld(till: Till) -> None:
    zoe = abroad(till)
    for gross in (100 * EUROS, 60 * EUROS + 7, -10 * EUROS):
        earn(till, zoe, gross, TaxStatus("FR"))
    earn(till, zoe, 50 * EUROS, TaxStatus("DE"))
    vault, agent = till.office.stage.world.vault, till.office.stage.agent(zoe)
    with till.database.read() as session:
        mine = taxes.for_payee(session, vault, agent, zoe.id, 2026, now=NOW)
        theirs = taxes.for_book(session, vault, till.office.clerk, zoe.payee_id, 2026, now=NOW)
    assert mine == theirs
    (year,) = mine.years
    assert year.base_micro == 150 * EUROS + 7
    assert (year.tax_micro, year.surcharge_micro) == (22_500_001, 1_237_500)
    assert -till.balances()["tax:bzst"] == year.total_micro
    pdf = tax_pdf(mine, "de")
    assert pdf == tax_pdf(theirs, "de")
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    for part in ("Zoé Martin", "FR12345", "22,500001 EUR", "Solidaritätszuschlag", "2026"):
        assert part in said
    payer = (HOUSE.name, f"{HOUSE.street}, {HOUSE.postcode} {HOUSE.city}, {HOUSE.country}")
    assert all(part in said for part in payer)


def test_without_the_payers_address_no_certificate_is_made(world: TestWorld) -> None:
    with office_of(Stage(world)) as office:
        till = Till(office, office.shared)
        zoe = abroad(till)
        earn(till, zoe, 100 * EUROS, TaxStatus("FR"))
        with pytest.raises(Conflict) as caught, till.database.read() as session:
            taxes.for_payee(
                session, world.world.vault, office.stage.agent(zoe), zoe.id, 2026, now=NOW
            )
    assert caught.value.code == "party-missing"
    assert f"ebenbild invoice party {office.book}" in (caught.value.next_step or "")


def test_the_list_names_everybody_and_adds_up(till: Till) -> None:
    zoe, max_ = abroad(till), abroad(till, "=Max")
    earn(till, zoe, 100 * EUROS, TaxStatus("FR"))
    earn(till, max_, 40 * EUROS, TaxStatus("FR"))
    till.open_account()
    till.open_account("bzst")
    till.send(till.propose(BatchKind.TAX))
    vault = till.office.stage.world.vault
    with till.database.read() as session:
        listed = taxes.tax_list(session, vault, till.office.clerk, 2026, now=NOW).decode()
    assert listed.count("\r\n") == 3
    for part in ("Zoé Martin", ",'=Max,", "100,15,0.825", "40,6,0.33"):
        assert part in listed
    with pytest.raises(NotAllowed), till.database.read() as session:
        taxes.tax_list(session, vault, till.office.approver, 2026, now=NOW)


def test_nobody_elses_tax_is_certified(till: Till) -> None:
    zoe, other = abroad(till), abroad(till, "Other")
    earn(till, zoe, 100 * EUROS, TaxStatus("FR"))
    vault, agent = till.office.stage.world.vault, till.office.stage.agent(other)
    for who, year in ((zoe, 2026), (other, 2026)):
        with pytest.raises(NotFound), till.database.read() as session:
            taxes.for_payee(session, vault, agent, who.id, year, now=NOW)
    with pytest.raises(NotFound), till.database.read() as session:
        taxes.for_book(session, vault, till.office.stage.studio, zoe.payee_id, 2026, now=NOW)
    with pytest.raises(NotFound), till.database.read() as session:
        mine = till.office.stage.agent(zoe)
        taxes.for_payee(session, vault, mine, zoe.id, 2025, now=NOW)


def enter(till: Till, performer: Performer, per_cent: str = "5") -> str:
    said = NewExemption(performer.payee_id, "B 123", per_cent, *DAYS)
    vault = till.office.stage.world.vault
    with till.database.write() as session:
        return exemptions.propose(session, vault, till.office.clerk, said, now=NOW).id


def grant(till: Till, exemption_id: str, *, approve: bool = True, by_clerk: bool = False) -> None:
    who = till.office.clerk if by_clerk else till.office.approver
    with till.database.write() as session:
        exemptions.decide(session, who, exemption_id, approve=approve, now=NOW)


def status(till: Till, performer: Performer, at: datetime = NOW) -> TaxStatus:
    capability = SearchCapability("run", "test")
    vault, book = till.office.stage.world.vault, till.office.book
    with till.database.read() as session:
        found = payees.tax_statuses(
            session, vault, capability, [performer.payee_id], book=book, at=at
        )
    return found[performer.payee_id]


def test_an_exemption_counts_once_a_second_person_agrees_and_within_its_days(till: Till) -> None:
    zoe = abroad(till)
    name = enter(till, zoe)
    assert status(till, zoe) == TaxStatus("FR")
    with pytest.raises(NotAllowed):
        grant(till, name, by_clerk=True)
    grant(till, name)
    paper = Exemption("B 123", Ratio(5_000_000, 100_000_000), *DAYS)
    assert status(till, zoe) == TaxStatus("FR", exemption=paper)
    assert withheld(100 * EUROS, status(till, zoe), NOW).total_micro == 5 * EUROS
    assert status(till, zoe, datetime(2027, 1, 1, tzinfo=UTC)).exemption is None
    with pytest.raises(Conflict):
        grant(till, name)
    till.office.stage.world.db.checkpoint()
    assert b"B 123" not in till.database.path.read_bytes()


def test_a_run_withholds_by_the_certificate_that_its_book_holds(till: Till) -> None:
    zoe = abroad(till)
    vault = till.office.stage.world.vault

    def of_a_run() -> int:
        with till.database.read() as session:
            desk = RunPayees(session, vault, till.office.book, NOW)
            desk.learn([(zoe.id, zoe.tenant_id, zoe.payee_id)])
            found = desk.tax(zoe.payee_id, 100 * EUROS)
        return found.tax_micro + found.surcharge_micro

    assert of_a_run() == 15_825_000
    grant(till, enter(till, zoe))
    assert of_a_run() == 5 * EUROS


def test_what_was_refused_never_counts(till: Till) -> None:
    zoe = abroad(till)
    name = enter(till, zoe)
    grant(till, name, approve=False)
    with pytest.raises(Conflict):
        grant(till, name)
    assert status(till, zoe).exemption is None


@pytest.mark.parametrize("per_cent", ["15.000001", "100", "-1", "five"])
def test_a_rate_above_the_laws_is_no_exemption(till: Till, per_cent: str) -> None:
    with pytest.raises(EbenbildError) as refused:
        enter(till, abroad(till), per_cent)
    assert refused.value.next_step


def test_days_in_the_wrong_order_are_refused(till: Till) -> None:
    zoe, vault = abroad(till), till.office.stage.world.vault
    said = NewExemption(zoe.payee_id, "B 1", "5", DAYS[1], DAYS[0])
    for wrong in (said, replace(said, valid_until=DAYS[1], payee_id="pay_x")):
        with pytest.raises(BadInput), till.database.write() as session:
            exemptions.propose(session, vault, till.office.clerk, wrong, now=NOW)
