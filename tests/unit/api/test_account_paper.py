"""Account statements as page, paper and CSV: the same figures, in both languages."""

import csv
import io
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from api.web import texts
from api.web.accountpage import shown
from api.web.accountpdf import statement_pdf
from api.web.pages import render
from royalties.accountcsv import to_csv
from royalties.accountstatement import Movement
from royalties.accountstatement_wire import to_dict
from tests.unit.royalties.account_worlds import Accounts
from tests.unit.royalties.test_account_statement import a_year
from tests.unit.royalties.worlds import CUT, tariff

NAMES = {CUT: "Ein <Titel> v1"}


def words(data: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        ("en", ("Deduction for costs", "-10.00 EUR", "71.55 EUR", "to be paid out")),
        ("de", ("Abzug für Kosten", "-10,00 EUR", "71,55 EUR", "zur Auszahlung")),
    ],
)
def test_page_and_paper_say_the_same(lang: str, wanted: tuple[str, ...]) -> None:
    found = shown(to_dict(a_year().statement("2026-12")), lang)
    page = render("accountstatement.html", lang, s=found, names=NAMES, holds=[], alone=False)
    paper = statement_pdf(found, NAMES, lang)
    for said in wanted:
        assert said in page.replace("\u00a0", " ")
        assert said.replace(" ", "") in words(paper).replace(" ", "").replace("\n", "")
    assert "&lt;Titel&gt;" in page
    assert "accountstatement." not in page
    assert "accountstatement." not in words(paper)
    for whole in (page, words(paper)):
        assert texts.month(lang, "2026-12") in whole and "2026-12" not in whole.split("stm_")[0]
    assert paper == statement_pdf(found, NAMES, lang)


def test_a_terminal_reads_names_and_titles_and_ids_where_there_are_none() -> None:
    found = shown(to_dict(a_year().statement("2026-11")), "en")
    names = {**NAMES, found["performer_id"]: "Anna & Co"}
    told = render("accountstatement.txt", "en", s=found, names=names)
    assert "Anna & Co" in told and "Ein <Titel> v1 ·" in told
    assert found["performer_id"] not in told and f"{CUT} ·" not in told
    bare = render("accountstatement.txt", "en", s=found, names={})
    assert found["performer_id"] in bare and f"{CUT} ·" in bare


def test_a_long_month_draws_the_largest_sources_and_the_sum_of_the_rest() -> None:
    world = Accounts()
    world.claim(3, tariff("per_view", 1_000_000))
    found = shown(to_dict(world.statement("2026-11")), "en")
    (one,) = found["sources"]
    many = [{**one, "cut_id": f"cut {n}", "amount_micro": 1_000_000 * n} for n in range(40, 0, -1)]
    said = words(statement_pdf({**found, "sources": many}, {}, "en"))
    assert "15 more" in said
    assert "120.00 EUR" in said


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_an_empty_account_says_so(lang: str) -> None:
    found = shown(to_dict(Accounts().statement("2026-11")), lang)
    page = render("accountstatement.html", lang, s=found, names={}, holds=[], alone=True)
    assert texts.text(lang, "accountstatement.empty") in page
    assert words(statement_pdf(found, {}, lang))


@pytest.mark.parametrize("month", ["2026-11", "2026-12", "2027-01", "2027-02"])
def test_the_rows_of_a_csv_add_up(month: str) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(a_year().statement(month)))))
    sums = {name: Fraction(0) for name in ("opening", "line", "closing")}
    for row in rows:
        sums[row["row"]] += Fraction(row["amount"])
    assert sums["opening"] + sums["line"] == sums["closing"]
    claims = [row for row in rows if row["kind"] == "accrual"]
    assert all(row["spans_ms"] == "0-60000" and row["usage_line"] for row in claims)


@given(st.text(alphabet='ab,"\r\n ü', max_size=6))
def test_a_cell_is_quoted_where_it_has_to_be(reason: str) -> None:
    made = a_year().statement("2026-11")
    told = made.movements[0].transaction._replace(reason=reason)
    said = to_csv(replace(made, movements=(Movement(told),)))
    rows = list(csv.reader(io.StringIO(said, newline="")))
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(rows)
    assert reason in [cell for row in rows for cell in row]
    assert again.getvalue() == said
