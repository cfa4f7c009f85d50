"""Limits that are checked while decoding, each before the work it guards."""

from fractions import Fraction

from fingerprint.media.faults import Case, Refused
from fingerprint.media.limits import Limits


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture over the limit."""
    if width * height > limits.pixels_max:
        raise Refused(Case.TOO_LARGE_PICTURE, width=width, height=height, limit=limits.pixels_max)


def check_length(seconds: Fraction, limits: Limits) -> None:
    """Refuse what plays longer than allowed."""
    if seconds > limits.seconds_max:
        raise Refused(Case.TOO_LONG, limit=limits.seconds_max)
