"""The claim that a society books on what a sister handed on to her: by facts alone.

It rests on the very usage, use, licence and seconds that the sister's claim does, with the sister
as who owes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from royalties import accrual, facts
from royalties.models import Accrual, Origin, Pins, UsageLine
from royalties.outcomes import Outcome
from royalties.sisterclaims import collected


@dataclass(frozen=True, slots=True)
class Member:
    """A performer as the society's book names one: with the side that acts, and who is paid."""

    performer_id: str
    tenant_id: str
    payee_id: str


def claim(
    pins: Pins,
    figures: Mapping[str, int],
    member: Member,
    *,
    payer: str,
    book: str,
    at: datetime,
) -> Accrual:
    """What a payer handed on of one claim, as the book of the society that was paid books it."""
    mine = pins._replace(
        performer_id=member.performer_id,
        payee_id=member.payee_id,
        outcome=Outcome.LICENSED,
        cause="",
        parties=(),
        origin=Origin.SISTER,
    )
    use = facts.use_of(mine, licensee_id=payer, performer_tenant_id=member.tenant_id)
    return accrual.standing(
        use,
        accrual.use_facts(use),
        line_of(mine, at),
        facts.factors_of(mine),
        collected(figures),
        book=book,
    )


def line_of(pins: Pins, at: datetime) -> UsageLine:
    """The usage line as far as a claim pins it."""
    return UsageLine(
        id=pins.usage_line_id,
        tenant_id="",
        import_id="",
        line_no=0,
        cut_id=pins.cut_id,
        territory=pins.territory,
        period=pins.period,
        views=pins.views,
        reference="",
        content_hash="",
        recorded_at=at,
        reported=pins.reported,
        origin=pins.origin,
    )
