"""What a made-up book rests on: cuts, who is in them, licences, tariffs of every kind, and usage.

A world keeps facts alone; what they come to is worked out by the rules of the product.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache

from core.ids import derived_id
from fingerprint.models import Span
from licensing.licenceprice import LicencePrice
from licensing.models import TariffKind, TariffRef, TariffTerm
from licensing.models_clearance import Clearance, ClearanceDecision, SpanVerdict, Verdict
from registry.models.works import CutFormat, KindOfUse
from royalties import accrual, ledger
from royalties.accrual import Plan
from royalties.agreed import Agreed, once
from royalties.collecting import Collectors
from royalties.counting import facts_of
from royalties.entitlement import Creditor, Parties, entitled
from royalties.flats import Firsts
from royalties.models import ClearedUse, Origin, Ratio, Reported, UsageLine, UsageRow
from royalties.models_books import Booked, Transaction, TransactionKind
from royalties.participants import everybody
from royalties.pooled import PoolReport, divided, in_pool
from royalties.shares import ShareClaim
from royalties.tariffs.documents import pinned
from royalties.tariffs.models import IncomeKind, Split, Tariff
from royalties.tariffs.rates import AmountWithWorking
from royalties.tariffs.shelf import shipped
from royalties.territories import factors_for
from royalties.unlicensed import Unlicensed, UnlicensedPrice, found_in

BOOK = derived_id("ten", "operator")
COLLECTORS = Collectors(BOOK)
STUDIOS = tuple(derived_id("ten", name) for name in ("studio one", "studio two"))
CUTS = {derived_id("cut", str(number)): STUDIOS[number == 2] for number in range(3)}
WORKS = {cut_id: derived_id("wrk", owner) for cut_id, owner in CUTS.items()}
PERFORMERS = tuple(derived_id("prf", name) for name in ("anna", "bert", "cleo", "dora"))
KINDS = (KindOfUse.SYNTHESISE_VOICE, KindOfUse.REPLICATE_FACE, KindOfUse.TRAIN_MODEL)


def _published() -> tuple[Tariff, ...]:
    """The tariffs on file, in two currencies, and one by points that begins amid a month."""
    euros = [replace(one, currency="EUR") for one in shipped()]
    dollars = [replace(one, id=f"{one.id}-us", currency="USD") for one in euros]
    by_view = next(one for one in euros if one.id == "gvl-points")
    late = replace(by_view, id="amid-a-month", valid_from=datetime(2026, 2, 15, tzinfo=UTC))
    bounded = replace(by_view, id="bounded", minimum_micro=40_000, cap_micro=9_000_001)
    return (*euros, *dollars, late, bounded)


TARIFFS = pinned(_published())
TERMS = (
    TariffTerm(TariffKind.PER_MINUTE, 12_500, "EUR"),
    TariffTerm(TariffKind.PER_VIEW, 333, "USD"),
    TariffTerm(TariffKind.PER_VIEW, 10_000, "EUR"),
    *(
        TariffTerm(TariffKind.TARIFF, 70_001, one.currency, ref)
        for ref, one in sorted(TARIFFS.items(), key=lambda item: item[0].id)
    ),
)


@cache
def payee(performer_id: str) -> str:
    return derived_id("pay", performer_id)


@cache
def side(performer_id: str) -> str:
    return derived_id("ten", performer_id)


CREDITORS = {one: Creditor(side(one), payee(one), "2025-12") for one in PERFORMERS}


@dataclass
class Claims:
    """Everything that decides what is owed, and the transactions that say so."""

    at: datetime = datetime(2026, 1, 10, 10, tzinfo=UTC)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    live: dict[str, Booked] = field(default_factory=dict)
    lines: dict[str, UsageLine] = field(default_factory=dict)
    corrected: set[str] = field(default_factory=set)
    history: dict[str, list[Clearance]] = field(default_factory=dict)
    licences: dict[str, LicencePrice] = field(default_factory=dict)
    shares: dict[str, list[ShareClaim]] = field(default_factory=dict)
    prices: list[UnlicensedPrice] = field(default_factory=list)
    pools: dict[tuple[str, str], PoolReport] = field(default_factory=dict)

    @property
    def month(self) -> str:
        return f"{self.at:%Y-%m}"

    def report(self, row: UsageRow) -> None:
        """A line of a usage report; the same line again changes nothing."""
        name = derived_id("usg", row.content_hash)
        if name in self.lines or row.supersedes in self.corrected:
            return
        self.corrected.update([row.supersedes] if row.supersedes else [])
        self.lines[name] = UsageLine(
            id=name,
            tenant_id=CUTS[row.cut_id],
            import_id=derived_id("imp", "one"),
            line_no=row.line_no,
            cut_id=row.cut_id,
            territory=row.territory,
            period=row.period,
            views=row.views,
            reference=row.reference,
            content_hash=row.content_hash,
            recorded_at=self.at,
            reported=row.reported,
            supersedes=row.supersedes,
            origin=Origin.REPORT,
        )

    def cast(self, cut_id: str, found: Mapping[str, int | None], *, strangers: bool) -> None:
        """A decision on a cut: who is in it under which price, or, with None, without a licence."""
        spans = [self._verdict(cut_id, who, term) for who, term in sorted(found.items())]
        if strangers:
            spans.append(SpanVerdict(Span(5_000, 17_000), None, None, Verdict.UNKNOWN_PERSON, ()))
        number = len(self.history.get(cut_id, ())) + 1
        decision = ClearanceDecision(
            Verdict.CLEARED, tuple(spans), (), (), (), ("ge2e-resemblyzer",), ("thr-1",)
        )
        made = Clearance(
            id=derived_id("clr", cut_id, str(number)),
            tenant_id=CUTS[cut_id],
            submission_id="",
            cut_id=cut_id,
            scan_id=derived_id("scn", cut_id, str(number)),
            seq=number,
            known_seq=number,
            gallery_seq=1,
            release_at=date(2026, 1, 1),
            decided_at=self.at,
            provisional=False,
            decision=decision,
            log_index=number,
        )
        self.history.setdefault(cut_id, []).append(made)

    def price(self, term: int | None, from_period: str) -> None:
        """What the collector asks for uses that nobody licensed."""
        asked = None if term is None else TERMS[term]
        if asked is not None and asked.tariff is not None:
            asked = asked if TARIFFS[asked.tariff].split is Split.EACH else None
        self.prices.append(UnlicensedPrice(None, from_period, asked, len(self.prices)))

    def claim_share(self, performer_id: str, party: str, share: Fraction, cut_id: str) -> None:
        known = self.shares.setdefault(performer_id, [])
        party_id = derived_id("ten", party)
        known.append(ShareClaim(party_id, performer_id, cut_id, share, "2026-01", len(known)))

    def voided(self) -> frozenset[str]:
        """The live keys that nobody owes."""
        return frozenset()

    def accrue(self) -> None:
        """Bring the book to what is owed by now."""
        pools = {studio: _Pools(self, studio) for studio in STUDIOS}
        for cut_id, history in sorted(self.history.items()):
            parties = Parties(self.licences, CREDITORS)
            uses, _ = entitled(history, parties)
            lines = [(one, factors_for(one.period)) for one in self.newest(cut_id)]
            wanted, _ = accrual.desired(
                uses, lines, self._agreed(history[-1], uses, pools[CUTS[cut_id]])
            )
            names = {one.id for one, _ in lines}
            self._carry_out(accrual.plan(wanted, self._booked(names)))
        gone = self._booked(self.corrected)
        self._carry_out(accrual.plan((), gone))

    def newest(self, cut_id: str) -> list[UsageLine]:
        """The lines of a cut that nobody corrected."""
        found = [one for one in self.lines.values() if one.cut_id == cut_id]
        return [one for one in found if one.id not in self.corrected]

    def stamp(self) -> ledger.Stamp:
        return ledger.Stamp(BOOK, self.month, len(self.transactions) + 1, self.at)

    def post(self, made: Transaction) -> None:
        """Book a transaction, once."""
        assert made.id not in self.transactions, "the same facts were booked twice"
        self.transactions[made.id] = made

    def standing(self) -> Iterator[Transaction]:
        """The accruals that nobody took back."""
        for one in self.transactions.values():
            if one.kind is TransactionKind.ACCRUAL and one.id not in self.reversed:
                yield one

    def take_back(self, gone: Transaction) -> None:
        """Nobody owes it any more."""
        self.post(ledger.reverse(gone, self.stamp(), reason="changed"))
        self.reversed.add(gone.id)

    def _verdict(self, cut_id: str, who: str, term: int | None) -> SpanVerdict:
        place = PERFORMERS.index(who)
        kind = KINDS[place % len(KINDS)]
        said = SpanVerdict(
            Span(0, 7_000 * (place + 1)),
            who,
            kind,
            Verdict.REFUSED,
            (),
            use_id=derived_id("use", cut_id, who, kind),
        )
        if term is None:
            return said
        licence = derived_id("lic", cut_id, who, str(term))
        named = derived_id("tar", who, str(term))
        price = LicencePrice(licence, named, TERMS[term], CUTS[cut_id], ("DE", "FR", "*"))
        self.licences[licence] = price
        return replace(said, verdict=Verdict.CLEARED, licence_id=licence)

    def _agreed(self, newest: Clearance, uses: tuple[ClearedUse, ...], pools: "_Pools") -> Agreed:
        return Agreed(
            tariffs=TARIFFS,
            uses=uses,
            participants=everybody(newest, uses, format=CutFormat.VERTICAL, roles={}),
            due=self._due(),
            unlicensed=Unlicensed(
                newest, found_in(newest, uses), CREDITORS, {BOOK: self.prices}, COLLECTORS
            ),
            shares=self.shares,
            voided=self.voided(),
            pools=pools,
            collectors=COLLECTORS,
        )

    def _due(self) -> frozenset[tuple[str, str]]:
        firsts = {ref: Firsts(once(one)) for ref, one in TARIFFS.items() if once(one)}
        for cut_id, history in self.history.items():
            for use in entitled(history, Parties(self.licences, CREDITORS))[0]:
                first = firsts.get(use.tariff.tariff) if use.tariff.tariff else None
                for line in self.newest(cut_id) if first else ():
                    first.see(WORKS[cut_id], use, line)  # type: ignore[union-attr]
        return frozenset().union(*(one.due() for one in firsts.values()))

    def _booked(self, names: set[str]) -> dict[str, Booked]:
        return {key: one for key, one in self.live.items() if key.partition("/")[0] in names}

    def _carry_out(self, plan: Plan) -> None:
        for old in plan.reverse:
            self.take_back(self.transactions[old.transaction_id])
            self.live[old.live_key] = replace(old, live=False)
        for one in plan.book:
            made = ledger.accrue(one.accrual, self.stamp(), revision=one.revision, reason="owed")
            self.post(made)
            key = made.basis.live_key
            self.live[key] = Booked(key, made.id, made.facts_key, one.revision, True)


@dataclass
class _Pools:
    """The pools of a licensee, each divided once."""

    world: Claims
    studio: str
    known: dict[tuple[TariffRef, str], Mapping[str, AmountWithWorking] | str] = field(
        default_factory=dict
    )

    def of(
        self, ref: TariffRef, tariff: Tariff, period: str
    ) -> Mapping[str, AmountWithWorking] | str:
        if (ref, period) not in self.known:
            factors = factors_for(period)
            lines = {
                line.id: facts_of(line, factors)
                for cut_id, owner in CUTS.items()
                for line in self.world.newest(cut_id)
                if owner == self.studio and line.period == period
            }
            told = {name: one for name, one in lines.items() if in_pool(tariff, one)}
            report = self.world.pools.get((self.studio, period))
            self.known[ref, period] = divided(tariff, told, report)
        return self.known[ref, period]


def figures(kind: int, amount: int) -> tuple[int, Reported]:
    """Views and figures of a line, income of one kind and currency."""
    income = (IncomeKind.SUBSCRIPTIONS, IncomeKind.VIEWS, IncomeKind.MICRO_PAYMENTS)[kind % 3]
    return amount, Reported(
        unique_views=amount,
        watched_ms=amount * 1_001,
        completion=Ratio(amount % 101, 100),
        income_micro=amount * 97,
        income_kind=income,
        currency="USD" if kind > 5 else "EUR",
        payments=amount,
        subscribers=5_003,
        days=Ratio(amount % 7 + 1, 2),
    )
