"""The report on a year: every figure from the books, and each year opens where the last closed."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.web import texts
from api.web.pages import render
from api.web.yearpage import shown
from core.canonical import canonical
from core.clock import utc_now
from core.errors import BadInput, NotAllowed, NotFound
from core.ids import derived_id
from core.principal import Principal
from registry.models.people import Performer
from royalties import accounts, ledger
from royalties.accounts import AccountKind
from royalties.models_books import Posting, TransactionKind
from royalties.service.books import Clerk
from royalties.service.yearreports import Figure, entries_behind, year_report
from royalties.store import ledger as store
from royalties.yearcsv import to_csv
from royalties.yearreport import YearReport, differences, headlines, undistributed
from royalties.yearreport_wire import from_dict, to_dict
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared
from tests.unit.royalties.worlds import tariff

NOW = datetime(2030, 6, 1, tzinfo=UTC)
RUN, PAYOUT = derived_id("run", "one"), derived_id("pyo", "one")
K, T = AccountKind, TransactionKind


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as made:
        yield made


def post(office: Office, kind: TransactionKind, at: datetime, *postings: tuple[str, int]) -> None:
    with office.shared.write() as session:
        made = ledger.book(
            kind,
            tuple(Posting(name, amount, "EUR") for name, amount in postings),
            Clerk(session, office.book, at).stamp(),
            facts_key=f"{kind}-{at}",
            reason="test",
            earned_period="2029-01",
        )
        store.add_transactions(session, [made])


def lived(office: Office) -> Performer:
    """100 EUR received in February, 90 of them distributed in March, half paid out in April."""
    performer = office.stage.performer()
    studio = office.stage.studio.tenant_id
    accrued, payee = accounts.accrued(performer.id), accounts.payable(performer.payee_id)
    owed = accounts.receivable(studio)
    bank, waits = accounts.account(K.BANK), accounts.account(K.UNMATCHED, studio)
    day = datetime(2029, 2, 1, tzinfo=UTC)
    post(office, T.ADJUSTMENT, day, (owed, 100_000_000), (accrued, -100_000_000))
    post(office, T.RECEIPT, day, (bank, 100_000_000), (waits, -100_000_000))
    post(office, T.RECEIPT, day.replace(day=2), (waits, 100_000_000), (owed, -100_000_000))
    post(
        office,
        T.DISTRIBUTION,
        datetime(2029, 3, 3, tzinfo=UTC),
        (accrued, 90_000_000),
        (accounts.account(K.COST, "collecting"), -9_000_000),
        (accounts.account(K.SOCIAL, "culture"), -1_000_000),
        (accounts.account(K.TAX, "bzst"), -2_000_000),
        (accounts.account(K.RESERVE, RUN), -8_000_000),
        (payee, -70_000_000),
    )
    sent = accounts.account(K.IN_TRANSIT, PAYOUT)
    out = datetime(2029, 4, 2, tzinfo=UTC)
    post(office, T.PAYOUT, out, (payee, 35_000_000), (sent, -35_000_000))
    post(office, T.SETTLEMENT, out.replace(day=3), (sent, 35_000_000), (bank, -35_000_000))
    return performer


def report(office: Office, year: str, asker: Principal | None = None, book: str = "") -> YearReport:
    with office.shared.read() as session:
        return year_report(session, asker or office.clerk, year, book=book, now=NOW)


def figures(found: YearReport) -> dict[str, int]:
    return {one.name: one.amount_micro for one in headlines(found, "EUR")}


def test_the_year_says_what_came_in_was_taken_off_and_went_out(office: Office) -> None:
    lived(office)
    found = report(office, "2029")
    assert figures(found) == {
        "received": 100_000_000,
        "cost": 9_000_000,
        "social": 1_000_000,
        "tax": 2_000_000,
        "reserved": 8_000_000,
        "distributed": 70_000_000,
        "paid-out": 35_000_000,
    }
    assert undistributed(found, "EUR") == {K.RESERVE: 8_000_000, K.PAYABLE: 35_000_000}
    waited = {one.what: (one.amount_micro, one.median, one.ninetieth) for one in found.days}
    assert waited == {"distributed": (90_000_000, 30, 30), "paid": (35_000_000, 30, 30)}


def test_what_was_sent_back_neither_came_to_anybody_nor_waits(office: Office) -> None:
    """As after `lived`, with 20 EUR more from nobody knows whom: 15 go back, 5 of them return."""
    lived(office)
    bank, waits = accounts.account(K.BANK), accounts.account(K.UNMATCHED, office.book)
    sent = accounts.account(K.IN_TRANSIT, PAYOUT)
    early, out = datetime(2029, 1, 1, tzinfo=UTC), datetime(2029, 1, 2, tzinfo=UTC)
    post(office, T.RECEIPT, early, (bank, 20_000_000), (waits, -20_000_000))
    post(office, T.PAYOUT, out, (waits, 15_000_000), (sent, -15_000_000))
    post(office, T.RETURN, out, (sent, 5_000_000), (waits, -5_000_000))
    found = report(office, "2029")
    assert (figures(found)["received"], figures(found)["sent-back"]) == (120_000_000, 10_000_000)
    assert undistributed(found, "EUR")[K.UNMATCHED] == 10_000_000
    (days,) = (one.median for one in found.days if one.what == "distributed")
    assert days == 30


def test_a_year_opens_where_the_last_one_closed(office: Office) -> None:
    lived(office)
    post(
        office,
        T.PAYOUT,
        datetime(2030, 1, 5, tzinfo=UTC),
        (accounts.account(K.UNMATCHED, office.stage.studio.tenant_id), 7),
        (accounts.account(K.BANK), -7),
    )
    closing = {(o.account, o.currency): o.closing_micro for o in report(office, "2029").balances}
    opening = {(o.account, o.currency): o.opening_micro for o in report(office, "2030").balances}
    assert {name: net for name, net in closing.items() if net} == {
        name: net for name, net in opening.items() if net
    }
    assert report(office, "2028").balances == ()


def test_claims_are_told_by_kind_of_use_and_corrections_taken_off(office: Office) -> None:
    cut_id, _ = cleared(office.stage, tariff("per_view", 1_000_000))
    office.stage.import_lines(f"{cut_id},DE,2026-10,100")
    office.stage.accrue()
    year = f"{utc_now():%Y}"
    (income,) = report(office, year).income
    assert (income.use, income.claimed_micro) == ("synthesise_voice", 100_000_000)
    assert income.received_micro == 0
    assert figures(report(office, year))["claimed"] == 100_000_000


def test_a_reversal_counts_against_what_it_takes_back(office: Office) -> None:
    lived(office)
    with office.shared.write() as session:
        (paid,) = [one for one in store_transactions(office) if one.kind is T.PAYOUT]
        stamp = Clerk(session, office.book, datetime(2029, 5, 1, tzinfo=UTC)).stamp()
        store.add_transactions(session, [ledger.reverse(paid, stamp, reason="wrong")])
    assert "paid-out" not in figures(report(office, "2029"))


def store_transactions(office: Office) -> list[ledger.Transaction]:
    from royalties.service import periods

    with office.shared.read() as session:
        return list(periods.transactions_of(session, office.book))


def test_round_trip_and_tampering(office: Office) -> None:
    lived(office)
    found = report(office, "2029")
    data = json.loads(canonical(to_dict(found)))
    assert from_dict(data) == found
    assert list(differences(found)) == []
    (first, *rest) = found.movements
    wrong = replace(found, movements=(replace(first, amount_micro=first.amount_micro + 1), *rest))
    assert list(differences(wrong))
    for place in range(len(found.balances)):
        fewer = (*found.balances[:place], *found.balances[place + 1 :])
        assert list(differences(replace(found, balances=fewer)))
    with pytest.raises(BadInput):
        from_dict({**data, "form": "other"})


def test_rows_and_page_say_the_same(office: Office) -> None:
    lived(office)
    found = report(office, "2029")
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert {(r["name"], r["amount"]) for r in rows if r["section"] == "undistributed"} == {
        ("reserve", "8"),
        ("payable", "35"),
    }
    for lang, said in (("en", "70.00 EUR"), ("de", "70,00 EUR")):
        page = render(
            "yearreport.html", lang, r=shown(to_dict(found), lang), book="Society", alone=False
        )
        assert said in page.replace("\u00a0", " ")
        assert "yearreport." not in page
        text = render("yearreport.txt", lang, r=shown(to_dict(found), lang))
        assert said in text
    assert set(texts.catalogue("en")) >= {f"yearreport.account.{kind.value}" for kind in K}


def test_only_whoever_keeps_the_book_reads_it(office: Office) -> None:
    lived(office)
    assert report(office, "2029", office.stage.studio).balances == ()
    with pytest.raises(NotFound):
        report(office, "2029", office.stage.studio, office.book)
    with pytest.raises(NotAllowed):
        report(office, "2029", replace(office.clerk, scopes=frozenset({"usage"})))
    for year in ("29", "20299", "abcd", "0001"):
        with pytest.raises(BadInput):
            report(office, year)


def test_every_figure_is_the_sum_of_the_entries_that_it_opens_to(office: Office) -> None:
    lived(office)
    made = report(office, "2029")
    shown_as = {
        Figure("2029", one.name, "EUR", one.category): one.amount_micro
        for one in headlines(made, "EUR")
    }
    left = undistributed(made, "EUR")
    shown_as |= {Figure("2029", f"left.{kind}", "EUR"): micro for kind, micro in left.items()}
    assert len(shown_as) > 3
    with office.shared.read() as session:
        for figure, amount in shown_as.items():
            total, entries = entries_behind(session, office.clerk, figure, limit=100)
            assert total == amount == sum(one.amount_micro for one in entries), figure
        with pytest.raises(NotFound):
            entries_behind(session, office.clerk, Figure("2029", "profit", "EUR"), limit=1)


def test_a_year_that_has_not_begun_is_named_with_the_next_step(office: Office) -> None:
    with pytest.raises(BadInput, match="has not begun") as caught:
        report(office, "2031")
    assert "ebenbild report year 2030" in (caught.value.next_step or "")
