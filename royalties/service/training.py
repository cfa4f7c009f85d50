"""What models earned that were trained with a dataset, reported by month, and divided over it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from core.currencies import check_listed
from core.db import next_seq
from core.errors import BadInput
from core.ids import is_id, new_id
from core.principal import Principal, require
from licensing.models import TariffRef
from registry.models.works import ANYWHERE
from registry.store import datasets
from registry.territories import ALPHA_2
from royalties.begun import newest_month
from royalties.entitlement import entitled
from royalties.models import ImportReport, Origin, UsageLine
from royalties.service.books import collector
from royalties.service.entitlements import Grounds, grounds_of
from royalties.service.periods import check_month
from royalties.store import intake
from royalties.store import training as store
from royalties.tariffs.forms import COUNT_MAX
from royalties.tariffs.models import Tariff
from royalties.tariffs.rates import AmountWithWorking
from royalties.training import DatasetMonth, Trained, TrainingReport, divided, in_cut, rows_of
from royalties.unlicensed import found_in

PERFORMERS_MAX = 10_000
CUTS_AT_ONCE = 200
_Amounts = Mapping[str, AmountWithWorking] | str


def report_training(
    session: Session, principal: Principal, report: TrainingReport, *, now: datetime
) -> TrainingReport:
    """Report what a model earned in a month; a later report of the same month takes its place.

    Raises `NotFound` for a dataset that is not one's own, `BadInput` for what is no month or
    count, for a month that has not begun, and for no income.
    """
    # Load.
    require(principal, "usage")
    _check(report, now)
    dataset = datasets.get_dataset(session, principal, report.dataset_id)
    cuts = store.cuts_of(session, principal, [one.submission_id for one in dataset.files])
    # Decide.
    rows = rows_of(report, cuts)
    made = replace(report, seq=next_seq(session))
    # Save.
    import_id = new_id("imp")
    owners = dict.fromkeys(cuts, principal.tenant_id)
    added = intake.add_lines(
        session,
        principal,
        rows,
        import_id=import_id,
        owners=owners,
        at=now,
        origin=Origin.TRAINING,
    )
    count = len(rows) if added is None else len(added)
    if count:
        taken = ImportReport(
            import_id, "", None, count, count, 0, 0, 0, (), (), form=Origin.TRAINING.value
        )
        intake.add_import(session, principal, taken, at=now)
    store.add(session, principal, made, collector=collector(session), at=now)
    return made


def list_reports(
    session: Session, principal: Principal, dataset_id: str | None = None
) -> tuple[TrainingReport, ...]:
    """One's own reports, of a dataset or of all, newest first; the newest of a month counts."""
    require(principal, "usage")
    return store.of_licensee(session, principal, dataset_id)


@dataclass(slots=True)
class TrainingsOf:
    """A licensee's datasets, each divided once: keep it for as long as nothing is reported."""

    session: Session
    principal: Principal
    _people: dict[tuple[str, str], tuple[Trained, ...]] = field(default_factory=dict)
    _known: dict[tuple[TariffRef, str, str], _Amounts] = field(default_factory=dict)

    def of(self, ref: TariffRef, tariff: Tariff, line: UsageLine) -> _Amounts:
        """What everybody gets of the pool of the dataset that this line is of, or why nobody."""
        key = (ref, line.reference, line.period)
        if key not in self._known:
            told = store.of_licensee(self.session, self.principal, line.reference, line.period)
            # A line tells of its report, and the newest of a month is the first of them.
            self._known[key] = divided(tariff, self._trained(told[0]), told[0])
        return self._known[key]

    def reported(self, period: str) -> list[DatasetMonth]:
        """Every dataset of which something was reported of a month, by the newest report."""
        newest: dict[str, TrainingReport] = {}
        for one in store.of_licensee(self.session, self.principal, period=period):
            newest.setdefault(one.dataset_id, one)
        whose = self.principal.tenant_id
        return [DatasetMonth(whose, one, self._trained(one)) for one in newest.values()]

    def _trained(self, report: TrainingReport) -> tuple[Trained, ...]:
        key = (report.dataset_id, report.period)
        if key not in self._people:
            self._people[key] = tuple(self._look_up(report))
        return self._people[key]

    def _look_up(self, report: TrainingReport) -> list[Trained]:
        dataset = datasets.get_dataset(self.session, self.principal, report.dataset_id)
        ids = [one.submission_id for one in dataset.files]
        cuts = store.cuts_of(self.session, self.principal, ids)
        rows = rows_of(report, cuts)
        names = intake.line_ids([row.content_hash for row in rows])
        found: list[Trained] = []
        for start in range(0, len(rows), CUTS_AT_ONCE):
            some = list(zip(names, rows, strict=True))[start : start + CUTS_AT_ONCE]
            grounds = grounds_of(self.session, self.principal, [row.cut_id for _, row in some])
            for line_id, row in some:
                if row.cut_id in grounds:
                    found += _in_cut(grounds[row.cut_id], line_id, cuts[row.cut_id])
        return found


def _in_cut(grounds: Grounds, line_id: str, work_id: str) -> list[Trained]:
    uses, _ = entitled(grounds.history, grounds.parties)
    return in_cut(line_id, work_id, uses, found_in(grounds.history[-1], uses))


def _check(report: TrainingReport, now: datetime) -> None:
    check_month(report.period)
    if report.period > newest_month(now):
        raise BadInput(
            f"{report.period} has not begun.",
            next_step="Report it once the month is there.",
            code="period-in-future",
        )
    if report.territory not in (ANYWHERE, *ALPHA_2):
        raise BadInput("This is no territory.", next_step="Write a code such as DE, or leave it.")
    if not (report.income_micro and report.currency):
        raise BadInput("Nothing is reported.", next_step="Name the income and its currency.")
    check_listed(report.currency)
    counts = [report.unnamed, *report.outputs.values()]
    if any(not 0 <= one <= COUNT_MAX for one in counts) or len(counts) > PERFORMERS_MAX:
        raise BadInput("Outputs are whole numbers.", next_step="Write them without signs.")
    strange = next((name for name in report.outputs if not is_id("prf", name)), None)
    if strange is not None:
        raise BadInput(f"{strange} names no performer.", next_step="Write ids such as prf_...")
