"""Random claims, partly received, disputed, reversed and found late, for tests of runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import add

from hypothesis import strategies as st

from core.ids import derived_id
from royalties.accounts import AccountKind
from royalties.deductions import rates_of
from royalties.distribution import Desk
from royalties.models_received import ReceivedClaim
from royalties.models_runs import Before, Outcome, Parts, RunKind, RunLine, Tax

BOOK = derived_id("ten", "operator")
FIRST_RUN = derived_id("run", "first")


def claim(
    name: str = "a",
    received: int = 100_000_000,
    *,
    claimed: int | None = None,
    account: AccountKind = AccountKind.ACCRUED,
    performer: str = "anna",
    month: str = "2026-03",
    territory: str = "DE",
    use_kind: str = "synthesise_voice",
    currency: str = "EUR",
) -> ReceivedClaim:
    """One claim of a performer, received whole unless `claimed` says more."""
    return ReceivedClaim(
        transaction_id=derived_id("txn", name),
        account=account,
        live_key=f"{derived_id('usg', name)}/{derived_id('prf', performer)}/use",
        performer_id=derived_id("prf", performer),
        performer_tenant_id=derived_id("ten", performer),
        payee_id=derived_id("pay", performer),
        licensee_id=derived_id("ten", "studio"),
        cut_id=derived_id("cut", "one"),
        use_kind=use_kind,
        territory=territory,
        earned_period=month,
        currency=currency,
        claimed_micro=received if claimed is None else claimed,
        received_micro=received,
    )


def withheld(payee_id: str, net_micro: int) -> Tax:
    """Every second payee lives abroad and is taxed as the law has it for those."""
    if payee_id[-1] > "j" or net_micro <= 0:
        return Tax()
    tax = net_micro * 15 // 100
    return Tax(tax, tax * 55 // 1000, "de", "non-resident")


def desk(kind: RunKind = RunKind.FIRST, **changed: object) -> Desk:
    return replace(Desk(kind, rates_of, withheld), **changed)  # type: ignore[arg-type]


@dataclass
class Memory:
    """What closed runs did, as the store adds it up, and the reserve that they left."""

    lines: list[RunLine] = field(default_factory=list)

    def before(self, live_key: str) -> tuple[Before, ...]:
        found = {}
        for line in (one for one in self.lines if one.live_key == live_key):
            old = found.get(line.payee_id, Before(line.payee_id, 0, 0, Parts()))
            found[line.payee_id] = Before(
                line.payee_id,
                old.received_micro + line.received_micro,
                old.advanced_micro + _advanced(line),
                added(old.parts, line.parts),
                line.authority or old.authority,
                line.currency,
            )
        return tuple(found[name] for name in sorted(found))

    def reserve(self, currency: str) -> int:
        of_it = [line for line in self.lines if line.currency == currency]
        return sum(line.parts.reserve_micro - line.drawn_micro for line in of_it)


def _advanced(line: RunLine) -> int:
    return 0 if line.outcome is Outcome.COVERED else line.drawn_micro


def added(one: Parts, other: Parts) -> Parts:
    return Parts(*map(add, one, other))


PERFORMERS = ("anna", "bert", "cleo", "dora")
ACCOUNTS = (
    *(AccountKind.ACCRUED,) * 5,
    AccountKind.HELD,
    AccountKind.UNIDENTIFIED,
    AccountKind.SUSPENSE,
)
AMOUNTS = st.one_of(st.integers(1, 50), st.integers(1, 10**12), st.integers(2**61, 2**62))


@st.composite
def claims(draw: st.DrawFn) -> list[ReceivedClaim]:
    """Up to a dozen claims of several people, months, currencies and accounts."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        whole = draw(AMOUNTS)
        found.append(
            claim(
                f"c{number}",
                whole * draw(st.integers(0, 4)) // 4,
                claimed=whole,
                account=draw(st.sampled_from(ACCOUNTS)),
                performer=draw(st.sampled_from(PERFORMERS)),
                month=draw(st.sampled_from(["2025-12", "2026-01", "2026-03"])),
                territory=draw(st.sampled_from(["DE", "FR", "*"])),
                use_kind=draw(st.sampled_from(["synthesise_voice", "train_model"])),
                currency=draw(st.sampled_from(["EUR", "USD"])),
            )
        )
    return found


HEIRS: Mapping[str, Mapping[str, Fraction]] = {
    derived_id("pay", "dora"): {
        derived_id("pay", "heir one"): Fraction(1, 3),
        derived_id("pay", "heir two"): Fraction(2, 3),
    }
}
