"""Figures beside usage lines, for a dry run: what a tariff counts and a report did not say.

A figure belongs to a cut and a territory, or to a performer; what is said of the whole belongs to a
pool. Nothing is guessed: a figure that fits more than one usage line has to name its reference.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import BadInput
from royalties.models import UsageLine
from royalties.tariffs.documents import faults_of
from royalties.tariffs.facts import Facts
from royalties.tariffs.forms import CLOSED, Amount, Count, Currency, Factor, Said, Share
from royalties.tariffs.models import IncomeKind, Role

ROWS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What was reported beside the usage lines of a month; what is left out nobody reported."""

    __pydantic_config__ = CLOSED

    cut_id: Said | None = None
    territory: Said | None = None
    reference: str | None = None
    performer_id: Said | None = None
    unique_views: Count | None = None
    watched_ms: Count | None = None
    completion: Share | None = None
    income: Mapping[IncomeKind, Amount] | None = None
    currency: Currency | None = None
    payments: Count | None = None
    free: bool = False
    subscribers: Count | None = None
    days: Factor | None = None
    works: Count | None = None
    outputs: Count | None = None
    agreed: Amount | None = None

    def on(self, facts: Facts) -> Facts:
        """These facts with what these figures add; what a report said itself stands.

        The agreed rate alone is the figure's, because the licence in force may name another.
        """
        names = ("unique_views", "watched_ms", "completion", "payments", "subscribers")
        said = {name: getattr(self, name) for name in (*names, "days", "works", "outputs")}
        told: dict[str, Any] = {
            name: value
            for name, value in said.items()
            if value is not None and getattr(facts, name) is None
        }
        if self.income is not None and facts.income_micro is None:
            told |= {"income_micro": self.income, "currency": self.currency or ""}
        if self.agreed is not None:
            told["agreed_micro"] = self.agreed
        return replace(facts, free=facts.free or self.free, **told)

    def fit(self, line: UsageLine) -> bool:
        """Whether they are about this usage line; what they leave open fits any."""
        wanted = (self.cut_id, self.territory, self.reference)
        held = (line.cut_id, line.territory, line.reference)
        return all(want in (None, have) for want, have in zip(wanted, held, strict=True))


@dataclass(frozen=True, slots=True)
class Beside:
    """All figures for a dry run, and the roles of performers.

    `whole` is what is said of the month altogether, `each` what holds for every line; its agreed
    rate where no licence names one.
    """

    __pydantic_config__ = CLOSED

    whole: Figures = Figures()
    each: Figures = Figures()
    rows: Annotated[tuple[Figures, ...], Field(max_length=ROWS_MAX)] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)

    def of_lines(self, lines: Sequence[UsageLine]) -> dict[str, Figures]:
        """The figures of each of these lines, by its id.

        Raises BadInput (figures-ambiguous) where two rows fit one line or one fits two.
        """
        by_cut: dict[str, list[UsageLine]] = {}
        for line in lines:
            by_cut.setdefault(line.cut_id, []).append(line)
        found: dict[str, Figures] = {}
        for row in self.rows:
            fitting = [line for line in by_cut.get(row.cut_id or "", []) if row.fit(line)]
            if len(fitting) > 1 or any(line.id in found for line in fitting):
                raise BadInput(
                    "Figures fit more than one usage line, or one line has two.",
                    next_step="Name its territory and its reference in each row.",
                    code="figures-ambiguous",
                )
            found |= {line.id: row for line in fitting}
        return found

    def of_performers(self) -> dict[str, Figures]:
        """The figures of each performer, by id, for what is no usage of a cut."""
        return {row.performer_id: row for row in self.rows if row.performer_id and not row.cut_id}


_ADAPTER: TypeAdapter[Beside] = TypeAdapter(Beside)


def beside_from_dict(data: Mapping[str, Any]) -> Beside:
    """Read figures; raises BadInput (bad-figures) naming each field at fault by its path."""
    try:
        return _ADAPTER.validate_json(json.dumps(data, allow_nan=False), strict=True)
    except ValidationError as exc:
        said = "; ".join(faults_of(exc))
    except (TypeError, ValueError, RecursionError):
        said = "they are no JSON"
    raise BadInput(
        f"These figures cannot be read ({said}).",
        next_step="The documentation of tariffs says what each field may hold.",
        code="bad-figures",
    )


def as_facts(figures: Figures) -> Facts:
    """What was reported of a pool as a whole, or of a performer."""
    return figures.on(Facts())
