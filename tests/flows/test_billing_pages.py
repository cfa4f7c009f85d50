"""The pages of a society's accountant: what is due, what came in, and what stands behind both."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from pypdf import PdfReader

from api.client import Client
from api.opening import open_registry
from api.roles import Role
from royalties.tariffs.models import Kind
from tests.browser.money import PARTY, earn_something
from tests.flows.test_two_societies import IBAN
from tests.simulators.people import seat
from tests.simulators.stage import Stage

MONTH = f"{datetime.now(UTC):%Y-%m}"
DAY = f"{datetime.now(UTC):%F}"


@dataclass(frozen=True)
class Desk:
    """A registry whose studio owes 50 euros, and its accountant in a browser."""

    stage: Stage
    studio_id: str
    book: str
    browser: httpx2.Client

    @property
    def clerk(self) -> Client:
        return self.stage.operator

    def page(self, path: str, lang: str = "en", status: int = 200) -> str:
        joint = "&" if "?" in path else "?"
        answer = self.browser.get(f"{path}{joint}lang={lang}", headers={"Accept": "text/html"})
        assert answer.status_code == status, answer.text
        return re.sub(r"\s+", " ", answer.text)

    def name_both(self) -> None:
        more = {"tax_number": "27/1", "iban": IBAN}
        for party, said in ((self.book, {"name": "Registry", **more}), (self.studio_id, STUDIO)):
            self.clerk.post(f"/v1/billing-parties/{party}", {**PARTY, **said})

    def issue(self) -> dict[str, Any]:
        self.name_both()
        (invoice,) = self.clerk.post("/v1/invoices", {"month": MONTH})["issued"]
        return dict(invoice)

    def take_in(self, *lines: str) -> dict[str, Any]:
        table = "\n".join(("reference,booked_on,amount,currency,payer,text", *lines))
        upload = self.clerk.upload(self.stage.file("bank.csv", table.encode()))
        return self.clerk.post("/v1/receipt-imports", {"upload_id": upload})


STUDIO = {"name": "Studio Nord GmbH"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    stage = Stage.make(tmp_path_factory.mktemp("desk"))
    _, agency = stage.tenant("agency", "Agency")
    studio_id, studio = stage.tenant("studio", "Studio Nord")
    earn_something(stage, agency, studio, studio_id)
    book = stage.operator.get("/v1/me")["tenant_id"]
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, book, Role.ADMIN).token)
    yield Desk(stage, studio_id, book, browser)
    browser.close()
    stage.close()


def test_from_what_is_due_to_what_was_paid(desk: Desk) -> None:
    empty = desk.page("/society/invoices")
    assert "No invoice has been issued yet" in empty
    lacking = desk.page("/society/invoices/new")
    assert "Say first whom the invoices name" in lacking
    assert "What invoices write about Studio Nord" in lacking
    invoice = desk.issue()
    # Views of 50 euros with 19 % tax.
    assert "59.50 EUR are due to us" in desk.page("/society/invoices")
    claims = desk.clerk._http.get(f"/v1/invoices/{invoice['id']}/claims", params={"limit": 1})
    assert f"after={claims.json()[0]['transaction_id']}" in claims.headers["link"]
    one = desk.page(f"/society/invoices/{invoice['id']}")
    assert "59.50 EUR open" in one
    assert "Night Train, Feature" in one
    paper = PdfReader(io.BytesIO(desk.clerk.fetch(f"/v1/invoices/{invoice['id']}/invoice.pdf")))
    assert "Night Train, Feature" in re.sub(r"\s+", " ", paper.pages[0].extract_text())
    line = desk.page(f"/society/invoices/{invoice['id']}/lines/1")
    assert "Anna" in line
    (source,) = re.findall(r"/society/lines/\w+", line)
    assert "0.05 EUR a view × 1,000 views" in desk.page(source)
    desk.page(f"/society/invoices/{invoice['id']}/lines/2", status=404)


def test_a_studio_reads_what_it_owes(desk: Desk) -> None:
    """After the invoice, of which nothing is paid."""
    (invoice,) = desk.clerk.get("/v1/invoices")["items"]
    with open_registry(desk.stage.settings) as world:
        token = seat(world.db, desk.studio_id, Role.STUDIO).token
    theirs = replace(desk, browser=desk.stage.http(token))
    page = theirs.page("/society/invoices", "de")
    assert "59,50 EUR sind von uns zu zahlen" in page and invoice["number"] in page
    assert "/society/receipts" not in page and "/society/invoices/new" not in page
    one = theirs.page(f"/society/invoices/{invoice['id']}")
    assert "59.50 EUR open" in one and "No payment is matched" not in one
    assert "Invoices</a>" in theirs.page("/studio")


def test_a_statement_says_what_matched_and_what_waits(desk: Desk) -> None:
    """After the invoice, which it pays."""
    (invoice,) = desk.clerk.get("/v1/invoices")["items"]
    lines = (f"b1,{DAY},9.50,EUR,Somebody,", f"b2,{DAY},50.00,EUR,Studio,{invoice['number']}")
    taken = desk.take_in(*lines)
    page = desk.page(f"/society/receipts?file={taken['file_sha256']}")
    assert "This statement brought 2 payments; waiting for you: 1." in page
    assert "One payment waits for you" in page
    waiting = desk.clerk.get("/v1/receipts")["items"]
    stray = next(one for one in waiting if one["reference"] == "b1")
    shown = desk.page(f"/society/receipts/{stray['id']}")
    assert "very amount" in shown
    desk.clerk.post(f"/v1/receipts/{stray['id']}/matches", {"invoice_id": invoice["id"]})
    assert "all of it is matched" in desk.page(f"/society/receipts/{stray['id']}")
    assert "59.50 EUR, paid" in desk.page(f"/society/invoices/{invoice['id']}")
    assert "Every payment is matched" in desk.page("/society/receipts")
    assert "Alle Rechnungen sind bezahlt" in desk.page("/society/invoices", "de")


def test_a_run_hands_on_what_was_paid(desk: Desk) -> None:
    """After the payments, of which each is a performer's from now on."""
    run = desk.clerk.post("/v1/runs", {"first_month": MONTH, "last_month": MONTH})
    desk.clerk.post(f"/v1/runs/{run['id']}/proposal")
    done = desk.clerk.post(f"/v1/runs/{run['id']}/decision", {"approve": True})
    assert done["state"] == "CLOSED"


def test_what_is_taken_back_is_due_again(desk: Desk) -> None:
    """After the payments, which are set free."""
    (invoice,) = desk.clerk.get("/v1/invoices")["items"]
    path = f"/v1/invoices/{invoice['id']}/cancellation"
    note = desk.clerk.post(path, {"reason": "wrong address"})
    assert f"Takes back invoice {invoice['number']}." in desk.page(
        f"/society/invoices/{note['id']}"
    )
    assert "59.50 EUR, taken back" in desk.page(f"/society/invoices/{invoice['id']}")
    listed = desk.page("/society/invoices?state=credit-note")
    (row,) = (one for one in listed.split("<li>") if note["number"] in one)
    assert ">Credit note</strong>" in row and "due on" not in row
    assert "2 payments wait for you" in desk.page("/society/receipts")
    ready = desk.page("/society/invoices/new")
    assert "One invoice is ready" in ready and "is not over. Whoever is invoiced now" in ready


def test_what_nobody_owes_is_sent_back(desk: Desk) -> None:
    """After the payments, one of which the bank named no account of."""
    desk.clerk.post("/v1/payout-accounts", {"whose": "own", "name": "Us", "iban": IBAN})
    stray = next(x for x in desk.clerk.get("/v1/receipts")["items"] if x["reference"] == "b1")
    path = f"/v1/receipts/{stray['id']}"
    asking = desk.page(f"/society/receipts/{stray['id']}")
    assert "The bank did not tell it" in asking and 'name="iban"' in asking
    theirs = "FR1420041010050500013M02606"
    made = desk.clerk.post(f"{path}/refunds", {"reason": "unknown-payer", "iban": theirs})
    assert made["handed_on"] == {"amount_micro": "9500000", "performers": 1}
    waits = f"/v1/payout-batches/{made['batch_id']}"
    assert desk.clerk.get(waits)["handed_on"] == made["handed_on"]
    assert "9.50 EUR of it were handed on to one performer" in desk.page(
        f"/society/payouts/{made['batch_id']}"
    )
    waits = desk.page(f"/society/receipts/{stray['id']}")
    assert "nobody knows the payer" in waits and f"{path}/matches" not in waits
    assert "to be sent back" in desk.page("/society/receipts")
    batch = f"/society/payouts/{made['batch_id']}"
    assert "Back to the payer:" in desk.page(batch)
    desk.clerk.post(f"/v1/payout-batches/{made['batch_id']}/decision", {"approve": True})
    (back,) = desk.clerk.get(path)["refunds"]
    assert (back["state"], back["amount_micro"]) == ("sent", "9500000")
    assert "nichts davon wartet mehr" in desk.page(f"/society/receipts/{stray['id']}", "de")
    answer = f"end_to_end_id,status\n{made['id'].replace('_', '').upper()},returned\n"
    upload = desk.clerk.upload(desk.stage.file("answer.csv", answer.encode()))
    desk.clerk.post("/v1/payout-answers", {"upload_id": upload})
    assert "the money waits for a clerk again" in desk.page(batch)
    assert desk.clerk.get(path)["unmatched_micro"] == "9500000"


def test_what_nobody_pays_is_written_off(desk: Desk) -> None:
    """After the payments, of which one pays a part of what is invoiced anew."""
    invoice = desk.issue()
    stray = next(x for x in desk.clerk.get("/v1/receipts")["items"] if x["reference"] == "b1")
    wrong = {"invoice_id": invoice["id"], "reason": "wrong-invoice"}
    desk.clerk.post(f"/v1/receipts/{stray['id']}/unmatching", wrong)
    page, path = f"/society/invoices/{invoice['id']}", f"/v1/invoices/{invoice['id']}"
    assert "9.50 EUR open" in desk.page(page) and 'name="since"' in desk.page(page)
    said = {"reason": "insolvency", "since": DAY}
    made = desk.clerk.post(f"{path}/write-off", said)
    assert (made["amount_micro"], made["since"]) == ("9500000", DAY)
    assert "9.50 EUR: insolvency, uncollectible since" in desk.page(page)
    assert "Eine Rechnung ausbuchen: Studio Nord" in desk.page("/approvals", "de")
    assert "Insolvenz" in desk.page("/approvals", "de")
    assert desk.clerk.get(path)["write_off_proposed"]["reason"] == "insolvency"
    done = desk.clerk.post(f"{path}/write-off-decision", {"approve": True})
    assert (done["written_off_micro"], done["open_micro"]) == ("9500000", "0")
    assert [one["vat_micro"] for one in done["write_offs"]] == ["1520000"]
    assert "59,50 EUR, ausgebucht" in desk.page(page, "de")
    assert invoice["number"] in desk.page("/society/invoices?state=written-off")
    assert "Every invoice is paid" in desk.page("/society/invoices")
    assert "Value added tax corrected" in desk.page("/society/reports/year")
    assert "Expect it again" in desk.page(page)
    back = desk.clerk.post(f"{path}/write-off", {"reason": "reinstated", "since": DAY})
    assert back["amount_micro"] == "-9500000"
    assert "9,50 EUR: wieder erwartet seit" in desk.page(page, "de")
    assert "wieder erwartet" in desk.page("/approvals", "de")
    done = desk.clerk.post(f"{path}/write-off-decision", {"approve": True})
    assert (done["written_off_micro"], done["open_micro"]) == ("0", "9500000")
    assert "9.50 EUR open" in desk.page(page)


def test_each_figure_of_the_year_opens_to_its_entries(desk: Desk) -> None:
    """After the payments: what was claimed, received, and is left."""
    year = desk.page("/society/reports/year")
    links = [link.replace("&amp;", "&") for link in re.findall(r'"(/society/entries[^"]*)"', year)]
    assert len(links) > 3
    for link in links:
        assert "No entry stands behind" not in desk.page(link)
    claimed = desk.page(next(one for one in links if "claimed" in one))
    assert "50.00 EUR" in claimed
    assert "/society/lines/" in claimed
    assert "Was " in desk.page("/society/reports/year", "de")
    desk.page("/society/entries?year=2030&figure=profit&currency=EUR", status=404)


def test_a_mandate_is_entered_by_agreement_and_ended(desk: Desk) -> None:
    society, _ = desk.stage.tenant("society", "Society of the North")
    assert "No mandate is in force" in desk.page("/society/mandates")
    wanted = {"society_id": society, "valid_from": "2026-01-01", "source": "agreement"}
    made = desk.clerk.post("/v1/collecting-mandates", {**wanted, "kinds": ["dub"]})
    waiting = desk.page("/society/mandates")
    assert "Waiting for a second person" in waiting
    assert made["approval_id"] in waiting
    said = {"approval_id": made["approval_id"], "approve": True}
    desk.clerk.post("/v1/collecting-decisions", said)
    page = desk.page("/society/mandates", "de")
    assert "Wir ziehen unter einem Auftrag ein" in page
    assert "Society of the North · alle" in page
    end = desk.clerk.post(f"/v1/collecting-mandates/{made['mandate_id']}/end", {"until": DAY})
    waits = desk.page("/approvals", "de")
    assert "Einen Wahrnehmungsauftrag eintragen: Society of the North" in waits
    assert "sofort ausgeführt" in waits
    desk.clerk.post(f"/v1/approvals/{end['approval_id']}/decision", {"approve": True})
    assert "No mandate is in force" in desk.page("/society/mandates")


def test_a_tariff_is_tried_on_a_month_before_it_is_published(desk: Desk) -> None:
    assert "We have published no tariff yet" in desk.page("/society/tariffs")
    one = desk.page("/society/tariffs/graded-share", "de")
    assert "Ab 10.000,00 EUR: 25 % der Einnahmen." in one
    text = desk.page("/society/tariffs/new?from=aifilms-view")
    assert "our-aifilms-view" in text
    steps = [{"from": 0, "rate": "0.02"}]
    document = desk.clerk.get("/v1/tariffs/aifilms-view")["document"]
    document |= {"id": "our-views", "params": {"kind": "per_view", "steps": steps}}
    wrong = json.dumps(document | {"currency": "euro"}, indent=1)
    answer = desk.browser.post("/society/tariffs/new?lang=en", data={"document": wrong})
    assert "One thing is wrong" in answer.text
    assert "currency&#34;: &#34;euro" in answer.text
    sound = desk.browser.post(
        "/society/tariffs/new?lang=en", files={"file": ("our.json", json.dumps(document))}
    )
    assert "It can be published" in sound.text
    desk.clerk.post("/v1/tariffs", {"document": document})
    assert "We publish one tariff" in desk.page("/society/tariffs")
    trial = desk.page(f"/society/tariffs/our-views/trial?period={MONTH}")
    assert "20.00 EUR instead of 50.00 EUR" in trial
    assert "0 performers would get more, one less." in trial
    assert "Anna" in trial
    nothing = desk.page("/society/tariffs/our-views/trial?period=2020-01")
    assert "January 2020 has nothing to try it on" in nothing


SUPPOSED = {
    "aifilms-pool": ("subscribers=100&unique_views=10&watched_minutes=50", "499.50 EUR"),
    "aifilms-view": ("agreed=2", "50.00 EUR"),
    "direct-minute": ("agreed=2", "0.50 EUR"),
    "fenjiang-tiers": ("income=1000&completion=70", "80.00 CNY"),
    "flat-day": ("days=1", "1,200.00 EUR"),
    "flat-work": ("agreed=500", "500.00 EUR"),
    "gema-ai": ("income=1000", "300.00 EUR"),
    "graded-share": ("income=1000", "300.00 EUR"),
    "micro-payments": ("income=1000&payments=50", "100.00 EUR"),
    "stim-training": ("training=1000&income=100", "520.00 SEK"),
}


@pytest.mark.parametrize("tariff", SUPPOSED)
def test_a_month_of_the_book_is_tried_under_every_kind(desk: Desk, tariff: str) -> None:
    """With what the reports do not say supposed in the form: 1,000 views, 15 licensed seconds."""
    said, amount = SUPPOSED[tariff]
    path = f"/society/tariffs/{tariff}/trial?period={MONTH}"
    bare = desk.page(path)
    wanted = set(re.findall(r'name="(\w+)" value="[^"]*"[^>]* (?:type="number"|inputmode)', bare))
    assert wanted == {one.partition("=")[0] for one in said.split("&") if one}
    page = desk.page(f"{path}&{said}")
    assert f"{amount} instead of" in page
    assert "lacks" not in page and "lack " not in page


def test_every_kind_of_tariff_is_tried(desk: Desk) -> None:
    tried = {desk.clerk.get(f"/v1/tariffs/{name}")["kind"] for name in SUPPOSED}
    assert tried == {kind.value for kind in Kind}
