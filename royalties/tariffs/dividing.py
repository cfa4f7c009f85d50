"""Dividing a whole amount over names by exact weights, to the last millionth, in no order.

The largest remainder takes what is left (Hamilton's method); among equals the name that sorts
first, so that the same shares come out however the names were handed in.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import lcm

from core.money import split


def divide(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """One share of `total` for each name, adding up to it exactly.

    Raises BadTerms (bad-weights) for a weight below nought or when none is above it.
    """
    if len(weights) == 1 and min(weights.values()) > 0:
        return dict.fromkeys(weights, total)
    names = sorted(weights)
    common = lcm(*(weights[name].denominator for name in names))
    whole = [int(weights[name] * common) for name in names]
    return dict(zip(names, split(total, whole), strict=True))
