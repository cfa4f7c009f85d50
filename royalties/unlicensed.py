"""What was found in a cut and no licence covers: who is due for it, at which price, and why kept.

Where a usage line's amount is divided by points, everybody found has a part in it, strangers too.
Elsewhere a use that was refused is priced by the tariff that the collector names for unlicensed
uses of its kind; one that waits for a person is not, since nobody has said yet who that is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fingerprint.models import Span
from licensing.models import TariffRef, TariffTerm
from licensing.models_clearance import Clearance, SpanVerdict, Verdict
from registry.models.works import KindOfUse
from registry.spans import merge
from royalties.collecting import NOBODY, Claimed, Collectors
from royalties.entitlement import BEFORE_ACTIVE, Creditor, why_not
from royalties.models import ClearedUse, Origin, UsageLine
from royalties.outcomes import Outcome
from royalties.tariffs.models import Kind, Split, Tariff
from royalties.tariffs.times import in_force_in

STRANGERS = "strangers"
HELD = "/held"
UNKNOWN_PERSON = "unknown-person"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody in a cut whom no licence covers; `performer_id` is empty where nobody knows who.

    `key` names the use, or the rest of one that is licensed in part. `refused` says that it was
    decided so, and does not wait for a person.
    """

    key: str
    performer_id: str
    kind: KindOfUse | None
    spans: tuple[Span, ...]
    refused: bool


@dataclass(frozen=True, slots=True)
class UnlicensedPrice:
    """From `from_period` on, unlicensed uses of a kind (None: of any) cost this; None ends it."""

    kind: KindOfUse | None
    from_period: str
    term: TariffTerm | None
    seq: int


@dataclass(frozen=True, slots=True)
class Unlicensed:
    """Everybody in a cut without a licence, whom their part belongs to, and the collectors' prices.

    `decision` is the newest clearance of the cut, whose tenant owes for it; `prices` are those of
    each book.
    """

    decision: Clearance
    found: tuple[Found, ...]
    creditors: Mapping[str, Creditor] = field(default_factory=dict)
    prices: Mapping[str, Sequence[UnlicensedPrice]] = field(default_factory=dict)
    collectors: Collectors = NOBODY

    def price(
        self, performer_id: str, kind: KindOfUse | None, line: UsageLine
    ) -> TariffTerm | None:
        """What whoever collects asks for a use in a usage line's month and place."""
        claim = Claimed(kind.value if kind else "", line.territory, performer_id, line.period)
        return price_of(self.prices.get(self.collectors.of(claim).book, ()), kind, line.period)


def found_in(clearance: Clearance, uses: Iterable[ClearedUse]) -> tuple[Found, ...]:
    """Whom a decision found and no licence covers; `uses` are those that earn under one.

    What an engagement paid for is not among them, nor invented figures and released extras. All
    strangers are one, for as long as any of them is there, since nobody knows how many they are.
    """
    ended = {use.use_id for use in uses if use.until_period is not None}
    licensed = {use.use_id for use in uses}
    groups: dict[tuple[str, str], list[SpanVerdict]] = {}
    for one in clearance.decision.spans:
        if one.verdict is not Verdict.CLEARED and one.use_id not in ended:
            groups.setdefault((one.performer_id or "", one.use_id or ""), []).append(one)
    strangers = [one for key in [*groups] if not key[0] for one in groups.pop(key)]
    found = [
        _found(use_id + HELD if use_id in licensed else use_id, performer_id, verdicts)
        for (performer_id, use_id), verdicts in sorted(groups.items())
    ]
    return (*found, *([_found(STRANGERS, "", strangers)] if strangers else ()))


def price_of(
    prices: Iterable[UnlicensedPrice], kind: KindOfUse | None, period: str
) -> TariffTerm | None:
    """What an unlicensed use of a kind costs in a month: of its own kind, else of any."""
    begun = [one for one in prices if one.from_period <= period and one.kind in (kind, None)]
    if not begun:
        return None
    return max(begun, key=lambda one: (one.kind is not None, one.from_period, one.seq)).term


def dividing(
    uses: Iterable[ClearedUse], line: UsageLine, tariffs: Mapping[TariffRef, Tariff]
) -> TariffTerm | None:
    """The price by which a line's amount is divided over everybody; None where licences differ."""
    shared = set()
    for use in uses:
        tariff = tariffs.get(use.tariff.tariff) if use.tariff.tariff else None
        if tariff is None or not _divides(tariff, line):
            continue
        if in_force_in(tariff, line.period) and why_not(use, line) is None:
            shared.add(use.tariff)
    return shared.pop() if len(shared) == 1 else None


def without_licence(
    use: ClearedUse, cause: str, line: UsageLine, term: TariffTerm | None, here: Unlicensed
) -> ClearedUse | None:
    """A licensed use where its licence does not reach: kept by the line's price or the collector's.

    A month before the performer's enrolment was active is nobody's claim: it is only taken out of
    a divided amount.
    """
    known = cause != BEFORE_ACTIVE
    price = term or (here.price(use.performer_id, use.kind, line) if known else None)
    if price is None:
        return None
    outcome = Outcome.HELD if known else Outcome.UNIDENTIFIED
    return use._replace(licence_id="", tariff_id="", tariff=price, outcome=outcome, cause=cause)


def claim_of(
    one: Found, line: UsageLine, term: TariffTerm | None, here: Unlicensed
) -> ClearedUse | None:
    """What somebody without a licence is due by a usage line; None where nothing prices it."""
    creditor = here.creditors.get(one.performer_id)
    early = creditor is not None and line.period < creditor.from_period
    known = creditor is not None and not early
    asked = known and one.refused
    price = term or (here.price(one.performer_id, one.kind, line) if asked else None)
    if price is None:
        return None
    cause = "not-licensed" if known else BEFORE_ACTIVE if early else UNKNOWN_PERSON
    decided = here.decision
    return ClearedUse(
        cut_id=decided.cut_id,
        use_id=one.key,
        performer_id=one.performer_id,
        performer_tenant_id=creditor.tenant_id if creditor else "",
        payee_id=creditor.payee_id if creditor else "",
        licensee_id=decided.tenant_id,
        kind=one.kind,
        spans=one.spans,
        licence_id="",
        tariff_id="",
        tariff=price,
        territories=(),
        clearance_id=decided.id,
        scan_id=decided.scan_id,
        model_ids=decided.decision.model_ids,
        threshold_ids=decided.decision.threshold_ids,
        outcome=Outcome.HELD if known else Outcome.UNIDENTIFIED,
        cause=cause,
    )


def _divides(tariff: Tariff, line: UsageLine) -> bool:
    """Whether a tariff makes one amount of a line, or of all lines of its dataset."""
    if line.origin is Origin.TRAINING:
        return tariff.kind is Kind.TRAINING_POOL
    return tariff.split is Split.POINTS


def _found(key: str, performer_id: str, verdicts: Sequence[SpanVerdict]) -> Found:
    refused = all(one.verdict is Verdict.REFUSED for one in verdicts)
    spans = merge(one.span for one in verdicts)
    return Found(key, performer_id, verdicts[0].kind, spans, refused)
