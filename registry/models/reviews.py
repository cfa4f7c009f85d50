"""What people say about finds, as frozen values; every act stays, the newest that stands holds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.models import Modality, Span


class ReviewVerdict(StrEnum):
    """What a person says of a match; UNDONE takes an earlier word back and says nothing itself.

    UNSURE leaves the match as it is: it says that this person cannot say.
    """

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    SECOND = "second_opinion"
    UNSURE = "cannot_say"
    UNDONE = "undone"


class Why(StrEnum):
    """What a person's word rests on.

    A closed list, because free words about somebody's face would be one more thing to seal.
    """

    COMPARED = "compared"
    WAS_THERE = "was_there"
    PAPERS = "papers"
    NOT_ME = "not_me"
    SOMEBODY_ELSE = "somebody_else"
    TOO_POOR = "too_poor"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True)
class Review:
    """A person's word on a match of one submission.

    It holds where the same recording is found again, in a later scan or another cut. `by_tenant`
    is the side that spoke, `undoes` the word that this one takes back, `figure_id` who the find
    was put to when it was rejected.
    """

    id: str
    match_id: str
    submission_id: str
    cut_id: str
    performer_id: str
    modality: Modality
    spans: tuple[Span, ...]
    verdict: ReviewVerdict
    reviewer: str
    seq: int
    recorded_at: datetime
    by_tenant: str = ""
    why: str = ""
    undoes: str = ""
    figure_id: str = ""


@dataclass(frozen=True, slots=True)
class LaneSplit:
    """Part of a lane that is somebody else: `spans` go to the figure `figure_id`.

    A lane is one trace, which held two people; `performer_id` or `from_figure_id` is who it was
    taken for, by which the same lane is known again in a later scan. `tenant_id` is the studio,
    `by_tenant` the side that spoke, `audience` who else may read it.
    """

    id: str
    submission_id: str
    cut_id: str
    trace_id: str
    modality: Modality
    performer_id: str
    from_figure_id: str
    figure_id: str
    spans: tuple[Span, ...]
    reviewer: str
    why: str
    undoes: str
    seq: int
    recorded_at: datetime
    tenant_id: str
    by_tenant: str
    audience: str
