"""An accountant's way by command line: each step says the next one, names people, and has units."""

from pathlib import Path

import pytest

from tests.flows.test_api_cli import Shell, anna, declared, prepared, shell
from tests.simulators.small_engine import medium
from tests.simulators.stage import THIS_MONTH

__all__ = ["anna", "prepared", "shell"]
HEAD = "cut_id,territory,period,views,unique_views,watched,income,income_kind,currency\n"
PARTY = """name = "Registry"
street = "Weg 1"
city = "Berlin"
country = "DE"
postcode = "10115"
small_business = true
"""
BANK = "reference,booked_on,amount,currency,text\n"


@pytest.fixture
def cut(shell: Shell, anna: str) -> str:
    film = shell.file("film.mp4", medium(30_000, ("anna", "voice", 2_000, 17_000)))
    assert shell.run("clear", film, "--declare", declared(shell, anna))[0] == 0
    return str(shell.json("cut", "list")[1][0]["id"])


def test_a_usage_file_with_mistakes_is_mended_and_what_is_held_decided(
    shell: Shell, cut: str, tmp_path: Path
) -> None:
    rows = f"{cut},DE,{THIS_MONTH},500,600,93033,206.00,adverts,EUR\n{cut},QQ,{THIS_MONTH},5,,,,,\n"
    code, _, said = shell.run("usage", "import", shell.file("views.csv", HEAD + rows))
    assert code == 0 and "ebenbild usage held list" in said and "ebenbild usage rejects" in said
    listed = shell.run("usage", "imports")[1]
    assert "already known" in listed and "no" in listed.split() and "False" not in listed
    (name,) = [one["import_id"] for one in shell.json("usage", "imports")[1]]
    out = tmp_path / "rejects.csv"
    code, _, said = shell.run("usage", "rejects", name, "--out", out)
    assert code == 0 and f"ebenbild usage import {out}" in said
    out.write_text(out.read_text().replace("QQ", "DE"))
    assert "ebenbild usage lines CUT" in "".join(shell.run("usage", "import", out)[1:])
    code, table, said = shell.run("usage", "held", "list")
    assert "93033.0 seconds watched" in table and "a cut of 30.0 seconds" in table
    assert (
        cut not in table
        and "Night Train, Episode 12" in table
        and "ebenbild usage held show" in said
    )
    (held,) = shell.json("usage", "held", "list")[1]
    shown = shell.run("usage", "held", "show", held["id"], "--lang", "de")[1]
    assert "Gesehene Zeit: 93033,0 Sekunden" in shown and "Einnahmen: 206,00 EUR" in shown
    assert "6,25 EUR" in shown.partition("brächte ein")[2] and "watched_ms" not in shown
    code, _, said = shell.run("usage", "held", "release", held["id"])
    assert code == 0 and "ebenbild accrue --book" in said


def test_money_is_taken_in_handed_on_and_paid_and_comes_back(
    shell: Shell, anna: str, cut: str, tmp_path: Path
) -> None:
    rows = f"cut_id,territory,period,views\n{cut},DE,{THIS_MONTH},10000\n"
    shell.run("usage", "import", shell.file("views.csv", rows))
    assert shell.run("accrue", "--book")[0] == 0
    tenant = shell.json("tenant", "list")[1][0]["id"]
    party = shell.file("party.toml", PARTY)
    assert shell.run("invoice", "party", tenant, party)[0] == 0
    assert shell.run("invoice", "issue", THIS_MONTH)[0] == 0
    bank = BANK + "b1,2026-11-20,125.00,EUR,2026-000001\nb2,2026-11-20,1.00,EUR,x\n"
    assert (
        "ebenbild receipt list --open" in shell.run("receipt", "import", shell.file("b", bank))[2]
    )
    code, shown, _ = shell.run("invoice", "show", "2026-000001")
    assert code == 0 and "synthesised voice" in shown and "synthesise_voice" not in shown
    assert "125.00 EUR" in shell.run("invoice", "claims", "2026-000001")[1]
    assert "no such invoice" in shell.run("invoice", "show", "2026-000009")[2]
    receipts = {one["reference"]: one["id"] for one in shell.json("receipt", "list")[1]}
    assert "2026-000001  125.00 EUR" in shell.run("receipt", "show", receipts["b1"])[1]
    undo = ("receipt", "unmatch", receipts["b1"], "2026-000001", "--reason", "wrong-invoice")
    assert shell.run(*undo)[0] == 0
    assert shell.run("receipt", "match", receipts["b1"], "2026-000001")[0] == 0
    payee = ("--name", "Anna", "--residence", "DE", "--iban", "DE02120300000000202051")
    assert shell.run("payee", "set", anna, *payee, "--vat", "none")[0] == 0

    code, _, said = shell.run("run", "draft", "--from", THIS_MONTH)
    run = shell.json("run", "list")[1][0]["id"]
    assert code == 0 and f"ebenbild run propose {run}" in said
    table = shell.run("run", "preview", run)[1]
    assert table.splitlines()[1].startswith("Anna ") and anna not in table
    assert shell.run("run", "propose", run)[0] == 0
    assert "ebenbild payout propose" in shell.run("run", "approve", run)[2]

    shell.run("payout", "account", "own", "--name", "Us", "--iban", "DE89370400440532013000")
    out = shell.run("payout", "propose")[1]
    assert "Anna" in out and "payable:" not in out
    assert f"run 1, {THIS_MONTH} to {THIS_MONTH}  106.25 EUR" in out
    batch = shell.json("payout", "list")[1][0]["id"]
    assert f"ebenbild payout file {batch}" in shell.run("payout", "approve", batch)[2]
    assert "ebenbild payout answer" in shell.run("payout", "file", batch, tmp_path / "p.xml")[2]
    (sent,) = shell.json("payout", "status")[1]
    assert sent["payee"] == "Anna" and sent["state"].lower() == "sent"
    answer = f"end_to_end_id,status,code\n{sent['end_to_end_id']},returned,AC04\n"
    said = shell.run("payout", "answer", shell.file("answer.csv", answer))[2]
    assert "ebenbild payout status --state returned" in said
    assert "Anna" in shell.run("payout", "status", "--state", "returned", "--lang", "de")[1]
    statement = shell.run("report", "statement", anna, "--period", THIS_MONTH)[1]
    assert "125.00 EUR" in statement
