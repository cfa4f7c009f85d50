"""The bank's message and its table tell the same payments: commands and page, from file to book."""

import re
from pathlib import Path

import pytest

from api.opening import open_registry
from api.roles import Role
from tests.flows.test_api_cli import Shell, started
from tests.simulators.people import seat
from tests.simulators.stage import Stage
from tests.unit.royalties.test_bank_statements import BATCH, camt, entry

HEAD = "Buchungstag;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;IBAN;Betrag;Waehrung\n"
LINE = "20.11.2026;INVOICE 2026- 000007;STUDIO GMBH;DE02120300000000202051;4.250,30;EUR\n"
BARE = "20.11.2026;;;;4.250,30;EUR\n"
NAMES = "reference,booked_on,amount,currency,payer,text\n"


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    shell = started(tmp_path, monkeypatch, capsys.readouterr)
    assert shell.run("init", "--no-models")[0] == 0
    return shell


def took(shell: Shell, name: str, content: bytes | str) -> tuple[int, int, int]:
    code, found = shell.json("receipt", "import", shell.file(name, content))
    assert code == 0
    return found["entered"], found["known"], found["held"]


def test_a_payment_of_two_files_is_booked_once_and_doubt_is_decided(shell: Shell) -> None:
    message = camt(entry(reference="B1"), entry(reference="B2"))
    assert took(shell, "a.xml", message) == (2, 0, 0)
    assert took(shell, "a.csv", HEAD + LINE * 2) == (0, 2, 0)
    assert took(shell, "a.csv", HEAD + LINE * 2) == (0, 2, 0)
    assert took(shell, "a.xml", message) == (0, 2, 0)
    code, out, err = shell.run("receipt", "import", shell.file("b.csv", HEAD + BARE * 2))
    assert (code, "held, may be in already" in out, "ebenbild receipt held" in err) == (0, 1, 1)
    assert len(shell.json("receipt", "list")[1]) == 2
    one, other = shell.json("receipt", "held")[1]
    assert {one["cause"], other["cause"]} == {"like-another"}
    assert "like-another" in shell.run("receipt", "held", "--lang", "de")[1]
    code, done = shell.json("receipt", "enter", one["id"])
    assert (code, done["state"]) == (0, "entered")
    assert shell.json("receipt", "drop", other["id"])[1]["state"] == "dropped"
    code, _, said = shell.run("receipt", "drop", one["id"], "--lang", "de")
    assert code == 1 and "Diese Zahlung wartet auf niemanden." in said
    assert shell.json("receipt", "held")[1] == []
    assert "There is none." in shell.run("receipt", "held")[2]
    assert took(shell, "b.csv", HEAD + BARE * 2) == (0, 2, 0)
    assert len(shell.json("receipt", "list")[1]) == 3


def test_what_is_typed_is_compared_with_what_the_bank_told(shell: Shell) -> None:
    assert took(shell, "a.xml", camt(entry(reference="B1"))) == (1, 0, 0)
    (known,) = shell.json("receipt", "list")[1]
    typed = ("receipt", "add", "typed", "4250.30", "--day", "2026-11-20", "--payer", "Studio GmbH")
    code, _, said = shell.run(*typed, "--account", "DE02120300000000202051", "--lang", "de")
    assert (code, f"Diese Zahlung ist schon da: {known['id']}." in said) == (1, True)
    assert f"receipt show {known['id']}" in said and "--another" in said
    code, _, said = shell.run(*typed, "--text", "another thing", "--lang", "de")
    assert (code, f"Das ist vielleicht schon da: {known['id']}." in said) == (1, True)
    code, made = shell.json(*typed, "--another")
    assert (code, made["reference"], len(shell.json("receipt", "list")[1])) == (0, "typed", 2)


def test_a_mistyped_iban_is_refused_and_another_number_is_none(shell: Shell) -> None:
    typed = ("receipt", "add", "typed", "4250.30", "--day", "2026-11-20", "--lang", "de")
    code, _, said = shell.run(*typed, "--account", "DE02 1203 0000 0000 2020 52")
    assert (code, "Die Prüfziffern der IBAN sind falsch." in said) == (1, True)
    assert shell.json("receipt", "list")[1] == []
    code, made = shell.json(*typed, "--account", "021000021 / 9876")
    assert (code, made["reference"]) == (0, "typed")


def test_a_batch_is_one_question(shell: Shell) -> None:
    message = camt(entry("7.50", reference="B1", details=BATCH.format(count=2)))
    assert took(shell, "a.xml", message) == (1, 0, 0)
    lines = "".join(f"20.11.2026;Fee;Anna;;{amount};EUR\n" for amount in ("3,00", "4,50"))
    assert took(shell, "a.csv", HEAD + lines) == (0, 0, 2)
    (known,), waits = shell.json("receipt", "list")[1], shell.json("receipt", "held")[1]
    assert {(one["cause"], one["like"]) for one in waits} == {("batch", known["id"])}
    code, out, _ = shell.run("receipt", "drop", waits[0]["id"], "--lang", "de")
    assert code == 0 and re.search(r"zugleich entschieden\W+2", out)
    assert shell.json("receipt", "held")[1] == []
    assert took(shell, "a.csv", HEAD + lines) == (0, 2, 0)
    code, _, said = shell.run(
        *("receipt", "add", "sum", "7.50", "--day", "2026-11-20", "--lang", "de")
    )
    assert code == 1 and known["id"] in said


def test_the_page_asks_once_of_a_batch(tmp_path: Path) -> None:
    stage = Stage.make(tmp_path)
    clerk = stage.operator
    for lines in (
        ("b1,2026-11-20,7.50,EUR,,",),
        (",2026-11-20,3,EUR,A,x", ",2026-11-20,4.5,EUR,B,y"),
    ):
        upload = clerk.upload(stage.file("a.csv", "\n".join((NAMES.strip(), *lines)).encode()))
        taken = clerk.post("/v1/receipt-imports", {"upload_id": upload})
    assert (taken["entered"], taken["held"]) == (0, 2)
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, clerk.get("/v1/me")["tenant_id"], Role.ADMIN).token)
    asked = {"Accept": "text/html"}
    page = browser.get("/society/receipts?lang=de", headers=asked).text
    assert "Zusammen 2 Zahlungen über 7,50" in page and "die Summe dieser Zahlungen" in page
    (told_id,) = {*re.findall("/v1/held-payments/([^/]+)/decision", page)}
    done = clerk.post(f"/v1/held-payments/{told_id}/decision", {"enter": True})
    assert (done["state"], done["decided"]) == ("entered", 2)
    assert "Ist das schon da?" not in browser.get("/society/receipts?lang=de", headers=asked).text
    assert len(clerk.get("/v1/receipts")["items"]) == 3
    browser.close()
    stage.close()


def test_the_page_asks_whether_a_payment_is_in_already(tmp_path: Path) -> None:
    stage = Stage.make(tmp_path)
    clerk = stage.operator
    for name, said in (("b1", "Studio Nord,Film"), (f"sha256:{'0' * 64}:1", ",")):
        line = f"{name},2026-11-20,9.50,EUR,{said}\n"
        upload = clerk.upload(stage.file("a.csv", (NAMES + line).encode()))
        taken = clerk.post("/v1/receipt-imports", {"upload_id": upload})
    assert (taken["entered"], taken["held"]) == (0, 1)
    (held,) = clerk.get("/v1/held-payments")["items"]
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, clerk.get("/v1/me")["tenant_id"], Role.ADMIN).token)
    page = browser.get("/society/receipts?lang=de", headers={"Accept": "text/html"}).text
    assert "Ist das schon da?" in page and f"/society/receipts/{held['like']}" in page
    assert len(re.findall(f"/v1/held-payments/{held['id']}/decision", page)) == 2
    done = clerk.post(f"/v1/held-payments/{held['id']}/decision", {"enter": False})
    assert done["state"] == "dropped"
    page = browser.get("/society/receipts", headers={"Accept": "text/html"}).text
    assert "Ist das schon da?" not in page
    trail = browser.get("/trail?action=receipt.held-decided", headers={"Accept": "text/html"}).text
    assert "Über angehaltene Zahlung entschieden" in trail
    browser.close()
    stage.close()
