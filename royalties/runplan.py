"""Planning a run: claim by claim as they come, then what only all late finds together settle."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from royalties.distribution import Desk, sort_key
from royalties.late import Found, Shrunk, examined, settled
from royalties.models_received import ReceivedClaim
from royalties.models_runs import Before, RunLine, RunPlan, Totals
from royalties.runproof import RunHash, count, of_currency

BeforeOf = Callable[[str], tuple[Before, ...]]


@dataclass(slots=True)
class Planner:
    """Sees each claim once, in any order, and keeps in memory only what late finds need."""

    desk: Desk
    totals: dict[str, Totals] = field(default_factory=dict)
    _shrunk: dict[str, list[Shrunk]] = field(default_factory=dict)
    _found: dict[str, list[Found]] = field(default_factory=dict)

    def see(
        self, claim: ReceivedClaim, before: tuple[Before, ...], *, late: bool = False
    ) -> tuple[RunLine, ...]:
        """The lines of a claim that are settled at once."""
        one = of_currency(self.totals, claim.currency)
        one.claims += 1
        one.received_micro += claim.received_micro
        if before:
            one.before_micro += sum(item.received_micro for item in before)
        found = examined(claim, before, self.desk, late=late)
        if isinstance(found, Shrunk):
            self._shrunk.setdefault(claim.currency, []).append(found)
            return ()
        if isinstance(found, Found):
            self._found.setdefault(claim.currency, []).append(found)
            return ()
        return self._counted(found)

    def rest(self, reserves: Mapping[str, int]) -> tuple[RunLine, ...]:
        """The lines of all that was found late, out of these reserves by currency."""
        lines: list[RunLine] = []
        for currency in sorted(self._shrunk.keys() | self._found.keys()):
            shrunk = sorted(self._shrunk.get(currency, ()), key=lambda one: one.claim.live_key)
            found = sorted(self._found.get(currency, ()), key=lambda one: one.claim.live_key)
            reserve = self._reserve_left(currency, reserves.get(currency, 0))
            lines.extend(settled(shrunk, found, reserve, self.desk))
        return self._counted(tuple(lines))

    def _reserve_left(self, currency: str, held: int) -> int:
        """What the lines told so far leave of a reserve; what they add to it waits for the next."""
        one = self.totals[currency]
        return max(0, min(held, held - one.drawn_micro + one.reserve_micro))

    def _counted(self, lines: tuple[RunLine, ...]) -> tuple[RunLine, ...]:
        for line in lines:
            count(self.totals, line)
        return lines


def plan(
    claims: Iterable[ReceivedClaim],
    desk: Desk,
    head: RunHash,
    *,
    before_of: BeforeOf = lambda _live_key: (),
    reserves: Mapping[str, int] | None = None,
    late: frozenset[str] = frozenset(),
) -> RunPlan:
    """The whole plan of a run at once; `late` are the live keys that were found late."""
    planner = Planner(desk)
    lines = [
        line
        for one in claims
        for line in planner.see(one, before_of(one.live_key), late=one.live_key in late)
    ]
    lines += planner.rest(reserves or {})
    lines.sort(key=sort_key)
    for line in lines:
        head.add(line)
    return RunPlan(tuple(lines), planner.totals, head.hex())
