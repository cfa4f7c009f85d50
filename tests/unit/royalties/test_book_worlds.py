"""Two thousand random books: after every step each millionth that came in is accounted for."""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.ids import derived_id
from royalties.accounts import Account, AccountKind, parse
from royalties.models import UsageRow
from royalties.models_complaints import Ground
from royalties.models_income import Receipt
from royalties.models_payouts import PayoutState
from royalties.models_received import ReceivedClaim
from royalties.models_runs import RunKind
from royalties.pooled import PoolReport
from royalties.tariffs.models import IncomeKind
from tests.unit.royalties.book_claims import (
    CUTS,
    PERFORMERS,
    STUDIOS,
    TERMS,
    figures,
    payee,
)
from tests.unit.royalties.book_worlds import CURRENCIES, VATS, World

T = TypeVar("T")
WORLDS = 2_000
MONTHS_LIVED = 3
MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03")
MAY_GIVE_BACK = frozenset(
    {AccountKind.PAYABLE, AccountKind.BLOCKED, AccountKind.TAX, AccountKind.RESERVE}
)
EITHER_SIDE = frozenset(
    {
        AccountKind.ROUNDING,
        AccountKind.ACCRUED,
        AccountKind.RECEIVABLE,
        AccountKind.WRITTEN_OFF,
        AccountKind.FX,
    }
)
OWED = (
    frozenset(AccountKind)
    - (MAY_GIVE_BACK - {AccountKind.RESERVE})
    - EITHER_SIDE
    - {AccountKind.BANK}
)

cuts = st.sampled_from(sorted(CUTS))
people = st.sampled_from(PERFORMERS)
studios = st.sampled_from(STUDIOS)
currencies = st.sampled_from(CURRENCIES)
places = st.integers(0, 40)
grounds = st.sampled_from((Ground.NOT_ME, Ground.MINE, Ground.MINE, Ground.OVER_CLAIM))
THIRD = Fraction(1, 3)
SHARES = st.sampled_from((Fraction(1), Fraction(2, 3), Fraction(0)))
licensed = st.integers(0, len(TERMS) - 1)
terms = st.one_of(licensed, licensed, st.none())
amounts = st.one_of(st.integers(7, 5_000), st.integers(10**6, 10**9))


def usage_of(cut: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[object, ...]]:
    territories = st.sampled_from(("DE", "FR", "*", "US"))
    return st.tuples(
        st.just("usage"), cut, territories, st.sampled_from(MONTHS), st.integers(0, 8), amounts
    )


def cast_of(cut: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[object, ...]]:
    found = st.dictionaries(people, terms, min_size=1, max_size=3)
    return st.tuples(st.just("cast"), cut, found, st.booleans())


usage, cast = usage_of(cuts), cast_of(cuts)
BEGUN = st.tuples(
    *(make(st.just(cut_id)) for cut_id in sorted(CUTS) for make in (cast_of, usage_of, usage_of))
)
money = st.tuples(
    st.just("money"), studios, currencies, st.booleans(), st.integers(1, 10**9), st.booleans()
)
ACTS = st.one_of(
    usage,
    usage,
    cast,
    st.tuples(st.just("correct"), places, amounts),
    st.tuples(st.just("again"), places),
    st.tuples(st.just("share"), people, st.sampled_from("xy"), SHARES, cuts),
    st.tuples(st.just("ask"), terms, st.sampled_from(MONTHS)),
    st.tuples(st.just("pool"), studios, st.sampled_from(MONTHS), st.integers(0, 10**5)),
    st.tuples(st.just("invoice"), studios, currencies, st.integers(0, 1)),
    st.tuples(st.just("invoice_all")),
    st.tuples(st.just("invoice_all")),
    st.tuples(st.just("credit")),
    st.tuples(st.just("cancel"), places),
    money,
    st.tuples(st.just("settle_all")),
    st.tuples(st.just("settle_all")),
    st.tuples(st.just("match"), places, places, st.fractions(0, 1)),
    st.tuples(st.just("unmatch"), places, places),
    st.tuples(st.just("tell"), people, st.sampled_from(("DE", "US"))),
    st.tuples(st.just("hold"), people),
    st.tuples(st.just("heirs"), people),
    st.tuples(st.just("run"), st.sampled_from(RunKind)),
    st.tuples(st.just("send"), currencies, st.booleans()),
    st.tuples(st.just("answer"), places, st.booleans()),
    st.tuples(st.just("later"), st.integers(1, 40)),
)

rule = st.tuples(st.just("rule"), places, grounds, places, st.sampled_from((Fraction(1), THIRD)))
DESK = st.one_of(
    rule,
    rule,
    st.tuples(st.just("write_off"), places),
    st.tuples(st.just("freeze"), places),
    st.tuples(st.just("exchange"), places, st.sampled_from((Fraction(1), THIRD))),
    st.tuples(
        st.just("refund"), places, st.sampled_from((Fraction(1), THIRD)), st.integers(10**4, 10**9)
    ),
)
MONTH = st.tuples(
    ACTS,
    DESK,
    ACTS,
    st.tuples(st.just("tell"), people, st.sampled_from(("DE", "US"))),
    ACTS,
    st.tuples(
        st.just("month"),
        st.sampled_from((Fraction(1), Fraction(1, 3), Fraction(0))),
        st.sampled_from((RunKind.FOLLOW_UP, RunKind.FOLLOW_UP, RunKind.FINAL)),
        st.booleans(),
    ),
)


class Life(World):
    """A world whose steps are drawn at random; a step that nothing is there for does nothing."""

    def do(self, name: str, *given_: object) -> None:
        getattr(self, f"_{name}_step")(*given_)

    def _usage_step(self, cut_id: str, place: str, month: str, kind: int, amount: int) -> None:
        views, reported = figures(kind, amount)
        self.report(UsageRow(1, cut_id, place, month, views, str(len(self.lines)), reported))
        self.accrue()

    def _again_step(self, place: int) -> None:
        old = _one(self.lines, place)
        if old is not None:
            said = (old.cut_id, old.territory, old.period, old.views, old.reference)
            before = len(self.lines)
            self.report(UsageRow(9, *said, old.reported, old.supersedes))
            assert len(self.lines) == before

    def _correct_step(self, place: int, amount: int) -> None:
        old = _one(self.lines, place)
        if old is not None:
            views, reported = figures(amount, amount)
            where = (old.cut_id, old.territory, old.period)
            self.report(UsageRow(1, *where, views, "corrected", reported, supersedes=old.id))
            self.accrue()

    def _cast_step(self, cut_id: str, found: dict[str, int | None], strangers: bool) -> None:
        self.cast(cut_id, found, strangers=strangers)
        self.accrue()

    def _share_step(self, performer: str, party: str, share: Fraction, cut_id: str) -> None:
        self.claim_share(performer, party, share, cut_id)
        self.accrue()

    def _ask_step(self, term: int | None, month: str) -> None:
        self.price(term, month)
        self.accrue()

    def _pool_step(self, studio: str, month: str, subscribers: int) -> None:
        income = {IncomeKind.MICRO_PAYMENTS: subscribers, IncomeKind.TRAINING: 1}
        self.pools[studio, month] = PoolReport(month, subscribers, income, "EUR")
        self.accrue()

    def _invoice_step(self, studio: str, currency: str, vat: int) -> None:
        self.invoice(studio, currency, VATS[vat])

    def _invoice_all_step(self) -> None:
        self.credit()
        for studio in STUDIOS:
            for currency in CURRENCIES:
                self.invoice(studio, currency, VATS[0])

    def _credit_step(self) -> None:
        self.credit()

    def _cancel_step(self, place: int) -> None:
        found = _one({n: one for n, one in self.invoices.items() if not one.credits_id}, place)
        if found is not None:
            self.cancel(found.id)

    def _write_off_step(self, place: int) -> None:
        asked = {n: one for n, one in self.invoices.items() if not one.credits_id}
        found = _one({n: n for n in asked if self.settlement(n).open_micro > 0}, place)
        if found is not None:
            self.write_off(found)

    def _money_step(
        self, studio: str, currency: str, known: bool, amount: int, whole: bool
    ) -> None:
        asked = self.asked(studio, currency)
        amount = sum(one.open_micro for one in asked) if whole and asked else amount
        name = self.receive(studio if known else None, currency, amount)
        for one in asked if known else ():
            self.match(name, one.invoice.id)

    def _settle_all_step(self) -> None:
        for studio in STUDIOS:
            for currency in CURRENCIES:
                for one in self.asked(studio, currency):
                    self.match(self.receive(studio, currency, one.open_micro), one.invoice.id)

    def _match_step(self, receipt: int, invoice: int, part: Fraction) -> None:
        money, asked = _one(self.receipts, receipt), _one(self.invoices, invoice)
        if money is not None and asked is not None and not asked.credits_id:
            self.match(money.id, asked.id, part)

    def _unmatch_step(self, receipt: int, invoice: int) -> None:
        money, asked = _one(self.receipts, receipt), _one(self.invoices, invoice)
        if money is not None and asked is not None:
            self.unmatch(money.id, asked.id)

    def _refund_step(self, place: int, part: Fraction, amount: int) -> None:
        """Money that nobody owed goes back; where none waits, a stranger's comes first."""
        if not any(one.unmatched_micro > 0 for one in self.receipts_by_now().values()):
            self.receive(None, "EUR", amount)
        waits = {n: one for n, one in self.receipts_by_now().items() if one.unmatched_micro > 0}
        found = _one(waits, place)
        if found is not None:
            self.refund(found.id, part)

    def _tell_step(self, performer: str, residence: str) -> None:
        self.statuses[payee(performer)] = residence
        self.holds.pop(payee(performer), None)

    def _hold_step(self, performer: str) -> None:
        self.holds[payee(performer)] = "held-minor"

    def _heirs_step(self, performer: str) -> None:
        names = [derived_id("pay", performer, heir) for heir in "ab"]
        self.heirs[payee(performer)] = {names[0]: Fraction(1, 3), names[1]: Fraction(2, 3)}
        self.statuses[names[0]] = "US"

    def _freeze_step(self, place: int) -> None:
        key = _one({key: key for key in self.live}, place)
        if key is not None and self.frozen.pop(key, None) is None:
            self.frozen[key] = "dispute"

    def _rule_step(self, place: int, ground: Ground, to: int, part: Fraction) -> None:
        claim = _one({one.id: one for one in self.standing()}, place)
        if claim is not None:
            self.rule(claim, ground, to, part)
            self.frozen.pop(claim.basis.live_key, None)
            self.accrue()

    def _exchange_step(self, place: int, part: Fraction) -> None:
        euros = {name: net for (name, unit), net in self.sums.items() if unit == "EUR"}
        kinds = (AccountKind.BANK, AccountKind.PAYABLE)
        where = _one({name: name for name in euros if parse(name).kind in kinds}, place)
        if where is not None and abs(amount := int(euros[where] * part)) > 1:
            self.exchange(where, amount)

    def _run_step(self, kind: RunKind) -> None:
        first = self.runs[0] if self.runs else None
        if first is None:
            kind = RunKind.FIRST
        elif any(one.kind is RunKind.FINAL for one in self.runs):
            kind = RunKind.FINAL
        self.run(first, kind)

    def _month_step(self, paid: Fraction, kind: RunKind, settles: bool) -> None:
        """What a society's month ends with: invoices, money, a run, payouts, the bank's answer."""
        self._invoice_all_step()
        for studio in STUDIOS:
            for currency in CURRENCIES:
                for one in self.asked(studio, currency):
                    amount = int(one.open_micro * paid)
                    if amount:
                        self.match(self.receive(studio, currency, amount), one.invoice.id)
        self._run_step(kind)
        for currency in CURRENCIES:
            self.send(currency)
        for name in [n for n, one in self.payouts.items() if one.state is PayoutState.SENT]:
            self.answer(name, PayoutState.SETTLED if settles else PayoutState.RETURNED)
        self.later(27)

    def _send_step(self, currency: str, tax: bool) -> None:
        self.send(currency, AccountKind.TAX if tax else AccountKind.PAYABLE)

    def _answer_step(self, place: int, settles: bool) -> None:
        waiting = {n: one for n, one in self.payouts.items() if one.state in _MOVES}
        found = _one(waiting, place)
        if found is not None:
            sent = found.state is PayoutState.SENT
            self.answer(found.id, PayoutState.SETTLED if settles and sent else PayoutState.RETURNED)

    def _later_step(self, days: int) -> None:
        self.later(days)


_MOVES = frozenset({PayoutState.SENT, PayoutState.SETTLED})


def _one(found: Mapping[str, T], place: int) -> T | None:
    return list(found.values())[place % len(found)] if found else None


def check(life: Life) -> None:
    """Whatever was done: nothing is made, nothing lost, and each account means what it says."""
    received, receipts = life.received(), [*life.receipts_by_now().values()]
    handed: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in life.memory.lines:
        handed[line.performer_id, line.currency] += line.received_micro
    for unit in CURRENCIES:
        own = {parse(name): net for (name, u), net in life.sums.items() if u == unit and net}
        _conserved(life, unit, own, received, receipts)
        _sided(life, unit, own, received)
    _claims_stand(life, handed)


def _by_kind(own: dict[Account, int]) -> defaultdict[AccountKind, int]:
    sums: defaultdict[AccountKind, int] = defaultdict(int)
    for account, net in own.items():
        sums[account.kind] += net
    return sums


def _conserved(
    life: Life,
    unit: str,
    own: dict[Account, int],
    received: list[ReceivedClaim],
    receipts: list[Receipt],
) -> None:
    """Money received = paid + carried + tax + deductions + reserve + what still waits, by facts."""
    sums, changed = _by_kind(own), life.changed(unit)
    came = sum(x.payment.amount_micro for x in life.receipts.values() if x.payment.currency == unit)
    paid = {
        state: sum(
            x.amount_micro for x in life.payouts.values() if (x.state, x.currency) == (state, unit)
        )
        for state in PayoutState
    }
    waits = [one.unmatched_micro for one in receipts if one.payment.currency == unit]
    assert min(waits, default=0) >= 0
    assert sums[AccountKind.UNMATCHED] == -sum(waits)
    of_bank = changed.pop(AccountKind.BANK, 0)
    assert sums[AccountKind.BANK] == came - paid[PayoutState.SETTLED] + of_bank
    of_owed = sum(changed.values())
    assert sums[AccountKind.FX] == -of_bank - of_owed
    assert sums[AccountKind.IN_TRANSIT] == -paid[PayoutState.SENT]
    claims = [one for one in received if one.currency == unit]
    assert all(0 <= one.received_micro <= one.claimed_micro for one in claims)
    of_claims = sum(one.received_micro for one in claims)
    handed_on = sum(x.received_micro for x in life.memory.lines if x.currency == unit)
    documents = [x for x in life.invoices.values() if x.currency == unit]
    of_documents = sum(
        one.paid_micro for x in documents if not x.credits_id for one in [life.settlement(x.id)]
    )
    carried = sums[AccountKind.PAYABLE] + sums[AccountKind.BLOCKED]
    deducted = sums[AccountKind.COST] + sums[AccountKind.SOCIAL] + sums[AccountKind.TAX]
    assert came == (
        paid[PayoutState.SETTLED]
        + paid[PayoutState.SENT]
        - carried
        - deducted
        - sums[AccountKind.RESERVE]
        + (of_claims - handed_on)
        + (of_documents - of_claims)
        - sums[AccountKind.UNMATCHED]
        + of_owed
    )
    lost = [x for x in life.lost if life.invoices[x.invoice_id].currency == unit]
    corrected = sum(x.vat_micro for x in lost)
    assert sums[AccountKind.VAT] == corrected - sum(x.amounts.vat_micro for x in documents)
    assert sums[AccountKind.WRITTEN_OFF] == sum(x.amount_micro for x in lost) - corrected
    for one in documents:
        settled = life.settlement(one.id)
        assert one.credits_id or 0 <= settled.lost_micro <= max(0, settled.owed_micro)
    rounded = sum(x.amounts.net_micro - x.claims_micro for x in documents)
    assert sums[AccountKind.ROUNDING] == -rounded
    assert sum(sums.values()) == 0


def _sided(life: Life, unit: str, own: dict[Account, int], received: list[ReceivedClaim]) -> None:
    """What is owed is never owed to us; the bank lacks only what payees have to give back.

    They do by the next run too, where an invoice was taken back that they had been paid of, and its
    money returned. A reserve that paid for late finds may lack that, once money that it was kept of
    is taken back. Invoices are of whole minor units, and payees get what was claimed to the
    millionth: what was rounded off is paid by the society.
    """
    sums = _by_kind(own)
    drawn = sum(one.drawn_micro for one in life.memory.lines if one.currency == unit)
    for account, net in own.items():
        least = max(0, drawn) if account.kind is AccountKind.RESERVE else 0
        assert account.kind not in OWED or net <= least, (str(account), net)
    back = sum(net for account, net in own.items() if account.kind in MAY_GIVE_BACK and net > 0)
    handed_on = sum(one.received_micro for one in life.memory.lines if one.currency == unit)
    too_much = handed_on - sum(one.received_micro for one in received if one.currency == unit)
    refunds = [life.payouts[name] for name in life.refunds if life.payouts[name].currency == unit]
    gone = sum(one.amount_micro for one in refunds if one.state is not PayoutState.RETURNED)
    at_hand = sums[AccountKind.BANK] + sums[AccountKind.IN_TRANSIT] + sums[AccountKind.FX]
    # Never by more than was sent back or rounded off: without either, by nothing.
    documents = [one for one in life.invoices.values() if one.currency == unit]
    rounded_off = sum(max(0, one.claims_micro - one.amounts.net_micro) for one in documents)
    assert at_hand + back + min(gone, max(0, too_much)) + rounded_off >= 0


def _claims_stand(life: Life, handed: dict[tuple[str, str], int]) -> None:
    """What licensees owe and what people earned is what stands, less what was paid."""
    owed: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in life.standing():
        for side in one.postings:
            owed[side.account, side.currency] += side.amount_micro
    for name in life.adjusted:
        for side in life.transactions[name].postings:
            owed[side.account, side.currency] += side.amount_micro
    for (performer, unit), amount in handed.items():
        owed[f"accrued:{performer}", unit] += amount
    for one in life.invoices.values():
        rounded = one.amounts.gross_micro - one.claims_micro
        owed[f"receivable:{one.licensee_id}", one.currency] += rounded
    for one in life.matches:
        invoice = life.invoices[one.invoice_id]
        owed[f"receivable:{invoice.licensee_id}", invoice.currency] -= one.amount_micro
    for lost in life.lost:
        invoice = life.invoices[lost.invoice_id]
        owed[f"receivable:{invoice.licensee_id}", invoice.currency] -= lost.amount_micro
    kinds = ("receivable:", "accrued:", "held:", "suspense:", "unidentified:")
    booked = {key: net for key, net in life.sums.items() if key[0].startswith(kinds) and net}
    assert booked == {key: net for key, net in owed.items() if net}


# A claim of 0.0245, invoiced as 0.02, paid out in full and exchanged.
ROUNDED_OFF = (
    ("cast", max(CUTS), {PERFORMERS[2]: 9}, False),
    ("usage", max(CUTS), "DE", "2025-11", 0, 7),
    ("usage", max(CUTS), "DE", "2026-01", 0, 7),
    ("tell", PERFORMERS[2], "DE"),
    ("month", Fraction(1), RunKind.FOLLOW_UP, False),
    ("exchange", 1, Fraction(1)),
)


@settings(
    deadline=None,
    max_examples=WORLDS,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(begun=BEGUN, months=st.lists(MONTH, min_size=MONTHS_LIVED, max_size=MONTHS_LIVED))
@example(begun=ROUNDED_OFF, months=[])
def test_after_every_step_each_millionth_is_accounted_for(
    begun: tuple[tuple[object, ...], ...], months: list[tuple[tuple[object, ...], ...]]
) -> None:
    life = Life()
    for performer in PERFORMERS[:2]:
        life.statuses[payee(performer)] = "DE"
    for name, *given_ in (*begun, *(act for month in months for act in month)):
        life.do(str(name), *given_)
        check(life)
