"""Training pools: what a model earned in a month, divided over everybody it was trained with.

The dataset is the use: each of its cuts is a usage line of the month, and somebody's part of it
rests on the very seconds that were found there. Within the dataset a work counts once for each
performer, however many of its cuts are in it; outputs that name somebody who is not in it count as
naming nobody. Worked example: docs/tariffs.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from registry.models.works import ANYWHERE, KindOfUse
from royalties.models import ClearedUse, UsageRow
from royalties.tariffs.facts import Facts, missing
from royalties.tariffs.models import IncomeKind, Tariff, TrainingPool
from royalties.tariffs.pools import (
    ANALOGY,
    ATTRIBUTED,
    TRAINING,
    of_parts,
    price_pool,
    training_money,
)
from royalties.tariffs.rates import AmountWithWorking
from royalties.tariffs.working import bounded, income, stated
from royalties.unlicensed import Found

NOT_OF_TRAINING = "tariff-not-of-training"
_SAID = ("dataset", "training_micro", "counted_micro", "outputs_named", "outputs")
PINNED = (*_SAID, TRAINING, ATTRIBUTED, ANALOGY)
_OTHERS = ""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a model that was trained with a dataset earned in a month.

    `outputs` counts those that name a performer, by performer, `unnamed` those that name nobody.
    """

    dataset_id: str
    period: str
    income_micro: Mapping[IncomeKind, int]
    currency: str
    outputs: Mapping[str, int]
    unnamed: int = 0
    territory: str = ANYWHERE
    seq: int = 0

    @property
    def whole(self) -> Facts:
        """What was reported altogether."""
        return Facts(income_micro=self.income_micro, currency=self.currency)


@dataclass(frozen=True, slots=True)
class Trained:
    """Somebody in a cut of a dataset: the key of the use, and the work that the cut is of."""

    line_id: str
    key: str
    performer_id: str
    work_id: str

    @property
    def name(self) -> str:
        """What tells this part of the pool from all others."""
        return part_name(self.line_id, self.key)

    @property
    def person(self) -> str:
        """Whose works are counted; the strangers of a cut are one person, nobody knows who."""
        return self.performer_id or self.line_id


@dataclass(frozen=True, slots=True)
class DatasetMonth:
    """What a licensee reported of a dataset's month, and everybody in the dataset."""

    licensee_id: str
    report: TrainingReport
    people: tuple[Trained, ...]


def part_name(line_id: str, use_key: str) -> str:
    """The name of a use's part in the pool of a dataset."""
    return f"{line_id}/{use_key}"


def rows_of(report: TrainingReport, cut_ids: Iterable[str]) -> list[UsageRow]:
    """The usage line of each cut of a dataset; a further report of the month gives the same."""
    return [
        UsageRow(number, cut_id, report.territory, report.period, None, report.dataset_id)
        for number, cut_id in enumerate(sorted(set(cut_ids)), 1)
    ]


def in_cut(
    line_id: str, work_id: str, uses: Iterable[ClearedUse], found: Iterable[Found]
) -> list[Trained]:
    """Everybody whom a model is trained with by one cut, licensed or not.

    Strangers are among them where anybody else is: then the cut was decided on as a dataset.
    """
    kind = KindOfUse.TRAIN_MODEL
    told = [(one.use_id, one.performer_id) for one in uses if one.kind is kind]
    told += [(one.key, one.performer_id) for one in found if one.kind is kind]
    strangers = [(one.key, "") for one in found if not one.performer_id]
    return [Trained(line_id, key, who, work_id) for key, who in (*told, *strangers) if told]


def divided(
    tariff: Tariff, trained: Sequence[Trained], report: TrainingReport
) -> Mapping[str, AmountWithWorking] | str:
    """The amount of each part by its name, or the code of why there is none to divide."""
    lines = _facts(trained, report)
    if not trained or missing(tariff, lines[_OTHERS], whole=report.whole):
        return "tariff-facts-missing"
    said = {"dataset": report.dataset_id, **_figures(tariff, report, lines)}
    amounts = price_pool(tariff, lines, whole=report.whole).amounts
    return {
        name: AmountWithWorking(one.amount_micro, {**one.working, **said})
        for name, one in amounts.items()
        if name != _OTHERS
    }


def again_trained(tariff: Tariff, part: AmountWithWorking) -> AmountWithWorking | None:
    """A part from the stated facts of its dataset; None where one of them lacks.

    It follows to the millionth of each kind of money that only all parts together settle.
    """
    params, working = tariff.params, part.working
    assert isinstance(params, TrainingPool)
    try:
        said = {name: str(working[name]) for name in ("dataset", "outputs_named", "outputs")}
        training, counted = int(working["training_micro"]), int(working["counted_micro"])
        exact = training_money(params, training, counted, _ratio(said))
        total, bound = bounded(tariff, sum(exact.values(), Fraction(0)))
        due, weights = 0, {}
        for (name, money), whole in zip(exact.items(), of_parts(exact, total), strict=True):
            own, _, every = str(working[name]).partition(" x ")[2].partition(" / ")
            weights[name] = f"{money} x {own} / {every}"
            due += int(whole * Fraction(own) / Fraction(every)) if Fraction(every) else 0
    except (KeyError, ValueError, ZeroDivisionError):
        return None
    settled = part.amount_micro if 0 <= part.amount_micro - due <= len(exact) else due
    pool: dict[str, int | str] = {**stated(tariff), "pool_micro": total, "bound": bound, **weights}
    facts: dict[str, int | str] = {**said, "training_micro": training, "counted_micro": counted}
    return AmountWithWorking(settled, {**pool, **{name: facts[name] for name in _SAID}})


def _facts(trained: Sequence[Trained], report: TrainingReport) -> dict[str, Facts]:
    """Each part's share of a work and of the outputs that name its performer, and of all others."""
    of_work = Counter((one.person, one.work_id) for one in trained)
    parts = Counter(one.person for one in trained)
    found = {
        one.name: Facts(
            works=Fraction(1, of_work[one.person, one.work_id]),
            outputs=Fraction(report.outputs.get(one.performer_id, 0), parts[one.person]),
        )
        for one in trained
    }
    elsewhere = sum(count for who, count in report.outputs.items() if who not in parts)
    return {**found, _OTHERS: Facts(works=0, outputs=report.unnamed + elsewhere)}


def _figures(
    tariff: Tariff, report: TrainingReport, lines: Mapping[str, Facts]
) -> dict[str, int | str]:
    counted = income(tariff, report.whole)
    trained = report.income_micro.get(IncomeKind.TRAINING, 0)
    every = sum((Fraction(one.outputs or 0) for one in lines.values()), Fraction(0))
    return {
        "training_micro": min(counted, trained) if IncomeKind.TRAINING in tariff.counts else 0,
        "counted_micro": counted,
        "outputs_named": str(every - Fraction(lines[_OTHERS].outputs or 0)),
        "outputs": str(every),
    }


def _ratio(said: Mapping[str, str]) -> Fraction:
    """The part of all outputs that name somebody in the dataset."""
    every = Fraction(said["outputs"])
    return Fraction(said["outputs_named"]) / every if every else Fraction(0)
