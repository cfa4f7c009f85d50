"""How much of each claim has been received, where an invoice was paid in part.

Money pays an invoice as a whole, tax included. What of it belongs to the claims is divided over
those that still stand in proportion to them, to the millionth, and by the order of their ids among
equal remainders, so that nothing depends on the order in which anything came in.
"""

from collections.abc import Sequence

from core.money import mul_div, split
from royalties.models_income import Settlement


def received_net(settled: Settlement) -> int:
    """What of the money paid belongs to the claims; tax and rounding are left out."""
    if settled.paid_micro >= settled.gross_micro:
        return settled.claims_micro
    return mul_div(settled.paid_micro, settled.claims_micro, settled.gross_micro)[0]


def shares(settled: Settlement, standing: Sequence[int]) -> list[int]:
    """The part of each claim that has been received; `standing` are those that nobody reversed.

    Never more than the claim itself: what had been paid for others waits for their credit note.
    """
    if not standing:
        return []
    return split(min(received_net(settled), sum(standing)), standing)
