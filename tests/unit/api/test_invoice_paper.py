"""What an invoice says on paper, in both languages, and the same bytes for the same invoice."""

import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from api.web.invoicepdf import invoice_pdf
from api.web.texts import month
from tests.unit.royalties.test_billing import CHECKED, GERMAN, bill


def read(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", ("Rechnung 2026-000007", "Umsatzsteuer 19,00 %", "0,42 EUR", "21.12.2026")),
        ("en", ("Invoice 2026-000007", "Value added tax 19.00 %", "0.42 EUR", "2026-12-21")),
    ],
)
def test_the_paper_says_what_is_to_be_paid(lang: str, said: tuple[str, ...]) -> None:
    data = invoice_pdf(bill(GERMAN), lang)
    assert data == invoice_pdf(bill(GERMAN), lang)
    found = read(data)
    assert [
        one for one in (*said, "cut_a", "Studio", "DE89370400440532013000") if one not in found
    ] == []
    assert "synthesise_voice" not in found
    named = read(invoice_pdf(bill(GERMAN), lang, {"cut_a": "Nachtzug, Fassung 1"}))
    assert "Nachtzug, Fassung 1" in named and "cut_a" not in named
    assert f"{month(lang, '2026-11')}" in named and "2026-11\n" not in named


@pytest.mark.parametrize(("lang", "day"), [("de", "12.11.2026"), ("en", "2026-11-12")])
def test_the_paper_says_that_the_month_was_not_over(lang: str, day: str) -> None:
    whole, early = bill(GERMAN), replace(bill(GERMAN), until=date(2026, 11, 12))
    told = {"de": f"soweit sie bis {day} gemeldet war", "en": f"reported until {day}"}[lang]
    assert told in " ".join(read(invoice_pdf(early, lang)).split())
    assert told not in " ".join(read(invoice_pdf(whole, lang)).split())
    assert f"– {day}" in read(invoice_pdf(early, lang))


def test_the_paper_says_why_there_is_no_tax() -> None:
    assert "Steuerschuldnerschaft des Leistungsempfängers" in read(invoice_pdf(bill(CHECKED), "de"))
    outside = read(invoice_pdf(bill(replace(GERMAN, country="US")), "en"))
    assert "outside the Union" in outside
    assert "DE136695976" not in outside
