"""Checking a run, fact by fact: its hash, its deductions, what is due of each claim, and its sums.

Told the claims of its months with what was received of them, and its lines in the order of the
hash, it recomputes everything that follows from them and keeps the first fault of each kind.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from royalties.distribution import divided, is_booked
from royalties.models_runs import Parts, Rates, Release, Run, RunLine, Totals
from royalties.runproof import RunHash, count, of_currency, unequal


@dataclass(frozen=True, slots=True)
class RunProof:
    """What became of checking a run: each fault by its name, and what was checked."""

    run_id: str
    stated: str
    recomputed: str
    lines: int
    claims: int
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


@dataclass(slots=True)
class Checking:
    """Adds up a run, fact by fact; the first fault of each kind is kept with its place."""

    run: Run
    rates: dict[str, Rates] = field(default_factory=dict)
    totals: dict[str, Totals] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    lines: int = 0
    claims: int = 0
    _due: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _hash: RunHash | None = None

    def claim(self, live_key: str, currency: str, received: int, before: int) -> None:
        """A claim of these months with what was received of it and handed on before."""
        one = of_currency(self.totals, currency)
        one.claims += 1
        one.received_micro += received
        one.before_micro += before
        self.claims += 1
        if received != before:
            self._due[live_key] += received - before

    def line(self, line: RunLine) -> None:
        """A line, in the order of the hash."""
        self.hash.add(line)
        self.lines += 1
        count(self.totals, line)
        if line.received_micro + line.stays_micro:
            self._due[line.live_key] -= line.received_micro + line.stays_micro
        if line.received_micro + line.drawn_micro != line.parts.whole_micro:
            self.fault("divided", line.live_key)
        if is_booked(line) and line.category and line.parts.whole_micro > 0:
            self._deducted(line)

    def release(self, one: Release) -> None:
        """A release; they follow the lines."""
        self.hash.release(one)

    def fault(self, name: str, place: str) -> None:
        """Keep a fault, the first of its name."""
        self.faults.setdefault(name, place)

    def done(self) -> RunProof:
        """The proof once everything was told."""
        for key in sorted(key for key, left in self._due.items() if left):
            self.fault("due", key)
        for unit, one in sorted(self.totals.items()):
            for name in unequal(one):
                self.fault(name, unit)
        if self.hash.hex() != self.run.run_hash:
            self.fault("hash", self.run.id)
        if self.lines != self.run.lines:
            self.fault("lines", self.run.id)
        faults = tuple(f"{name}: {place}" for name, place in sorted(self.faults.items()))
        return RunProof(
            self.run.id, self.run.run_hash, self.hash.hex(), self.lines, self.claims, faults
        )

    @property
    def hash(self) -> RunHash:
        """The hash over what was told so far."""
        if self._hash is None:
            run = self.run
            months = (run.first_month, run.last_month)
            self._hash = RunHash(run.tenant_id, run.kind, months, run.follows_id)
        return self._hash

    def _deducted(self, line: RunLine) -> None:
        rates = self.rates.get(line.rates_id)
        if rates is None:
            self.fault("rates", line.rates_id)
            return
        exact = divided(line.received_micro, line.drawn_micro, rates, self.run.kind)
        if _kept(exact) != _kept(line.parts):
            self.fault("deductions", line.live_key)


def _kept(parts: Parts) -> tuple[int, int, int]:
    return parts.cost_micro, parts.social_micro, parts.reserve_micro
