"""Figures of a series: a face or voice that keeps coming back and that no print explains.

A figure is asked about once and answered once, for every cut of the series. It holds no vector:
what was seen of it stays under the traces, for as long as those may be kept.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.ids import is_id
from fingerprint.models import Modality, Span


class Answer(StrEnum):
    """Who somebody is, as the studio says; OPEN takes an answer back, MERGED says "the same as"."""

    PERFORMER = "performer"
    EXTRA = "extra"
    CHARACTER = "character"
    NOBODY = "not_a_person"
    ASK = "licence_to_be_asked"
    MERGED = "merged"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class FigureAnswer:
    """What was answered about a figure; the newest holds.

    `reference` is an extra's release, or an invented figure's name or its id where it is enrolled,
    `performer_id` whom it links to, `into` the figure that this one is the same as. `id` stands
    for the person's word wherever a match would be named.
    """

    id: str
    figure_id: str
    answer: Answer
    reference: str
    performer_id: str
    into: str
    reviewer: str
    seq: int
    recorded_at: datetime

    @property
    def settles(self) -> bool:
        """Whether nothing is left to be asked."""
        return self.answer not in (Answer.OPEN, Answer.ASK)

    @property
    def character_id(self) -> str:
        """The enrolled figure that it is said to be, empty where it is none."""
        named = self.answer is Answer.CHARACTER and is_id("chr", self.reference)
        return self.reference if named else ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One face or voice of one series (its topmost work below a universe)."""

    id: str
    tenant_id: str
    series_id: str
    modality: Modality
    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """A trace that belongs to a figure; the link with the highest seq holds for a trace.

    With a `split_id` it is only the part of a lane that a person split off.
    """

    trace_id: str
    figure_id: str
    scan_id: str
    submission_id: str
    cut_id: str
    modality: Modality
    spans: tuple[Span, ...]
    seq: int
    split_id: str = ""
