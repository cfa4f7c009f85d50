"""The yearly certificate of tax withheld, on paper: for the payee and the payee's tax office."""

from reportlab.platypus import Flowable

from api.web import paper
from api.web.texts import text
from core.money import format as money
from royalties.service.taxes import Certificate
from royalties.taxyear import TaxYear


def tax_pdf(item: Certificate, lang: str) -> bytes:
    """The PDF of a certificate, in one part for each currency."""
    first = item.years[0]
    title = text(lang, "tax.title", year=str(first.year))

    def story() -> list[Flowable]:
        made: list[Flowable] = [
            paper.paragraph(title, "h1"),
            paper.paragraph(text(lang, "tax.law")),
            paper.pairs(_people(item, lang)),
        ]
        for one in item.years:
            made += [paper.paragraph(one.currency, "h2"), paper.pairs(_amounts(one, lang))]
        made.append(paper.paragraph(text(lang, "tax.made", payer=item.payer.name), "small"))
        if paper.simplified(item.details.name):
            made.append(paper.paragraph(text(lang, "paper.simplified"), "small"))
        return made

    def foot(number: int, pages: int) -> str:
        page = text(lang, "paper.page", number=number, pages=pages)
        return f"{first.payee_id} · {first.year} · {page}"

    return paper.pdf(story, title=title, lang=lang, foot=foot)


def _people(item: Certificate, lang: str) -> list[tuple[str, str]]:
    said, payer = item.details, item.payer
    rows = [
        ("payer", payer.name),
        ("address", _address(payer.street, f"{payer.postcode} {payer.city}", payer.country)),
        ("number", payer.tax_number or payer.vat_id),
        ("payee", said.name or item.years[0].payee_id),
        (
            "address",
            _address(
                f"{said.street} {said.building}", f"{said.post_code} {said.town}", said.country
            ),
        ),
        ("residence", said.residence),
        ("number", said.tax_number),
    ]
    return [(text(lang, f"tax.{name}"), value) for name, value in rows if value]


def _address(*parts: str) -> str:
    return ", ".join(part.strip() for part in parts if part.strip())


def _amounts(one: TaxYear, lang: str) -> list[tuple[str, str]]:
    rows = [
        ("base", one.base_micro),
        ("withheld", one.tax_micro),
        ("surcharge", one.surcharge_micro),
        ("total", one.total_micro),
    ]
    shown = [(text(lang, f"tax.{name}"), money(micro, one.currency, lang)) for name, micro in rows]
    return [*shown, (text(lang, "tax.months"), ", ".join(one.months))]
