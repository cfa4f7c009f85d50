"""What is told of rule packs, field by field; every text in both languages."""

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from core.forms import Form, Moment
from licensing.rulepacks.models import Basis, Certainty, Standing, Verdict

# As a table of cases writes it.
Answered = Annotated[str, WithJsonSchema({"type": "string", "enum": [*map(str, Verdict), "-"]})]


class BothOut(Form):
    """A text in both languages."""

    en: str
    de: str


class RuleOut(Form):
    """One rule: where it `applies`, what it `wants`, and `unless` what.

    A duty is shown and never judged; a `label` is judged elsewhere, as a warning.
    """

    id: str
    kind: Literal["label", "duty", "judged"]
    verdict: Verdict | None
    clause: BothOut
    source: str
    certainty: Certainty
    territories: list[str]
    applies: BothOut
    wants: BothOut
    unless: BothOut


class PackOut(Form):
    """The rules of one jurisdiction; a bill and a house rule are no law and are applied too.

    `union_only` packs bind where the licence states an agreement with a union.
    """

    id: str
    title: BothOut
    standing: Standing
    state: Literal["to-come", "begun", "expired"]
    jurisdiction: str
    territories: list[str]
    valid_from: Moment
    valid_until: Moment | None
    source: str
    certainty: Certainty
    union_only: bool
    note: BothOut | None
    rules: list[RuleOut]


class FindingOut(Form):
    """What one rule says of terms, and why."""

    pack: str
    rule: str
    verdict: Verdict
    basis: Basis
    clause: BothOut
    why: BothOut
    source: str
    certainty: Certainty


class Findings(Form):
    """The worst verdict, and every rule that concerns the consent with its explanation."""

    verdict: Verdict
    findings: list[FindingOut]


class CaseOut(Form):
    """A row of a table of cases that came out otherwise; `-` where no rule said anything."""

    line: int
    pack: str
    rule: str
    case: str
    expected: Answered
    found: Answered


class Tried(Form):
    """How many rows came out as expected, and those that did not."""

    rows: int
    as_expected: int
    others: list[CaseOut]
