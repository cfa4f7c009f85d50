"""How a request goes on: who may do what in which state, and until when.

The table is the whole of it: a pair of state and side that does not stand in it may do nothing.
Consent stays free until it is signed, so what was agreed may still be refused, and offered anew.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from core.canonical import canonical
from core.clock import to_text
from core.errors import BadInput, Conflict
from licensing.minority import CLOSED
from licensing.models import Terms
from licensing.models_requests import Offer, Request, RequestState, Side, Turn
from licensing.terms import ordered, terms_to_dict

MESSAGE_LENGTH_MAX = 1_000
OFFER_DAYS_MAX = 180
OFFER_DAYS = 30
VERSIONS_MAX = 50
UNDO_HOURS = 24

_STATE = RequestState
_STUDIO, _PERFORMER = Side.STUDIO, Side.PERFORMER
TABLE: Mapping[tuple[RequestState, Side, Turn], RequestState] = {
    (_STATE.ASKED, _PERFORMER, Turn.ACCEPT): _STATE.AGREED,
    (_STATE.ASKED, _PERFORMER, Turn.OFFER): _STATE.COUNTERED,
    (_STATE.ASKED, _PERFORMER, Turn.END): _STATE.REFUSED,
    (_STATE.ASKED, _STUDIO, Turn.OFFER): _STATE.ASKED,
    (_STATE.ASKED, _STUDIO, Turn.END): _STATE.WITHDRAWN,
    (_STATE.COUNTERED, _STUDIO, Turn.ACCEPT): _STATE.AGREED,
    (_STATE.COUNTERED, _STUDIO, Turn.OFFER): _STATE.ASKED,
    (_STATE.COUNTERED, _STUDIO, Turn.END): _STATE.WITHDRAWN,
    (_STATE.COUNTERED, _PERFORMER, Turn.OFFER): _STATE.COUNTERED,
    (_STATE.COUNTERED, _PERFORMER, Turn.END): _STATE.REFUSED,
    (_STATE.AGREED, _PERFORMER, Turn.SIGN): _STATE.GRANTED,
    (_STATE.AGREED, _PERFORMER, Turn.OFFER): _STATE.COUNTERED,
    (_STATE.AGREED, _STUDIO, Turn.OFFER): _STATE.ASKED,
    (_STATE.AGREED, _PERFORMER, Turn.END): _STATE.REFUSED,
    (_STATE.AGREED, _STUDIO, Turn.END): _STATE.WITHDRAWN,
}
OPEN = frozenset({_STATE.ASKED, _STATE.COUNTERED, _STATE.AGREED})


def state_at(request: Request, at: datetime) -> RequestState:
    """Where a request stands at `at`: an open one whose offer ran out is EXPIRED."""
    if request.state in OPEN and request.expires_at <= at:
        return RequestState.EXPIRED
    return request.state


def after(request: Request, side: Side, turn: Turn, at: datetime) -> RequestState:
    """The state after a turn; raises `Conflict` for one that the table does not have."""
    state = state_at(request, at)
    following = TABLE.get((state, side, turn))
    if following is None:
        raise Conflict(
            f"The request is {state}: the {side} cannot {turn} now.",
            next_step="Read the request; ask anew if it has ended.",
            code="not-your-turn",
        )
    return following


def may(request: Request, side: Side, at: datetime) -> tuple[Turn, ...]:
    """What a side may do at `at`, in the order of definition."""
    state = state_at(request, at)
    return tuple(turn for turn in Turn if (state, side, turn) in TABLE)


def undone(request: Request, newest: Offer, side: Side, at: datetime) -> RequestState:
    """The state before a side's own last step; raises `Conflict` where it cannot go back there."""
    if not may_undo(request, newest, side, at):
        raise Conflict(
            f"The request is {state_at(request, at)}: the {side} cannot undo that now.",
            next_step=f"One's own answer goes back within {UNDO_HOURS} hours, unless signed.",
            code="not-undoable",
        )
    return _STATE.ASKED if newest.side is _STUDIO else _STATE.COUNTERED


def may_undo(request: Request, newest: Offer, side: Side, at: datetime) -> bool:
    """Whether the last step was this side's own, shortly before `at`, while the offer holds."""
    accepted_by = _PERFORMER if newest.side is _STUDIO else _STUDIO
    taken_by = {
        _STATE.REFUSED: _PERFORMER,
        _STATE.WITHDRAWN: _STUDIO,
        _STATE.AGREED: accepted_by,
    }.get(request.state)
    late = at - request.changed_at > timedelta(hours=UNDO_HOURS)
    return taken_by is side and not late and at < request.expires_at


def digest_of(terms: Terms) -> str:
    """Hex sha256 of the terms' canonical form: the same for the same terms, however ordered."""
    return hashlib.sha256(canonical(terms_to_dict(ordered(terms)))).hexdigest()


def agreed_digest(terms: Terms, agreed: Terms) -> str:
    """The digest of terms, apart from what nobody agrees on.

    That is who held the key that signed them, and which contexts are closed for a minor.
    """
    formation = replace(terms.formation, agency_key=agreed.formation.agency_key)
    contexts = agreed.contexts_prohibited
    if {*contexts} <= {*terms.contexts_prohibited} <= {*contexts, *CLOSED}:
        terms = replace(terms, contexts_prohibited=contexts)
    return digest_of(replace(terms, formation=formation))


def check_accepted(request: Request, offer: Offer, version: int, digest: str) -> None:
    """Raise `Conflict` unless what was accepted is the newest offer, word for word."""
    if (version, digest) != (request.version, offer.digest):
        raise Conflict(
            "There is another offer by now.",
            next_step="Read the newest offer and accept its version and digest.",
            code="other-offer",
        )


def check_same_parties(offer: Terms, before: Terms) -> None:
    """Raise `BadInput` when a new offer is about somebody else."""
    if (offer.performer_id, offer.licensee_id) != (before.performer_id, before.licensee_id):
        raise BadInput(
            "An offer cannot change the performer or the licensee.",
            next_step="Make another request.",
            code="other-parties",
        )


def expiry(asked: datetime | None, now: datetime) -> datetime:
    """Until when an offer holds; raises `BadInput` for the past or for more than half a year."""
    until = asked or now + timedelta(days=OFFER_DAYS)
    if not now < until <= now + timedelta(days=OFFER_DAYS_MAX):
        raise BadInput(
            f"An offer must hold for at most {OFFER_DAYS_MAX} days from now on.",
            next_step=f"Name a time before {to_text(now + timedelta(days=OFFER_DAYS_MAX))}.",
            code="bad-expiry",
        )
    return until


def check_message(text: str) -> str:
    """The message as it was written; raises `BadInput` for a long or unprintable one."""
    plain = text.strip()
    lines = plain.split("\n")
    if len(plain) > MESSAGE_LENGTH_MAX or not all(line.isprintable() for line in lines):
        raise BadInput(
            f"A message must have at most {MESSAGE_LENGTH_MAX} printable characters.",
            next_step="Write less, without control characters.",
            code="bad-message",
        )
    return plain
