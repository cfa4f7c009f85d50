"""Made-up cuts, uses and usage lines for the ledger's tests, with ids in their real form."""

from datetime import UTC, datetime

from core.ids import derived_id
from fingerprint.models import Span
from licensing.models import TariffKind, TariffTerm
from registry.models.works import KindOfUse
from royalties import accrual, ledger
from royalties.models import ClearedUse, Ratio, TerritoryFactors, UsageLine, UsageRow
from royalties.models_books import Booked, Transaction, TransactionKind

SIMPLE = (TariffKind.PER_MINUTE, TariffKind.PER_VIEW)
AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
EVEN = TerritoryFactors("even-1", Ratio(1, 1), {})
CUT = derived_id("cut", "one")
STUDIO = derived_id("ten", "studio")
BOOK = derived_id("ten", "operator")


def tariff(kind: str = "per_minute", rate_micro: int = 12_500, currency: str = "EUR") -> TariffTerm:
    return TariffTerm(TariffKind(kind), rate_micro, currency)


def use(name: str = "a", *, spans: tuple[tuple[int, int], ...] = ((0, 60_000),)) -> ClearedUse:
    return ClearedUse(
        cut_id=CUT,
        use_id=derived_id("use", name),
        performer_id=derived_id("prf", name),
        performer_tenant_id=derived_id("ten", name),
        payee_id=derived_id("pay", name),
        licensee_id=STUDIO,
        kind=KindOfUse.SYNTHESISE_VOICE,
        spans=tuple(Span(*span) for span in spans),
        licence_id=derived_id("lic", name),
        tariff_id=derived_id("tar", name),
        tariff=tariff(),
        territories=("*",),
        clearance_id=derived_id("clr", name),
        scan_id=derived_id("scn", name),
        model_ids=("ge2e-resemblyzer",),
        threshold_ids=("thr-1",),
    )


def line(
    views: int = 1000, *, territory: str = "DE", period: str = "2026-11", reference: str = ""
) -> UsageLine:
    row = UsageRow(2, CUT, territory, period, views, reference)
    return UsageLine(
        id=derived_id("usg", row.content_hash),
        tenant_id=STUDIO,
        import_id=derived_id("imp", "one"),
        line_no=2,
        cut_id=CUT,
        territory=territory,
        period=period,
        views=views,
        reference=reference,
        content_hash=row.content_hash,
        recorded_at=AT,
    )


class Books:
    """A ledger in memory that books plans as the store does, for tests of pure rules."""

    def __init__(self) -> None:
        self.transactions: list[Transaction] = []

    def accrue(
        self,
        uses: list[ClearedUse],
        lines: list[UsageLine],
        factors: TerritoryFactors = EVEN,
    ) -> accrual.Plan:
        wanted, _ = accrual.desired(uses, [(one, factors) for one in lines])
        in_question = {one.id for one in lines}
        booked = {
            key: one for key, one in self.booked().items() if key.split("/")[0] in in_question
        }
        plan = accrual.plan(wanted, booked)
        by_id = {one.id: one for one in self.transactions}
        for old in plan.reverse:
            self.transactions.append(
                ledger.reverse(by_id[old.transaction_id], self._stamp(), reason="changed")
            )
        for booking in plan.book:
            self.transactions.append(
                ledger.accrue(
                    booking.accrual, self._stamp(), revision=booking.revision, reason="new"
                )
            )
        return plan

    def booked(self) -> dict[str, Booked]:
        reversed_ids = {one.reverses_id for one in self.transactions}
        newest: dict[str, Booked] = {}
        for one in self.transactions:
            if one.kind is TransactionKind.ACCRUAL:
                key = one.basis.live_key
                live = one.id not in reversed_ids
                newest[key] = Booked(key, one.id, one.facts_key, one.revision, live)
        return newest

    def balances(self) -> dict[tuple[str, str], int]:
        """Balances that are not zero: what the books say in the end."""
        totals = ledger.balances(p for one in self.transactions for p in one.postings)
        return {key: total for key, total in totals.items() if total}

    def _stamp(self) -> ledger.Stamp:
        return ledger.Stamp(BOOK, "2026-11", len(self.transactions) + 1, AT)


def priced(one: ClearedUse, term: TariffTerm) -> ClearedUse:
    return one._replace(tariff=term)
