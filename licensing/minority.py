"""What a minor's licence may not say, whoever signs it.

A guardian's word ends on the 18th birthday, and so does every term; training is off, and some
contexts are closed whatever was agreed.
"""

from dataclasses import replace
from datetime import datetime

from core.clock import to_text
from fingerprint.models import Reason
from licensing.models import Context, Terms

CLOSED = (Context.POLITICAL, Context.SEXUAL, Context.GAMBLING, Context.ALCOHOL)
"""Contexts that no guardian can open."""


def for_minor(terms: Terms, adult_at: datetime) -> Terms:
    """The terms cut at the first instant of the 18th birthday, with the closed contexts named."""
    named = {*terms.contexts_prohibited, *CLOSED}
    return replace(
        terms,
        valid_until=min(terms.valid_until, adult_at),
        contexts_prohibited=tuple(context for context in Context if context in named),
    )


def check_minor(terms: Terms, adult_at: datetime) -> tuple[Reason, ...]:
    """Why a minor cannot give this licence; empty when it may be given."""
    reasons = []
    if terms.valid_from >= adult_at:
        reasons.append(Reason("term-after-minority", {"adult_at": to_text(adult_at)}))
    if terms.training:
        reasons.append(Reason("training-of-minor", {}))
    return tuple(reasons)
