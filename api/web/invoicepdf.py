"""An invoice or a credit note on paper, made of what was kept of it; the XML is what counts."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from reportlab.platypus import Flowable

from api.web import paper
from api.web.texts import month, text
from core.money import format as money
from licensing.wording import word
from royalties.billing.bills import Bill
from royalties.billing.parties import Party
from royalties.billing.vat import OUTSIDE
from royalties.models_income import InvoiceKind

_DAYS = {"en": "%Y-%m-%d", "de": "%d.%m.%Y"}


def invoice_pdf(bill: Bill, lang: str, titles: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """The PDF; the same bill for the same reader gives the same bytes.

    `titles` are those of cuts, by id; a cut without one is told by its id.
    """
    invoice = bill.invoice
    name = text(lang, f"invoice.kind.{invoice.kind}")

    def story() -> list[Flowable]:
        made: list[Flowable] = [
            paper.paragraph(_address(_sender(bill)), "head"),
            paper.gap(4),
            *(paper.paragraph(line) for line in _lines(_reader(bill))),
            paper.gap(4),
            paper.paragraph(f"{name} {invoice.number}", "h1"),
            paper.pairs(_head(bill, lang)),
            paper.gap(4),
            paper.grid(_columns(lang), _positions(bill, titles, lang)),
            paper.gap(2),
            paper.pairs(_sums(bill, lang)),
            paper.gap(2),
            *(paper.paragraph(line) for line in _terms(bill, lang)),
        ]
        if any(map(paper.simplified, (*_lines(bill.seller), *_lines(bill.buyer)))):
            made.append(paper.paragraph(text(lang, "paper.simplified"), "small"))
        return made

    def foot(number: int, pages: int) -> str:
        page = text(lang, "paper.page", number=number, pages=pages)
        return f"{invoice.number} · {invoice.id} · {page}"

    return paper.pdf(story, title=f"{name} {invoice.number}", lang=lang, foot=foot)


def _sender(bill: Bill) -> Party:
    """Whoever issues it."""
    return bill.buyer if bill.invoice.kind.self_billed else bill.seller


def _reader(bill: Bill) -> Party:
    """Whom it is sent to."""
    return bill.seller if bill.invoice.kind.self_billed else bill.buyer


def _address(party: Party) -> str:
    return " · ".join(_lines(party))


def _lines(party: Party) -> list[str]:
    place = f"{party.country}-{party.postcode} {party.city}" if party.postcode else party.city
    return [party.name, party.street, place]


def _head(bill: Bill, lang: str) -> list[tuple[str, str]]:
    invoice, outside = bill.invoice, bill.tax.category == OUTSIDE
    start, end = (_day(day, lang) for day in bill.months)
    found = [
        ("issued", _day(invoice.issued_on, lang)),
        ("months", f"{start} – {end}"),
        ("seller-vat", "" if outside else _sender(bill).vat_id),
        ("seller-number", _sender(bill).tax_number),
        ("buyer-vat", "" if outside else _reader(bill).vat_id),
        ("buyer-number", _reader(bill).tax_number if invoice.kind.self_billed else ""),
        ("credits", bill.credits_number),
        ("reason", invoice.reason),
    ]
    return [(text(lang, f"invoice.paper.{name}"), value) for name, value in found if value]


def _columns(lang: str) -> list[str]:
    names = ("month", "kind", "cut", "claims", "net")
    return [text(lang, f"invoice.paper.{name}") for name in names]


def _positions(bill: Bill, titles: Mapping[str, str], lang: str) -> list[tuple[str, ...]]:
    return [
        (
            month(lang, line.earned_period),
            _kind(bill, line.kind, lang),
            titles.get(line.cut_id, line.cut_id),
            str(line.claims),
            money(line.net_micro, bill.invoice.currency, lang),
        )
        for line in bill.lines
    ]


def _kind(bill: Bill, kind: str, lang: str) -> str:
    if bill.invoice.kind.self_billed:
        return text(lang, "invoice.paper.distribution")
    return word(kind, lang) if kind else ""


def _sums(bill: Bill, lang: str) -> list[tuple[str, str]]:
    found = _amounts(bill, lang)
    if bill.withheld_micro:
        unit = bill.invoice.currency
        kept, due = (money(one, unit, lang) for one in (-bill.withheld_micro, bill.due_micro))
        found.append((text(lang, "invoice.paper.withheld"), kept))
        found.append((text(lang, "invoice.paper.due-amount"), due))
    return found


def _amounts(bill: Bill, lang: str) -> list[tuple[str, str]]:
    unit = bill.invoice.currency
    rate = bill.tax.percent.replace(".", "," if lang == "de" else ".")
    return [
        (text(lang, "invoice.paper.net"), money(bill.net_micro, unit, lang)),
        (text(lang, "invoice.paper.vat", rate=rate), money(bill.vat_micro, unit, lang)),
        (text(lang, "invoice.paper.gross"), money(bill.net_micro + bill.vat_micro, unit, lang)),
    ]


def _terms(bill: Bill, lang: str) -> list[str]:
    own = "self-billed." if bill.invoice.kind.self_billed else ""
    found = [text(lang, f"invoice.tax.{own}{bill.tax.category}", source=bill.tax.source)]
    if bill.until:
        found.append(text(lang, "invoice.paper.interim", day=_day(bill.until, lang)))
    if bill.invoice.kind is InvoiceKind.SELF_BILLED:
        found.append(text(lang, "invoice.paper.self-billed"))
    elif bill.invoice.kind is InvoiceKind.INVOICE:
        due = _day(bill.invoice.due_on, lang)
        found.append(text(lang, "invoice.paper.due", due=due, number=bill.invoice.number))
        if bill.seller.iban:
            account = " ".join(filter(None, (bill.seller.iban, bill.seller.bic)))
            found.append(text(lang, "invoice.paper.account", account=account))
    else:
        found.append(text(lang, "invoice.paper.credited"))
    return found


def _day(day: date, lang: str) -> str:
    return day.strftime(_DAYS.get(lang, _DAYS["en"]))
