"""Peer check: hledger accepts our journal in its strictest mode and refuses it when touched."""

import shutil
import subprocess
from pathlib import Path

import pytest

from core.ids import derived_id
from royalties.export import account_name
from royalties.hledger import to_hledger
from royalties.ledger import balances
from tests.unit.royalties.books_of_all_kinds import all_kinds

HLEDGER = shutil.which("hledger")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(HLEDGER is None, reason="peer: apt-get install hledger"),
]


def hledger(folder: Path, text: str, *command: str) -> subprocess.CompletedProcess[str]:
    file = folder / "books.journal"
    file.write_text(text, "utf-8")
    return subprocess.run(
        [str(HLEDGER), "-f", str(file), *command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"LC_ALL": "C.UTF-8", "HOME": str(folder)},
    )


def journal() -> str:
    return "\n".join(to_hledger(*all_kinds())) + "\n"


def test_hledger_accepts_books_of_every_kind_of_account(tmp_path: Path) -> None:
    found = hledger(tmp_path, journal(), "check", "--strict", "ordereddates", "tags")
    if "tags" in found.stderr:  # older than 1.29
        found = hledger(tmp_path, journal(), "check", "--strict", "ordereddates")
    assert (found.returncode, found.stderr) == (0, "")


def test_hledger_adds_up_what_we_do(tmp_path: Path) -> None:
    found = hledger(tmp_path, journal(), "balance", "--flat", "--no-total", "-O", "csv", "-E")
    assert found.returncode == 0, found.stderr
    totals = balances(p for one in all_kinds()[0] for p in one.postings)
    for (account, currency), total in totals.items():
        name = account_name(account)
        (row,) = [one for one in found.stdout.splitlines() if one.startswith(f'"{name}"')]
        if total:
            assert f"{'-' if total < 0 else ''}{abs(total) // 10**6}." in row
            assert currency in row


@pytest.mark.parametrize("place", [0, -1], ids=["posting", "assertion"])
def test_hledger_refuses_a_millionth_too_much(tmp_path: Path, place: int) -> None:
    lines = journal().splitlines()
    hits = [n for n, text in enumerate(lines) if text.startswith("    Assets:Bank  ")]
    at = hits[place]
    head, _, rest = lines[at].rpartition(".")
    digits, _, currency = rest.partition(" ")
    lines[at] = f"{head}.{int(digits) ^ 1:06d} {currency}"
    assert hledger(tmp_path, "\n".join(lines) + "\n", "check", "--strict").returncode != 0


def test_hledger_refuses_an_account_that_is_not_declared(tmp_path: Path) -> None:
    name = account_name(f"payable:{derived_id('pay', 'a')}")
    text = journal().replace(f"account {name}  ; type: Liability\n", "")
    assert hledger(tmp_path, text, "check", "--strict").returncode != 0
