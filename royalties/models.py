"""The nouns of what is earned: usage lines, cleared uses, and accruals with all they rest on.

Amounts are integers of one millionth of the currency unit (`*_micro`), because rates per view are
far below a cent and binary floats lose digits. An accrual carries every id it rests on, so that
each cent leads back to seconds of media and a licence clause. What a book makes by the million is a
tuple, which takes a third of the time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from fingerprint.models import Reason, Span
from licensing.models import TariffTerm
from registry.models.works import KindOfUse
from royalties.outcomes import Outcome
from royalties.tariffs.models import IncomeKind


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact factor `numerator / denominator`, zero or more."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if self.numerator < 0 or self.denominator <= 0:
            raise ValueError("a factor is a ratio of whole numbers, zero or more")

    @classmethod
    def of(cls, exact: Fraction) -> "Ratio":
        """The same number in lowest terms."""
        return cls(exact.numerator, exact.denominator)

    @property
    def exact(self) -> Fraction:
        """The same number to reckon with."""
        return Fraction(self.numerator, self.denominator)


class Origin(StrEnum):
    """Where a usage line comes from; the first of them that tells a month counts.

    TRAINING stands beside them: a dataset holds the cut, whatever was shown of it. So does SISTER,
    of claims alone: a sister society collected by the line, and handed on what it came to.
    """

    REPORT = "report"
    EVENTS = "events"
    ESTIMATE = "estimate"
    TRAINING = "training"
    SISTER = "sister"


SHOWN = (Origin.REPORT.value, Origin.EVENTS.value)


@dataclass(frozen=True, slots=True)
class Reported:
    """Figures of a usage line beside its views; what nobody reported is None and never nought.

    `completion` is the part of viewers who stayed to the end, `days` may be part of one, `free`
    marks a free episode. An income has an amount, a kind and a currency, or none of them.
    """

    unique_views: int | None = None
    watched_ms: int | None = None
    completion: Ratio | None = None
    income_micro: int | None = None
    income_kind: IncomeKind | None = None
    currency: str | None = None
    payments: int | None = None
    free: bool | None = None
    subscribers: int | None = None
    days: Ratio | None = None

    def __post_init__(self) -> None:
        told = {value is None for value in (self.income_micro, self.income_kind, self.currency)}
        if len(told) > 1:
            raise ValueError("an income has an amount, a kind and a currency")

    def told(self) -> dict[str, int | str]:
        """The figures that were reported, by name; ratios in lowest terms as `3/10`."""
        found: dict[str, int | str] = {}
        for name in FIGURES:
            value = getattr(self, name)
            if isinstance(value, Ratio):
                value = str(value.exact)
            if value is not None:
                found[name] = int(value) if isinstance(value, bool) else value
        return found


NOTHING = Reported()
FIGURES = tuple(item.name for item in fields(Reported))


class UsageRow(NamedTuple):
    """One line of a usage report as it was read: a cut, and what was counted of it.

    `territory` is an ISO 3166-1 alpha-2 code or `*`, `period` a month `YYYY-MM`. `reference` is
    the reporter's own name for the line and tells two lines with the same figures apart.
    `supersedes` is the id of the line that this one corrects. `names` are identifiers of the cut,
    then of people, as (scheme, value); what those of the cut name is looked up where the line does
    not say its cut itself. They are kept beside the line and tell none apart.
    A tuple, because a million of them are made; `text`, the line as it came, tells none apart.
    """

    line_no: int
    cut_id: str
    territory: str
    period: str
    views: int | None
    reference: str = ""
    reported: Reported = NOTHING
    supersedes: str | None = None
    names: tuple[tuple[str, str], ...] = ()
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UsageRow) and self[:-1] == other[:-1]

    def __hash__(self) -> int:
        return hash(self[:-1])

    @property
    def content_hash(self) -> str:
        """SHA-256 over the fields that are read: equal for exact duplicates in any column order.

        What was not reported adds nothing, so that a figure more to report changes no older hash.
        """
        _, cut_id, territory, period, count, reference, reported, supersedes, _, _ = self
        views = "" if count is None else count
        said = f"{cut_id}\x1f{territory}\x1f{period}\x1f{views}\x1f{reference}"
        if reported is not NOTHING:
            told = reported.told().items()
            said = "\x1f".join((said, *(f"{name}={value}" for name, value in told)))
        if supersedes is not None:
            said += f"\x1fsupersedes={supersedes}"
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class UsageLine:
    """A usage row that was taken in: from now on it is evidence and never changes.

    `names` are the identifiers that it bore, where it was read to be shown.
    """

    id: str
    tenant_id: str
    import_id: str
    line_no: int
    cut_id: str
    territory: str
    period: str
    views: int | None
    reference: str
    content_hash: str
    recorded_at: datetime
    reported: Reported = NOTHING
    supersedes: str | None = None
    origin: Origin = Origin.REPORT
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that was not taken in: `cause` is kebab-case, `column` is empty for the whole line.

    `text` is the line as it came, for whoever handed it in; reports, which are shown to others as
    well, do not repeat it.
    """

    line_no: int
    cause: str
    column: str = ""
    text: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a usage file; `lines` = accepted + duplicates + rejected.

    `known_file` names the earlier import of the very same bytes; a `running` one has taken in what
    stands up to `reached_line`. `overlapping` counts accepted lines whose cut, territory and period
    had been reported before by a line that they do not name: a person should look; `held`
    those that wait for a person. `rejects` keeps the first ones, `rejected` counts all.
    """

    import_id: str
    file_sha256: str
    known_file: str | None
    lines: int
    accepted: int
    duplicates: int
    overlapping: int
    rejected: int
    rejects: tuple[Reject, ...]
    ignored_columns: tuple[str, ...]
    sender: str = ""
    form: str = "csv"
    running: bool = False
    reached_line: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class TerritoryFactors:
    """A dated set of factors; territories it does not name count `default`."""

    id: str
    default: Ratio
    factors: Mapping[str, Ratio]

    def of(self, territory: str) -> Ratio:
        """The factor of one territory."""
        return self.factors.get(territory, self.default)


class ClearedUse(NamedTuple):
    """A use that somebody is due for: all that an accrual needs to know of it.

    LICENSED was cleared under a licence. Any other `outcome` was found without one, names its
    `cause`, and has no licence; the `parties` are those who claim more than the whole. Of people
    whom nobody knows performer, payee and kind are empty. `spans` are merged and in order.
    `until_period` is the last month that may still be earned when a later clearance refused the
    use because the licence had ended; `None` means no end.
    `from_period` is the first month that may be earned, "" where nothing bounds it.
    `paid_directly` says that by its licence nobody collects.
    """

    cut_id: str
    use_id: str
    performer_id: str
    performer_tenant_id: str
    payee_id: str
    licensee_id: str
    kind: KindOfUse | None
    spans: tuple[Span, ...]
    licence_id: str
    tariff_id: str
    tariff: TariffTerm
    territories: tuple[str, ...]
    clearance_id: str
    scan_id: str
    model_ids: tuple[str, ...]
    threshold_ids: tuple[str, ...]
    until_period: str | None = None
    from_period: str = ""
    outcome: Outcome = Outcome.LICENSED
    cause: str = ""
    parties: tuple[str, ...] = ()
    paid_directly: bool = False

    @property
    def use_ms(self) -> int:
        """Licensed time in milliseconds of the cut."""
        return sum(span.duration_ms for span in self.spans)


class Pins(NamedTuple):
    """Every fact a transaction rests on; replaying them gives the same amount.

    A tuple, because a book holds a million of them.
    """

    usage_line_id: str
    cut_id: str
    territory: str
    period: str
    views: int | None
    use_id: str
    performer_id: str
    payee_id: str
    kind: KindOfUse | None
    spans: tuple[Span, ...]
    licence_id: str
    tariff_id: str
    tariff: TariffTerm
    factor: Ratio
    factor_set_id: str
    clearance_id: str
    scan_id: str
    model_ids: tuple[str, ...]
    threshold_ids: tuple[str, ...]
    reported: Reported = NOTHING
    outcome: Outcome = Outcome.LICENSED
    cause: str = ""
    parties: tuple[str, ...] = ()
    origin: Origin = Origin.REPORT

    @property
    def use_ms(self) -> int:
        """Licensed time in milliseconds of the cut."""
        return sum([span.end_ms - span.start_ms for span in self.spans])


class Accrual(NamedTuple):
    """What is owed to one performer for one use by one usage line.

    `live_key` names usage line, performer and use; `facts_key` is equal as long as nothing that
    matters has changed. The debtor is a tenant, the creditor a payee. `book` is the tenant who
    collects it, "" where that is not asked.
    """

    live_key: str
    facts_key: str
    licensee_id: str
    performer_tenant_id: str
    amount_micro: int
    working: Mapping[str, int | str]
    pins: Pins
    book: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A use that earns nothing, and why; `usage_lines` counts the lines it concerns.

    A use that no clearance cleared under a licence concerns no line: 0.
    """

    use_id: str
    performer_id: str
    reason: Reason
    usage_lines: int


@dataclass(frozen=True, slots=True)
class AccrualReport:
    """What an accrual run did, in accruals, and every use that earned nothing with its reason.

    A recomputed accrual counts once under `reversed` and once under `new`. `kept` counts those
    that stand and are not a performer's yet, by outcome. Where all of this is empty, `nothing` is
    the code of why.
    """

    new: int
    unchanged: int
    reversed: int
    skipped: tuple[Skipped, ...]
    kept: Mapping[Outcome, int] = field(default_factory=dict)
    nothing: str = ""
