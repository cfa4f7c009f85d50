"""A society's month in the browser: the book, a run from draft to closed, a batch for the bank."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from api.web.texts import LANGUAGES
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.money import registry_with_money
from tests.browser.registry import Registry
from tests.browser.test_every_page import AXE, keep, looked_at

MONTH = f"{datetime.now(UTC):%Y-%m}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    made = registry_with_money(tmp_path_factory.mktemp("office"))
    yield made
    made.stop()


def enter(page: Any, office: Registry, words: str) -> None:
    page.goto(office.url)
    page.click(f"text={words}")
    page.wait_for_url("**/society")


def confirmed(page: Any, words: str) -> None:
    """Press a button that asks whether one is sure, and wait for the page to be taken anew."""
    with page.expect_navigation():
        page.click(f"button:has-text('{words}')")


def test_money_is_distributed_and_paid_out(chromium: Chromium, office: Registry) -> None:
    with chromium.page(lang="en") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        enter(page, office, "Enter as the registry")
        assert page.inner_text("h1") == "The book adds up"
        assert "50.00\u00a0EUR" in page.inner_text("text=Earned, not yet distributed >> xpath=..")
        page.click("text=Distribute")
        page.fill("#f-first_month", MONTH)
        page.fill("#f-last_month", MONTH)
        with page.expect_navigation():
            page.click("text=Make a draft")
        assert "every millionth is accounted for" in page.inner_text("h1")
        assert page.inner_text("[aria-current=step]") == "Check"
        confirmed(page, "Propose")
        page.click("text=Approvals")
        page.go_back()
        confirmed(page, "Approve and book")
        assert "Closed and booked" in page.inner_text(".lede")
        page.click("text=Compute again")
        page.wait_for_selector("text=Computed again: lines, postings and log agree.")
        page.click("text=Anna")
        page.click("text=Night Train")
        assert page.inner_text("h1") == "50.00\u00a0EUR for Anna"
        assert "00:00.0–00:15.0" in page.inner_text("main")
        page.go_back()
        page.go_back()
        page.click("text=Pay out >> nth=0")
        confirmed(page, "Propose")
        assert "wait for a second person" in page.inner_text(".lede")
        confirmed(page, "Approve and send")
        with page.expect_download() as bank:
            page.click("text=File for the bank")
        assert b"pain.001.001.09" in bank.value.path().read_bytes()


def test_an_invoice_is_issued_and_paid_by_hand(chromium: Chromium, office: Registry) -> None:
    """After the story: its invoice is taken back and asked for again, and the same money pays it.

    A statement brings a payment more, whose payer nobody knows.
    """
    with chromium.page(lang="en") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        enter(page, office, "Enter as the registry")
        page.click("nav >> text=Invoices")
        assert page.inner_text("h1") == "Every invoice is paid"
        page.click(".rows a >> nth=0")
        page.click("tbody a >> nth=0")
        page.click(".rows a >> nth=0")
        page.wait_for_selector("text=0.05 EUR a view × 1,000 views")
        page.go_back()
        page.go_back()
        page.click("summary:has-text('Take it back')")
        page.fill("#reason", "wrong address")
        confirmed(page, "Take it back")
        page.click("text=Takes back invoice")
        page.click("nav >> text=Invoices")
        page.click("text=To be issued >> nth=0")
        assert page.inner_text("h1") == "One invoice is ready"
        confirmed(page, "Issue this invoice")
        page.wait_for_url("**/society/invoices")
        assert page.inner_text("h1") == "Every invoice is paid"
        page.click("text=Payments received")
        table = f"reference,booked_on,amount,currency,payer\nb1,{MONTH}-01,7.00,EUR,Somebody\n"
        name = {"name": "bank.csv", "mimeType": "text/csv", "buffer": table.encode()}
        page.set_input_files("#statement", [name])
        confirmed(page, "Take a statement in")
        page.wait_for_url("**/society/receipts?file=*")
        assert "brought one payment; waiting for you: 1" in page.inner_text(".said")
        page.click("nav >> text=All")
        page.click(".rows a:has-text('59.50 EUR')")
        confirmed(page, "Undo")
        assert "59.50\u00a0EUR wait for an invoice" in page.inner_text("h1")
        confirmed(page, "It is this one")
        assert "all of it is matched" in page.inner_text("h1")


def test_what_is_in_doubt_is_dropped_and_a_mistake_taken_back(
    chromium: Chromium, office: Registry
) -> None:
    """After the payments: a table tells one of them again; an invoice is written off in error."""
    with chromium.page(lang="en", size=PHONE) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        enter(page, office, "Enter as the registry")
        day = ".".join(reversed(f"{MONTH}-01".split("-")))
        table = f"Buchungstag;Verwendungszweck;Betrag;Waehrung\n{day};;7,00;EUR\n"
        name = {"name": "umsatz.csv", "mimeType": "text/csv", "buffer": table.encode()}
        page.goto(f"{office.url}/society/receipts")
        page.set_input_files("#statement", [name])
        confirmed(page, "Take a statement in")
        page.wait_for_selector("h2:has-text('Is this in already?')")
        keep(page, "society-held", "en", "light")
        confirmed(page, "Drop it")
        assert not page.query_selector("h2:has-text('Is this in already?')")
        page.goto(f"{office.url}/society/receipts?waiting=false")
        page.click(".rows a:has-text('59.50 EUR')")
        paid = page.url
        confirmed(page, "Undo")
        page.goto(f"{office.url}/society/invoices")
        page.click(".rows a >> nth=0")
        page.click("summary:has-text('Write it off')")
        confirmed(page, "Propose to write it off")
        confirmed(page, "Write it off")
        assert "written off" in page.inner_text("main")
        page.click("summary:has-text('Expect it again')")
        keep(page, "society-written-off", "en", "light")
        confirmed(page, "Propose to expect it again")
        confirmed(page, "Expect it again")
        assert "59.50\u00a0EUR open" in page.inner_text("main")
        page.goto(paid)
        confirmed(page, "It is this one")


def test_what_is_typed_and_may_be_in_is_entered_once_the_clerk_says_so(
    chromium: Chromium, office: Registry
) -> None:
    """After the payments, of which this one is like one."""
    with chromium.page(lang="de", size=PHONE) as page:
        page.goto(office.url)
        page.click("form[action='/demo/entrance'] button >> nth=2")
        page.wait_for_url("**/society")
        page.goto(f"{office.url}/society/receipts")
        page.click("summary:has-text('von Hand')")
        for name, said in (
            ("reference", "typed"),
            ("booked_on", f"{MONTH}-01"),
            ("amount", "7.00"),
        ):
            page.fill(f"#f-{name}", said)
        page.click("button:has-text('Eingeben')")
        page.wait_for_selector("text=Das ist vielleicht schon da: rcp_")
        keep(page, "society-typed", "de", "light")
        page.check("input[name=another]")
        page.click("button:has-text('Eingeben')")
        page.wait_for_url("**/society/receipts/rcp_*")
        assert "7,00" in page.inner_text("h1")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_and_a_batch_shut_nobody_out(chromium: Chromium, office: Registry, lang: str) -> None:
    """After the story, which made them."""
    if not AXE.is_file():
        pytest.skip("axe-core: run `npm install --no-package-lock` in tests/peers/npm")
    axe, size = AXE.read_text("utf-8"), DESK if lang == "en" else PHONE
    with chromium.page(lang=lang, size=size) as page:
        page.goto(office.url)
        page.click("form[action='/demo/entrance'] button >> nth=2")
        found = []
        for name in ("runs", "payouts", "invoices", "receipts"):
            page.goto(f"{office.url}/society/{name}")
            page.click(".rows a >> nth=0")
            page.wait_for_url(f"**/society/{name}/*")
            found += looked_at(page, axe, f"society-{name}-one", lang)
        page.goto(f"{office.url}/society/runs")
        for place, link in enumerate((".rows a", "tbody th a", ".rows a")):
            page.click(f"{link} >> nth=0")
            page.wait_for_load_state()
            found += looked_at(page, axe, f"society-down-{place}", lang)
        page.goto(f"{office.url}/society/runs")
        for link in (".rows a", "a[href*='/lines?part=']"):
            page.click(f"{link} >> nth=0")
            page.wait_for_load_state()
        found += looked_at(page, axe, "society-run-sum", lang)
        page.goto(f"{office.url}/audit?seed=7-12-33")
        found += looked_at(page, axe, "audit-drawn", lang)
        for name in ("invoices", "receipts", "invoices/new", "reports/year", "mandates"):
            page.goto(f"{office.url}/society/{name}")
            found += looked_at(page, axe, f"society-{name}", lang)
        page.goto(f"{office.url}/society/invoices?state=paid")
        page.click(".rows a >> nth=0")
        page.click("tbody a >> nth=0")
        found += looked_at(page, axe, "society-line", lang)
        page.goto(f"{office.url}/society/reports/year")
        page.click(".panel td a >> nth=0")
        found += looked_at(page, axe, "society-entries", lang)
    assert not found, "\n".join(found)


def test_a_run_is_reached_by_keyboard_alone(chromium: Chromium, office: Registry) -> None:
    """In German, on a phone, whose menu opens and closes by keys as well."""
    with chromium.page(lang="de", size=PHONE) as page:
        page.goto(office.url)
        pressed(page, "Registry", "**/society")
        tabbed(page, "Menü")
        page.keyboard.press("Enter")
        page.wait_for_selector("#menu >> text=Verteilung")
        page.keyboard.press("Escape")
        page.wait_for_selector("#menu", state="hidden")
        page.keyboard.press("Enter")
        page.wait_for_selector("#menu >> text=Verteilung")
        pressed(page, "Verteilung", "**/society/runs")
        pressed(page, "Lauf 1", "**/society/runs/run_*")
        assert page.inner_text("h1") == "Lauf 1, Erstverteilung: jedes Millionstel ist belegt"


def tabbed(page: Any, words: str) -> None:
    """Go from control to control until the one that begins with these words."""
    now = "document.activeElement.textContent.trim()"
    for _ in range(60):
        page.keyboard.press("Tab")
        if str(page.evaluate(now)).startswith(words):
            return
    raise AssertionError(f"no control begins with {words}")


def pressed(page: Any, words: str, address: str) -> None:
    tabbed(page, words)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    page.wait_for_load_state()


def test_an_amount_is_disputed_on_a_phone_and_ruled_on(
    chromium: Chromium, office: Registry
) -> None:
    """The performer in German, the society in English; both are looked at on the way."""
    axe = AXE.read_text("utf-8") if AXE.is_file() else ""
    found: list[str] = []
    with chromium.page(lang="de", size=PHONE) as page:
        page.goto(office.url)
        page.click("form[action='/demo/entrance'] button >> nth=0")
        page.wait_for_url("**/me")
        page.goto(f"{office.url}/me/money/{MONTH}")
        page.click("summary >> nth=0")
        page.click("text=Betrag anfechten")
        assert page.inner_text("h1") == "Was stimmt nicht an 50,00\u00a0EUR?"
        found += looked_at(page, axe, "my-dispute-new", "de") if axe else []
        page.check("input[value=wrong-figure]")
        page.fill("#f-proof", "Es waren mehr Aufrufe.")
        page.click("text=Einspruch erheben")
        page.wait_for_url("**/me/disputes/cpl_*")
        assert "ruht" not in page.inner_text("h1")
        found += looked_at(page, axe, "my-dispute", "de") if axe else []
        page.goto(f"{office.url}/me/notices")
        file = {"name": "c.mp4", "mimeType": "video/mp4", "buffer": b"no film"}
        page.set_input_files("#f-file", [file])
        page.fill("#f-location", "https://example.org/v/1")
        page.click("text=Darin nach mir suchen")
        page.wait_for_selector("h1:has-text('ließ sich nicht lesen')", timeout=60_000)
        found += looked_at(page, axe, "my-clip", "de") if axe else []
    with chromium.page(lang="en") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        enter(page, office, "Enter as the registry")
        page.click("nav >> text=Disputes")
        page.click("text=Anna: the figures are wrong")
        page.check("input[value=rejected]")
        page.click("text=Show what it moves")
        page.wait_for_selector("text=This ruling moves no money.")
        found += looked_at(page, axe, "dispute-looked-at", "en") if axe else []
        confirmed(page, "Propose this ruling")
        found += looked_at(page, axe, "dispute-proposed", "en") if axe else []
        confirmed(page, "Confirm and rule")
        assert "go on as they were" in page.inner_text(".lede")
        page.goto(page.url.split("?")[0] + "?lang=de")
        found += looked_at(page, axe, "dispute-ended", "de") if axe else []
    assert not found, "\n".join(found)


def test_a_report_with_a_fault_comes_back_to_be_mended(
    chromium: Chromium, office: Registry
) -> None:
    """In German, on a phone; the worker reads, the page waits."""
    report = b"cut_id,territory,period,views\ncut_none,DE,2026-10,5\n"
    with chromium.page(lang="de", size=PHONE) as page:
        enter(page, office, "Eintreten als Registerbetrieb")
        page.click("text=Nutzung annehmen")
        name = {"name": "meldung.csv", "mimeType": "text/csv", "buffer": report}
        page.set_input_files("#report", [name])
        with page.expect_navigation():
            page.click("button:has-text('Annehmen')")
        row = page.inner_text("#imports tbody tr >> nth=0")
        assert row.split("\n")[-2:] == ["1", "Datei zum Verbessern"]
        with page.expect_download() as mended:
            page.click("text=Datei zum Verbessern >> nth=0")
        assert b"cut_none" in mended.value.path().read_bytes()


def test_a_tariff_is_tried_and_published_and_a_mandate_proposed(
    chromium: Chromium, office: Registry
) -> None:
    """English, on a desk: copied, made cheaper, tried, published; a second person is awaited."""
    axe = AXE.read_text("utf-8") if AXE.is_file() else ""
    with chromium.page(lang="en") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        enter(page, office, "Enter as the registry")
        page.goto(f"{office.url}/society/tariffs/aifilms-view/trial?period={MONTH}&agreed=0.02")
        assert "50.00\u00a0EUR instead of 50.00\u00a0EUR" in page.inner_text("h1")
        page.click("text=The tariff >> nth=0")
        page.click("text=Begin one from it")
        document = json.loads(page.input_value("#document"))
        document["params"]["steps"] = [{"from": 0, "rate": "0.02"}]
        page.fill("#document", json.dumps(document, indent=1))
        page.click("button:has-text('Check it')")
        page.wait_for_selector("h1:has-text('It can be published')")
        page.click("button:has-text('Publish it')")
        page.wait_for_url("**/society/tariffs/our-aifilms-view")
        page.click("text=Try it on a month")
        page.fill("#period", MONTH)
        page.click("button:has-text('Work it out')")
        page.wait_for_selector("h1:has-text('20.00 EUR instead of 50.00 EUR')")
        found = looked_at(page, axe, "society-trial", "en") if axe else []
        page.goto(f"{office.url}/society/mandates")
        page.check("input[value=dub]")
        page.fill("[name=valid_from]", f"{MONTH}-01")
        page.fill("[name=source]", "Vertrag 2026-11")
        confirmed(page, "Propose it")
        page.wait_for_selector("h2:has-text('Waiting for a second person')")
    assert not found, "\n".join(found)


def test_the_second_person_agrees_and_the_year_opens_to_a_line(
    chromium: Chromium, office: Registry
) -> None:
    """German, on a phone, after the desk: the mandate is in force at once."""
    axe = AXE.read_text("utf-8") if AXE.is_file() else ""
    with chromium.page(lang="de", size=PHONE) as page:
        page.goto(office.url)
        with page.expect_navigation():
            page.click("text=Eintreten als zweite Person")
        page.goto(f"{office.url}/approvals")
        assert page.inner_text("h1") == "Eines wartet auf eine zweite Person"
        assert "eintragen: Nordgesellschaft" in page.inner_text("main h2 >> nth=0")
        found = looked_at(page, axe, "approvals-waiting", "de") if axe else []
        page.click("button:has-text('Zustimmen')")
        page.wait_for_selector("h1:has-text('Nichts wartet auf Sie')")
        page.goto(f"{office.url}/society/mandates")
        assert "Wir ziehen unter einem Auftrag ein" in page.inner_text("h1")
        page.goto(f"{office.url}/society/reports/year")
        page.click("summary:has-text('Jede Art von Konto')")
        page.click("a[href*='closing.receivable']")
        page.wait_for_selector("h1:has-text('Forderungen')")
        found += looked_at(page, axe, "society-balance", "de") if axe else []
        page.click("a[href*='/society/lines/'] >> nth=0")
        page.wait_for_selector("h1:has-text('50,00 EUR für Anna')")
        assert "1.000 Aufrufe" in page.inner_text("main")
    assert not found, "\n".join(found)
