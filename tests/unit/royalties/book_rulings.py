"""Complaints that two people ruled on, and currency that the bank changed, in a made-up book.

What was ruled and at which rate money was changed are facts that the world keeps; what they move is
worked out by the rules of the product.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from core.ids import derived_id
from royalties import fx, ledger
from royalties.accounts import parse
from royalties.complaints import Move, claim_of, divided, ever_moved, moves
from royalties.models_books import Transaction, TransactionKind
from royalties.models_complaints import VOIDING, Claimant, Ground, Ruled, StandingClaim
from royalties.models_received import ReceivedClaim
from tests.unit.royalties.book_claims import BOOK, PERFORMERS, payee, side
from tests.unit.royalties.book_money import Money

RATE = fx.Rate("EUR", "USD", fx.ratio_of("1.0835"), "a bank", date(2026, 1, 30))


@dataclass
class Rulings(Money):
    """A book up to what was ruled on disputes, and its changes of currency."""

    ruled: dict[str, list[Ruled]] = field(default_factory=dict)
    adjusted: set[str] = field(default_factory=set)
    exchanges: list[fx.Exchange] = field(default_factory=list)

    def rule(self, claim: Transaction, ground: Ground, place: int, part: Fraction) -> None:
        """Two people uphold, in whole or in part, what somebody said of a claim."""
        others = [one for one in PERFORMERS if one != claim.pins.performer_id]
        other = others[place % len(others)]
        who = Claimant(other, side(other), payee(other)) if ground is Ground.MINE else Claimant()
        known = self.ruled.setdefault(claim.basis.live_key, [])
        name = derived_id("cpl", claim.basis.live_key, str(len(known)))
        known.append(Ruled(name, claim.basis.live_key, ground, who, part, self.at))

    def voided(self) -> frozenset[str]:
        """The live keys that nobody owes."""
        every = [one for ruled in self.ruled.values() for one in ruled]
        return frozenset(one.live_key for one in every if one.ground in VOIDING)

    def received(self) -> list[ReceivedClaim]:
        """As ruled: every part of a claim by itself."""
        return [
            part
            for one in super().received()
            for part in divided(one, self.ruled.get(one.live_key, ()))
        ]

    def adjust(self) -> None:
        """Post what rulings move of the claims that stand; take back what they do not any more."""
        wanted = {
            ledger.booked_id(BOOK, TransactionKind.ADJUSTMENT, one.facts_key): (claim, one)
            for claim, one in self.moved()
        }
        for name in sorted(self.adjusted - wanted.keys()):
            self._undo(name)
        for name, (claim, one) in sorted(wanted.items()):
            if name not in self.transactions:
                self.post(self._adjustment(claim, one))
                self.adjusted.add(name)

    def moved(self) -> Iterator[tuple[StandingClaim, Move]]:
        """What rulings move of the claims that stand."""
        for one in self.standing():
            claim = claim_of(one)
            for move in moves(claim, self.ruled.get(claim.live_key, ())):
                yield claim, move

    def take_back(self, gone: Transaction) -> None:
        """With a claim goes what was moved of it."""
        claim = claim_of(gone)
        for move in ever_moved(claim, self.ruled.get(claim.live_key, ())):
            name = ledger.booked_id(BOOK, TransactionKind.ADJUSTMENT, move.facts_key)
            if name in self.adjusted:
                self._undo(name)
        super().take_back(gone)

    def exchange(self, where: str, amount_micro: int) -> None:
        """So much of an account's euros becomes dollars; what is owed is below zero."""
        stamps = (self.stamp(), self.stamp())
        said = {"facts_key": f"exchange {len(self.exchanges)}", "audience": "operator"}
        made = fx.exchange(
            where, amount_micro, RATE, stamps, **said, reason="exchange", earned_period=self.month
        )
        self.exchanges.append(made)
        for leg in made.legs:
            self.post(leg)

    def changed(self, unit: str) -> defaultdict[str, int]:
        """What exchanges did to each kind of account in a currency, by their facts."""
        sums: defaultdict[str, int] = defaultdict(int)
        for one in self.exchanges:
            kind = parse(one.legs[0].postings[0].account).kind
            sums[kind] += {"EUR": -one.from_micro, "USD": one.to_micro}[unit]
        return sums

    def _undo(self, name: str) -> None:
        self.post(ledger.reverse(self.transactions[name], self.stamp(), reason="changed"))
        self.adjusted.remove(name)

    def _adjustment(self, claim: StandingClaim, move: Move) -> Transaction:
        return ledger.book(
            TransactionKind.ADJUSTMENT,
            move.postings,
            self.stamp(),
            facts_key=move.facts_key,
            reason=move.reason,
            earned_period=claim.earned_period,
            audience=ledger.audience_of(move.tenant_id),
        )
