"""A bill as the XML of EN 16931, in the syntax UN/CEFACT CII, checked against its schema.

The schema is that of the profile EN 16931 of ZUGFeRD and Factur-X. Amounts of a credit note are
above zero; its type says which way they go.
"""

from decimal import Decimal

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration, TradeParty
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from core.errors import Broken
from core.money import MICRO
from royalties.billing.bills import Bill, BillLine
from royalties.billing.parties import Party
from royalties.billing.vat import OUTSIDE
from royalties.models_income import InvoiceKind

_PROFILE = "urn:cen.eu:en16931:2017"
_SCHEMA = "FACTUR-X_EN16931"
# UNTDID 1001 and 4461, UN/ECE Recommendation 20.
_TYPES = {
    InvoiceKind.INVOICE: "380",
    InvoiceKind.CREDIT_NOTE: "381",
    InvoiceKind.SELF_BILLED: "389",
    InvoiceKind.SELF_BILLED_CREDIT: "261",
}
_INTERIM = (
    "For use as it was reported until {until}, before the month was over; "
    "what is reported later is billed later."
)
_TRANSFER, _ONE = "58", "C62"


def einvoice(bill: Bill) -> bytes:
    """The XML; the same bill gives the same bytes. Raises `Broken` where it fits no schema."""
    document = Document()
    invoice = bill.invoice
    document.context.guideline_parameter.id = _PROFILE
    document.header.id = invoice.number
    document.header.type_code = _TYPES[invoice.kind]
    document.header.issue_date_time = invoice.issued_on
    if bill.until:
        note = IncludedNote()
        note.content = _INTERIM.format(until=bill.until)
        document.header.notes.add(note)
    agreement = document.trade.agreement
    agreement.buyer_reference = bill.buyer_id
    _party(agreement.seller, bill.seller, bill.seller_id, bill)
    _party(agreement.buyer, bill.buyer, bill.buyer_id, bill)
    for number, line in enumerate(bill.lines, 1):
        document.trade.items.add(_line(number, line, bill))
    _settlement(document, bill)
    try:
        data: bytes = document.serialize(schema=_SCHEMA)
    except Exception as exc:
        raise Broken(f"The XML of invoice {invoice.id} does not fit its schema.") from exc
    return data


def _party(made: TradeParty, party: Party, tenant_id: str, bill: Bill) -> None:
    made.id = tenant_id
    made.name = party.name
    made.address.line_one = party.street
    made.address.postcode = party.postcode
    made.address.city_name = party.city
    made.address.country_id = party.country
    if party.email:
        made.electronic_address.uri_ID = ("EM", party.email)
    # What lies outside the tax names nobody's VAT id (BR-O-02).
    if party.vat_id and bill.tax.category != OUTSIDE:
        made.tax_registrations.add(TaxRegistration(id=("VA", party.vat_id)))
    if party.tax_number:
        made.tax_registrations.add(TaxRegistration(id=("FC", party.tax_number)))


def _line(number: int, line: BillLine, bill: Bill) -> LineItem:
    made = LineItem()
    made.document.line_id = str(number)
    made.product.name = " ".join(filter(None, (line.kind, line.cut_id, line.earned_period)))
    made.agreement.net.amount = _amount(line.net_micro)
    made.agreement.net.basis_quantity = (Decimal(1), _ONE)
    made.delivery.billed_quantity = (Decimal(1), _ONE)
    _tax(made.settlement.trade_tax, bill)
    made.settlement.monetary_summation.total_amount = _amount(line.net_micro)
    return made


def _settlement(document: Document, bill: Bill) -> None:
    made, invoice = document.trade.settlement, bill.invoice
    made.payment_reference = invoice.number
    made.currency_code = invoice.currency
    if bill.seller.iban and invoice.kind is InvoiceKind.INVOICE:
        means = PaymentMeans()
        means.type_code = _TRANSFER
        means.payee_account.iban = bill.seller.iban
        if bill.seller.bic:
            means.payee_institution.bic = bill.seller.bic
        made.payment_means.add(means)
    tax = ApplicableTradeTax()
    tax.calculated_amount = _amount(bill.vat_micro)
    tax.basis_amount = _amount(bill.net_micro)
    _tax(tax, bill)
    if bill.tax.basis_points == 0:
        tax.exemption_reason = bill.tax.note
    if bill.tax.exemption_code:
        tax.exemption_reason_code = bill.tax.exemption_code
    made.trade_tax.add(tax)
    made.period.start, made.period.end = bill.months
    terms = PaymentTerms()
    terms.due = invoice.due_on
    made.terms.add(terms)
    _sums(document, bill)
    if bill.credits_number:
        made.invoice_referenced_document.issuer_assigned_id = bill.credits_number
        made.invoice_referenced_document.issue_date_time = bill.credits_issued_on


def _tax(made: ApplicableTradeTax, bill: Bill) -> None:
    made.type_code = "VAT"
    made.category_code = bill.tax.category
    if bill.tax.category != OUTSIDE:
        made.rate_applicable_percent = Decimal(bill.tax.percent)


def _sums(document: Document, bill: Bill) -> None:
    made = document.trade.settlement.monetary_summation
    net, vat = _amount(bill.net_micro), _amount(bill.vat_micro)
    made.line_total = made.tax_basis_total = net
    made.tax_total = (vat, bill.invoice.currency)
    made.grand_total = net + vat
    if bill.withheld_micro:
        made.prepaid_total = _amount(bill.withheld_micro)
    made.due_amount = _amount(bill.due_micro)


def _amount(micro: int) -> Decimal:
    return (Decimal(micro) / MICRO).quantize(Decimal("0.01"))
