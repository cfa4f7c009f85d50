"""What a decision knows beside finds and licences: who is a child, what others were promised, what
was approved, which labels the file carries, and how the tenant treats unknown people.

Everything is given as known at one `seq`; nothing here is looked up by the rules themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from licensing.models import LicenceInForce
from licensing.models_standing import Standing
from licensing.models_staydown import Noticed
from licensing.models_suspension import Suspension
from licensing.rulepacks.models import Pack


class LabelState(StrEnum):
    """What was seen of one kind of label in the file: there, damaged, or not there."""

    PRESENT = "present"
    UNVERIFIABLE = "unverifiable"
    ABSENT = "absent"


class LabelScheme(StrEnum):
    """How a file can say that a machine made it."""

    C2PA = "c2pa"
    IPTC = "iptc"
    AIGC = "aigc"


class UnknownPolicy(StrEnum):
    """What an unknown person whom nobody answered for makes of a title."""

    REVIEW = "review"
    TOLERATE = "tolerate"


@dataclass(frozen=True, slots=True)
class LabelFound:
    """One kind of label as it was read from the file; `detail` is the value or what is wrong."""

    scheme: LabelScheme
    state: LabelState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CutActs:
    """What was done about one cut under one licence; `approved` `None` while nobody has spoken."""

    approved: bool | None = None
    noticed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The rest of what a decision rests on.

    `under` are suspensions by the id of a licence that its framework binds to them.
    By performer id: `suspensions`, `minors` (the 18th birthday), `deceased` (the day of death),
    `public_uses` (days of public use since) and `standings` (what was declared to everybody).
    By licence id: `acts` (what was approved or announced for this cut) and `other_cuts` (how many
    other cuts were cleared under it). `rivals` are exclusive licences of other studios.
    `confirmed`, `doubted` and `collisions` are ids of matches: those that a person confirmed, those
    of which a second opinion is wanted, and those where the studio answered that the figure is
    invented; `disputed` are those of the latter that the performer's side calls its performer.
    `figures` are names of the studio's own invented figures by id. `labels` is `None` where nobody
    looked for any. `packs` are the rule packs on file; those of the territories of release are
    asked. `unread` counts the parts of the file that could not be read in full. `noticed` are
    recordings in the cut about which notices were sent.
    """

    suspensions: Mapping[str, tuple[Suspension, ...]] = field(default_factory=dict)
    under: Mapping[str, tuple[Suspension, ...]] = field(default_factory=dict)
    minors: Mapping[str, date] = field(default_factory=dict)
    deceased: Mapping[str, date] = field(default_factory=dict)
    standings: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)
    public_uses: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    rivals: tuple[LicenceInForce, ...] = ()
    acts: Mapping[str, CutActs] = field(default_factory=dict)
    other_cuts: Mapping[str, int] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()
    collisions: frozenset[str] = frozenset()
    disputed: frozenset[str] = frozenset()
    figures: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[LabelFound, ...] | None = None
    packs: tuple[Pack, ...] = ()
    unread: int = 0
    noticed: tuple[Noticed, ...] = ()
    unknowns: UnknownPolicy = UnknownPolicy.REVIEW


NOTHING_ELSE = Known()
