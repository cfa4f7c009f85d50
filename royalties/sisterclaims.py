"""A claim that a sister society collected, as the member's own society books it.

It rests on the very usage line, use and licence that the sister's claim does, and on what her runs
made of it: what she received, and what she deducted. So each cent of it leads back to a second.
"""

from collections.abc import Mapping

from royalties.tariffs.rates import AmountWithWorking

COLLECTED = "collected"
REASON = "from-sister"
ABROAD = "from-registry"  # the same, of a sister whose book is in another registry
REASONS = (REASON, ABROAD)
DEDUCTED = ("cost_micro", "social_micro", "reserve_micro", "tax_micro")
FIGURES = ("gross_micro", *DEDUCTED, "freed_micro")


def collected(figures: Mapping[str, int]) -> AmountWithWorking:
    """What was handed on of a claim: received, less what was deducted, and what was freed later.

    `figures` are by the names of `FIGURES`. What was freed had been blocked, or kept in reserve;
    tax on it is off already.
    """
    kept = sum(figures[name] for name in DEDUCTED)
    amount = figures["gross_micro"] - kept + figures["freed_micro"]
    return AmountWithWorking(amount, {"tariff": COLLECTED, **figures})


def again_collected(working: Mapping[str, int | str]) -> AmountWithWorking | None:
    """The same amount from stated figures alone; None where one is missing, or no number."""
    try:
        return collected({name: int(working[name]) for name in FIGURES})
    except (KeyError, ValueError):
        return None


def key_in(live_key: str, payer: str, currency: str) -> str:
    """The live key of a claim of the book `payer` in the book that its money is handed on to."""
    return f"{live_key}/{payer}/{currency}"
