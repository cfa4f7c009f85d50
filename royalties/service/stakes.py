"""What a usage line would earn if it counted, known before anybody decides on it."""

from sqlmodel import Session

from core.principal import SearchCapability, system
from royalties import accrual
from royalties.accrual import UNPRICED, VOIDED
from royalties.collecting import PAID_DIRECTLY
from royalties.entitlement import BEFORE_ACTIVE, NOT_THERE, entitled
from royalties.models import UsageLine
from royalties.service.agreed import agreed_in
from royalties.service.collectors import CollectorsOf
from royalties.service.entitlements import grounds_of
from royalties.service.pools import PoolsOf
from royalties.store import intake, unlicensed
from royalties.territories import factors_for

# A use earns nothing by the line for these reasons; for any other it is not known before it counts.
_NOTHING = frozenset(
    {BEFORE_ACTIVE, NOT_THERE, PAID_DIRECTLY, UNPRICED, VOIDED, "licence-ended"}
    | {"amount-zero", "tariff-not-in-force"}
)


def at_stake(session: Session, line: UsageLine) -> tuple[int, str] | None:
    """Millionths of everybody's part of a line that does not count, and their currency.

    Of several the largest; no currency where it earns nothing.

    None where only all lines of a pool or fee together would tell, or nothing is cleared yet.
    """
    capability = SearchCapability("stake", line.id)
    licensee = system(intake.cut_owners(session, capability, [line.cut_id])[line.cut_id])
    grounds = grounds_of(session, licensee, [line.cut_id]).get(line.cut_id)
    if grounds is None:
        return None
    uses, _ = entitled(grounds.history, grounds.parties)
    collecting = CollectorsOf(session)
    agreed = agreed_in(
        session,
        licensee,
        grounds,
        uses,
        prices=unlicensed.of_books(session, licensee, collecting.books),
        pools=PoolsOf(session, licensee),
        collectors=collecting.of(grounds.parties.creditors.keys()),
    )
    wanted, skipped = accrual.desired(uses, [(line, factors_for(line.period))], agreed)
    if any(one.reason.code not in _NOTHING for one in skipped):
        return None
    sums: dict[str, int] = {}
    for one in wanted:
        unit = one.pins.tariff.currency
        sums[unit] = sums.get(unit, 0) + one.amount_micro
    return max(((amount, unit) for unit, amount in sums.items()), default=(0, ""))
