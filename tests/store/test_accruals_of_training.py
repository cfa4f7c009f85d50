"""Training pools: a dataset's month is divided over everybody in it, to the millionth."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from core.db import next_seq
from core.errors import BadInput, NotFound
from core.ids import new_id
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.datasets import Dataset, DatasetFile
from registry.models.evidence import Submission, SubmissionKind, SubmissionState
from registry.models.people import Performer
from registry.models.works import Cut, CutFormat, Declaration, KindOfUse, Medium, Work, WorkLevel
from registry.store import datasets, submissions, works
from royalties import accounts
from royalties.models import Origin
from royalties.models_runs import RunKind
from royalties.outcomes import Outcome
from royalties.service.dryruns import DryRun, dry_run
from royalties.service.training import list_reports, report_training
from royalties.service.usage import import_usage
from royalties.store import run_lines
from royalties.tariffs.models import IncomeKind
from royalties.training import TrainingReport
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import REPORTED_AT, Stage, found
from tests.store.test_accruals_by_tariff import agree, stated, total
from tests.store.test_accruals_unlicensed import standing
from tests.store.test_books_replay import exported, replayed
from tests.store.test_runs import Money
from tests.store.today import NOW
from tests.unit.royalties.tariff_tables import rows

MONTH = "2026-11"
TRAIN = KindOfUse.TRAIN_MODEL
INCOME = {IncomeKind.TRAINING: 1_000_000_000, IncomeKind.SUBSCRIPTIONS: 200_000_000}
TABLE = rows("## Training")


@dataclass
class Trained:
    """A dataset as the worked table has it: people by their letter, cuts by their number."""

    stage: Stage
    people: dict[str, Performer] = field(default_factory=dict)
    cuts: dict[str, str] = field(default_factory=dict)
    dataset_id: str = ""

    def prepare(self, tariff: str = "stim-training", currency: str = "SEK") -> None:
        named = TariffTerm(TariffKind.TARIFF, 0, currency, TariffRef(tariff))
        term = agree(self.stage, named)
        for row in TABLE:
            if row["who"] not in self.people:
                self.people[row["who"]] = self.stage.performer()
                if row["goes to"] == "licensed":
                    self.stage.licence(self.people[row["who"]], term, kinds=(TRAIN,))
        works_of = {name: self._work() for name in {row["work"] for row in TABLE}}
        self.cuts = {row["cut"]: self._cut(works_of[row["work"]]) for row in TABLE}
        for number, cut_id in self.cuts.items():
            there = [self.people[row["who"]] for row in TABLE if row["cut"] == number]
            self.stage.clear(cut_id, *(found(cut_id, who, kind=TRAIN) for who in there))
        self.dataset_id = self._dataset()

    def report(self, period: str = MONTH, **changes: object) -> None:
        outputs = {self.people["a"].id: 60, self.people["b"].id: 20}
        said = TrainingReport(self.dataset_id, period, INCOME, "SEK", outputs, 20)
        with self.stage.db.write() as session:
            told = replace(said, **changes)  # type: ignore[arg-type]
            report_training(session, self.stage.studio, told, now=REPORTED_AT)

    def totals(self) -> dict[str, int]:
        """What stands on each statement, which is computed again from itself, or is held."""
        balances = standing(self.stage)
        return {
            name: total(self.stage, one) - balances.get(accounts.held(one.id), 0)
            for name, one in self.people.items()
        }

    def _work(self) -> str:
        studio = self.stage.studio.tenant_id
        work = Work(new_id("wrk"), studio, WorkLevel.FILM, None, "Voices", {})
        with self.stage.db.write() as session:
            works.add_work(session, work, at=NOW)
        return work.id

    def _cut(self, work_id: str) -> str:
        studio = self.stage.studio.tenant_id
        cut = Cut(new_id("cut"), studio, work_id, "v1", CutFormat.VERTICAL, "de", None)
        with self.stage.db.write() as session:
            works.add_cut(session, cut, at=NOW)
        return cut.id

    def _dataset(self) -> str:
        studio = self.stage.studio.tenant_id
        declared = Declaration(date(2026, 12, 1), ("DE",), Medium.SERIES, "de", dataset=True)
        files = []
        with self.stage.db.write() as session:
            for cut_id in self.cuts.values():
                one = Submission(
                    id=new_id("sub"),
                    tenant_id=studio,
                    cut_id=cut_id,
                    kind=next(iter(SubmissionKind)),
                    object_name=None,
                    filename="a.mp4",
                    size_bytes=1,
                    declaration=declared,
                    state=next(iter(SubmissionState)),
                    created_at=NOW,
                )
                submissions.add_submission(session, one, seq=next_seq(session))
                files.append(DatasetFile(new_id("sub"), one.id))
            seq = next_seq(session)
            made = Dataset(new_id("dat"), studio, "Voices", "m-1", "", tuple(files), seq, NOW)
            datasets.add_dataset(session, made, at=NOW)
        return made.id


def trial(stage: Stage, **figures: object) -> DryRun:
    with stage.db.read() as session:
        return dry_run(session, stage.studio, "stim-training", period=MONTH, figures=figures)


@pytest.fixture
def trained(world: TestWorld) -> Trained:
    made = Trained(Stage(world))
    made.prepare()
    return made


@pytest.fixture
def office(trained: Trained) -> Iterator[Office]:
    with office_of(trained.stage) as opened:
        yield opened


EXPECTED = {
    name: sum(int(row["amount in millionths"]) for row in TABLE if row["who"] == name)
    for name in "abc"
}


def test_a_trial_divides_what_was_reported_unless_an_income_is_supposed(trained: Trained) -> None:
    trained.report()
    held = sum(int(r["amount in millionths"]) for r in TABLE if r["goes to"] != "licensed")
    people = {trained.people[name].id: due for name, due in EXPECTED.items() if due != held}
    tried = trial(trained.stage)
    assert {one.performer_id: one.amount_micro for one in tried.performers} == people
    assert (dict(tried.others), len(tried.told)) == ({Outcome.HELD: held}, 1)
    trained.stage.accrue()
    assert all(one.difference_micro == 0 for one in trial(trained.stage).performers)
    supposed = trial(trained.stage, whole={"income": {"training": "100"}, "currency": "SEK"})
    assert sum(one.amount_micro for one in supposed.performers) == 50_000_000


def test_the_worked_table_is_what_accrues_and_stands_on_statements(trained: Trained) -> None:
    trained.report()
    made = trained.stage.accrue()
    assert (made.new, made.kept) == (len(TABLE), {Outcome.HELD: 1})
    assert trained.totals() == EXPECTED
    of_a = {
        (line.pins.cut_id, line.amount_micro)
        for line in stated(trained.stage, trained.people["a"]).lines
    }
    mine = [row for row in TABLE if row["who"] == "a"]
    assert of_a == {(trained.cuts[r["cut"]], int(r["amount in millionths"])) for r in mine}
    for line in stated(trained.stage, trained.people["a"]).lines:
        assert (line.pins.origin, line.pins.kind) == (Origin.TRAINING, TRAIN)
        assert line.working["dataset"] == trained.dataset_id
    assert trained.stage.accrue().unchanged == len(TABLE)


def test_works_and_outputs_are_as_the_table_says(trained: Trained) -> None:
    trained.report()
    trained.stage.accrue()
    for who in "ab":
        lines = {one.pins.cut_id: one for one in stated(trained.stage, trained.people[who]).lines}
        for row in [row for row in TABLE if row["who"] == who]:
            working = lines[trained.cuts[row["cut"]]].working
            assert str(working["training"]).split(" ")[2] == row["works"]
            assert str(working["attributed"]).split(" ")[2] == row["outputs"]


def test_a_later_report_divides_its_month_anew_and_touches_no_other(trained: Trained) -> None:
    trained.report()
    trained.report("2026-10")
    trained.stage.accrue()
    trained.report(income_micro={IncomeKind.TRAINING: 2_000_000_000}, outputs={}, unnamed=0)
    made = trained.stage.accrue()
    assert (made.reversed, made.new, made.unchanged) == (5, 5, 5)
    assert sum(trained.totals().values()) == 1_000_000_000 + EXPECTED["c"], "held in both months"
    trained.report(territory="DE")
    made = trained.stage.accrue()
    assert (made.reversed, made.new) == (5, 5), "the month is not paid in two places"
    assert trained.totals() == EXPECTED | {"c": 127_000_000 + 127_000_000}


def test_nobody_gains_when_another_is_found_and_usage_shown_earns_nothing(
    trained: Trained,
) -> None:
    trained.report()
    trained.stage.accrue()
    cut_id, dora = trained.cuts["3"], trained.stage.performer()
    there = [trained.people["a"], trained.people["c"], dora]
    trained.stage.clear(cut_id, *(found(cut_id, who, kind=TRAIN) for who in there))
    trained.stage.import_lines(f"{cut_id},DE,{MONTH},1000")
    made = trained.stage.accrue()
    assert made.kept == {Outcome.HELD: 2}
    assert "tariff-of-a-pool" in {one.reason.code for one in made.skipped}
    held = -standing(trained.stage)[accounts.held(dora.id)]
    assert held == (500_000_000 + 8_000_000) // 5
    assert sum(trained.totals().values()) + held == 540_000_000


def test_another_price_earns_nothing_by_a_dataset(world: TestWorld) -> None:
    trained = Trained(Stage(world))
    trained.prepare("gema-ai", "EUR")
    trained.report()
    made = trained.stage.accrue()
    assert made.new == 0
    assert {one.reason.code for one in made.skipped} >= {"tariff-not-of-training"}


def test_a_dataset_is_booked_again_from_facts_and_a_touched_one_is_not(
    trained: Trained, office: Office, tmp_path: Path
) -> None:
    trained.report()
    trained.stage.accrue()
    trained.report(unnamed=30)
    trained.stage.accrue()
    lines = exported(office)
    done, database = replayed(tmp_path, lines)
    database.close()
    assert (done.same, done.transactions) == (True, 15)
    (tmp_path / "touched").mkdir()
    touched = [
        line.replace('"training_micro":"1000000000"', '"training_micro":"999999999"')
        for line in lines
    ]
    assert touched != lines
    other, database = replayed(tmp_path / "touched", touched)
    database.close()
    assert not other.same


def test_a_run_hands_training_money_on_under_its_own_category(
    trained: Trained, office: Office
) -> None:
    trained.report()
    trained.stage.accrue()
    money = Money(office)
    money.receive()
    run = money.run()
    with office.shared.read() as session:
        lines = run_lines.page(session, office.clerk, run.id)
    handed = [one for one in lines if one.category]
    assert (run.kind, {one.category for one in handed}) == (RunKind.FIRST, {"training"})
    assert sum(one.received_micro for one in handed) == EXPECTED["a"] + EXPECTED["b"]


@pytest.mark.parametrize(
    "changes",
    [
        {"period": "2026"},
        {"period": "2030-01"},
        {"income_micro": {}},
        {"unnamed": -1},
        {"outputs": {"anna": 1}},
        {"territory": "XX"},
    ],
)
def test_what_reports_nothing_sound_is_refused(
    trained: Trained, changes: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        trained.report(**changes)


def test_only_ones_own_dataset_is_reported_and_its_line_is_not_corrected_by_hand(
    trained: Trained,
) -> None:
    stranger = trained.stage.world.principal("studio", "usage")
    said = TrainingReport(trained.dataset_id, MONTH, INCOME, "SEK", {})
    with trained.stage.db.write() as session, pytest.raises(NotFound):
        report_training(session, stranger, said, now=REPORTED_AT)
    trained.report()
    trained.stage.accrue()
    line = stated(trained.stage, trained.people["a"]).lines[0].pins
    text = (
        f"cut_id,territory,period,views,supersedes\n{line.cut_id},DE,{MONTH},1,{line.usage_line_id}"
    )
    with trained.stage.db.write() as session:
        taken = import_usage(session, trained.stage.studio, text.encode(), now=REPORTED_AT)
        assert [one.cause for one in taken.rejects] == ["unknown-line"]
        assert [one.unnamed for one in list_reports(session, trained.stage.studio)] == [20]
        assert list_reports(session, stranger) == ()
