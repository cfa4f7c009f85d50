"""The nouns of rule packs: a pack with its rules, the facts they are asked about, and a finding.

A rule is broken where everything in `when` holds, no group of `unless` does, and no group of
`must` does. A group is a conjunction of named conditions (see `conditions`), so that a lawyer can
read a rule without reading code. Where a fact is not known the answer is a person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from licensing.models import ANY, Terms
from licensing.models_clearance import LabelDuty
from registry.models.works import KindOfUse

Value = bool | int | tuple[str, ...] | tuple[tuple[str, ...], ...]
Group = Mapping[str, Value]


class Verdict(StrEnum):
    """What one rule says; a broken one says what its data say."""

    VALID = "valid"
    INVALID = "invalid"
    NEEDS_HUMAN = "needs_human"


class Certainty(StrEnum):
    """UNCONFIRMED was not read in the source itself; it is said wherever the rule is used."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class Standing(StrEnum):
    """What a pack is; a bill and a house rule are no law and are applied all the same."""

    LAW = "law"
    BILL = "bill"
    AGREEMENT = "agreement"
    HOUSE = "house"


class Basis(StrEnum):
    """Why a finding says what it says."""

    KEPT = "kept"
    WAIVED = "waived"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    en: str
    de: str

    def said(self, lang: str) -> str:
        """German for `de` and its regions, else English."""
        return self.de if lang.lower().startswith("de") else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; without `must` and `verdict` it is a duty that is shown and never judged.

    `territories` narrow those of the pack. `label` is a duty to label, judged elsewhere as a
    warning.
    """

    id: str
    clause: Words
    source: str
    certainty: Certainty
    verdict: Verdict | None = None
    territories: tuple[str, ...] = (ANY,)
    when: Group = field(default_factory=dict)
    unless: tuple[Group, ...] = ()
    must: tuple[Group, ...] = ()
    label: LabelDuty | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules of one jurisdiction, in force from `valid_from` until just before `valid_until`.

    `union_only` packs bind where the licence states an agreement with a union. `territories` are
    ISO 3166-1 or 3166-2 codes or `("*",)`.
    """

    id: str
    title: Words
    standing: Standing
    jurisdiction: str
    territories: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime | None
    recorded_at: datetime
    source: str
    certainty: Certainty
    rules: tuple[Rule, ...]
    note: Words | None = None
    union_only: bool = False

    def expired(self, at: datetime) -> bool:
        """Whether it ended at or before `at`."""
        return self.valid_until is not None and self.valid_until <= at


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """What is known about one consent, and about the release where there is one.

    `None` means that nobody knows yet. `performer_minor_until` is the 18th birthday, `None` for
    an adult. `kinds` and `media` are those of the release, empty for all that the terms name.
    `contexts` name the surroundings (`political`, `gambling` ..) and the occasion (`news`,
    `documentary`, `parody`, `fleeting`). `purposes` are the consents in force beside the licence,
    `public_uses` the days on which a dead person's likeness was used in public. Without
    `release_at` there is no release yet: a licence is being drafted.
    """

    terms: Terms
    signed_at: datetime | None = None
    performer_minor_until: date | None = None
    deceased_on: date | None = None
    public_uses: tuple[date, ...] = ()
    purposes: frozenset[str] | None = None
    territories: tuple[str, ...] = (ANY,)
    kinds: tuple[KindOfUse, ...] = ()
    media: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    guardians_due: tuple[str, ...] = ()
    guardians_signed: tuple[str, ...] | None = None
    child_agreed: bool | None = None
    in_suspension: bool = False
    release_at: date | None = None
    consent_covers: bool | None = None
    ai_labelled: bool = False
    reviewed: bool | None = None
    replaces_in_person: bool | None = None
    within_description: bool | None = None
    licensed_in_time: bool | None = None


@dataclass(frozen=True, slots=True)
class PackFinding:
    """What one rule says of the facts, with what a person needs to look it up.

    `asked` are the groups of conditions that decided: those that keep the rule, or those that
    waive it. `params` are figures for the sentence.
    """

    pack_id: str
    rule_id: str
    verdict: Verdict
    clause: Words
    source: str
    certainty: Certainty
    basis: Basis
    asked: tuple[Group, ...] = ()
    params: Mapping[str, str | int] = field(default_factory=dict)
