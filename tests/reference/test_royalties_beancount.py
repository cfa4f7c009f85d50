"""Peer check: beancount's own `bean-check` accepts our books and refuses them when touched."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from fingerprint.models import Span
from royalties.export import to_beancount
from tests.unit.royalties.books_of_all_kinds import all_kinds
from tests.unit.royalties.worlds import Books, line, priced, tariff, use

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(
        importlib.util.find_spec("beancount") is None, reason="peer: pip install beancount"
    ),
]


def busy_books() -> Books:
    """Two performers, two currencies, 60 usage lines, a re-scan, a use gone and come back."""
    books = Books()
    anna, bert = use("a"), priced(use("b"), tariff("per_view", 333, "USD"))
    lines = [line(n, territory=where) for n in range(1, 31) for where in ("DE", "AT")]
    books.accrue([anna, bert], lines)
    books.accrue([anna._replace(spans=(Span(40, 90_047),)), bert], lines)
    books.accrue([bert], lines)
    books.accrue([anna, bert._replace(model_ids=("other",))], lines)
    return books


def bean_check(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = folder / "books.beancount"
    file.write_text(text, "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "beancount.scripts.check", "--no-cache", str(file)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_bean_check_accepts_the_books(tmp_path: Path) -> None:
    text = "\n".join(to_beancount(busy_books().transactions))
    found = bean_check(tmp_path, text)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_bean_check_accepts_every_kind_of_account(tmp_path: Path) -> None:
    found = bean_check(tmp_path, "\n".join(to_beancount(*all_kinds())))
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_bean_check_refuses_books_that_are_a_millionth_off(tmp_path: Path) -> None:
    lines = list(to_beancount(busy_books().transactions))
    at = next(n for n, text in enumerate(lines) if text.startswith("  Liabilities:"))
    account, amount, currency = lines[at].split()
    lines[at] = f"  {account}  {float(amount) - 0.000001:.6f} {currency}"
    found = bean_check(tmp_path, "\n".join(lines))
    assert found.returncode != 0
    assert "does not balance" in found.stderr + found.stdout


def test_bean_check_refuses_a_closing_balance_that_is_a_millionth_off(tmp_path: Path) -> None:
    lines = list(to_beancount(busy_books().transactions))
    day, word, account, amount, *rest = lines[-1].split()
    lines[-1] = " ".join([day, word, account, f"{float(amount) - 0.000001:.6f}", *rest])
    found = bean_check(tmp_path, "\n".join(lines))
    assert found.returncode != 0
    assert "Balance failed" in found.stderr + found.stdout
