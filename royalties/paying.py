"""What may be paid out now, to whom and how much of it, and why the rest stays where it is.

A payment is made in whole minor units of its currency; what is below one stays owed. Nothing is
paid where anything speaks against it, and every reason is named, so that it can be mended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import to_text
from core.currencies import unit_micro
from core.errors import BadInput, Broken
from core.ids import derived_id
from core.money import parse_rate
from fingerprint.models import Reason
from royalties.closing import digest
from royalties.ibans import in_sepa
from royalties.models_payouts import Payout, PayoutState, Way
from royalties.pain001 import AMOUNT_MICRO_MAX, CURRENCY
from royalties.payees import PayeeDetails
from royalties.sepatext import is_latin


@dataclass(frozen=True, slots=True)
class Candidate:
    """A balance owed, with all that decides whether it may be paid.

    `details` are those in force (`version_id`), `cooling_until` says that others are about to be;
    `refused_version` are those to which the bank could not pay the last time. Of who was `erased`
    nobody can say any more what is missing.
    """

    account: str
    payee_id: str
    audience: str
    balance_micro: int
    details: PayeeDetails | None
    version_id: str
    cooling_until: datetime | None
    held: tuple[Reason, ...]
    refused_version: str
    refused_code: str
    taxed: bool = True
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What all payouts of a batch share."""

    tenant_id: str
    batch_id: str
    currency: str
    minimum_micro: int
    at: datetime


def minimum_of(text: str, currency: str) -> int:
    """The minimum payout in a currency, in millionths, of a rule such as `EUR 10, JPY 1500`.

    Raises `BadInput` where the rule names none above zero for it.
    """
    rule = text if " " in text else f"{CURRENCY} {text}"
    amounts = dict(one.split() for one in rule.split(","))
    micro = parse_rate(amounts.get(currency, "0"))
    if micro <= 0:
        raise BadInput(
            f"Nobody has said from which amount on {currency} is paid out.",
            next_step=f"Set it and start anew: EBENBILD_PAYOUT__MINIMUM='{rule}, {currency} SUM'",
            code="no-minimum",
        )
    return micro


def plan(candidates: Iterable[Candidate], frame: Frame) -> tuple[Payout, ...]:
    """Every payout of a batch, and every balance that stays, in the order of their accounts."""
    ordered = sorted(candidates, key=lambda one: one.account)
    return tuple(_payout(one, frame) for one in ordered if one.balance_micro != 0)


def against(candidate: Candidate, frame: Frame) -> tuple[Reason, ...]:
    """Every reason why nothing is paid of this balance now; empty where it may be."""
    found = [*candidate.held, *_missing(candidate)]
    if candidate.balance_micro < frame.minimum_micro:
        found.append(Reason("payout-below-minimum", {"minimum_micro": frame.minimum_micro}))
    if candidate.cooling_until is not None:
        found.append(Reason("payout-cooling", {"until": to_text(candidate.cooling_until)}))
    if candidate.refused_version and candidate.refused_version == candidate.version_id:
        found.append(Reason("payout-returned", {"code": candidate.refused_code}))
    return tuple(found)


def _missing(candidate: Candidate) -> tuple[Reason, ...]:
    """What nobody has said of whom and where to pay."""
    details = candidate.details
    if details is None:
        found = ["payout-no-details"]
    else:
        lacking = {
            "payout-no-account": not details.iban and not details.account,
            "payout-no-tax-status": candidate.taxed and not details.residence,
        }
        found = [code for code, lacks in lacking.items() if lacks]
    if found and candidate.erased:
        found = ["payout-erased"]
    return tuple(Reason(code, {}) for code in found)


def by_hand(details: PayeeDetails, currency: str, amount_micro: int) -> tuple[Reason, ...]:
    """Every reason why a payment cannot go in a file of SEPA; empty where it can."""
    found: list[Reason] = []
    if currency != CURRENCY:
        found.append(Reason("manual-currency", {"currency": currency}))
    if not details.iban:
        found.append(Reason("manual-no-iban", {}))
    elif not in_sepa(details.iban):
        found.append(Reason("manual-outside-sepa", {"country": details.iban[:2]}))
    if not is_latin(details.name):
        found.append(Reason("manual-name", {}))
    if amount_micro > AMOUNT_MICRO_MAX:
        found.append(Reason("manual-amount", {}))
    return tuple(found)


def agreed_to(payouts: Sequence[Payout]) -> str:
    """The digest of all payments of a batch: which account, how much, and by which details."""
    paid = [
        [one.id, one.account, str(one.amount_micro), one.currency, one.version_id, one.way.value]
        for one in payouts
        if one.state is not PayoutState.BLOCKED
    ]
    return digest({"payouts": paid})


def check_conserved(
    payouts: Sequence[Payout], balances: Mapping[str, int], sources: Mapping[str, int]
) -> int:
    """What stays owed after the payments; raises `Broken` where a millionth is unexplained.

    Paid and left is what was owed, and what was owed is what runs and all the rest brought.
    """
    paid = sum(one.amount_micro for one in payouts if one.state is not PayoutState.BLOCKED)
    owed = sum(balances.values())
    if owed != sum(sources.values()):
        raise Broken("What is to be paid is not what the runs made payable.")
    return owed - paid


def _payout(one: Candidate, frame: Frame) -> Payout:
    reasons = against(one, frame)
    amount = one.balance_micro - one.balance_micro % unit_micro(frame.currency)
    hand = () if reasons or one.details is None else by_hand(one.details, frame.currency, amount)
    payout_id = derived_id("pot", frame.batch_id, one.account)
    return Payout(
        id=payout_id,
        tenant_id=frame.tenant_id,
        audience=one.audience,
        batch_id=frame.batch_id,
        account=one.account,
        payee_id=one.payee_id,
        version_id=one.version_id,
        amount_micro=one.balance_micro if reasons else amount,
        currency=frame.currency,
        way=Way.NONE if reasons else (Way.MANUAL if hand else Way.SEPA),
        end_to_end_id=reference_of(payout_id),
        state=PayoutState.BLOCKED if reasons else PayoutState.PENDING,
        reasons=reasons or hand,
        bank_code="",
        changed_at=frame.at,
    )


def reference_of(some_id: str) -> str:
    """An id as a bank carries it through: at most 35 capitals and digits."""
    return some_id.replace("_", "").upper()
