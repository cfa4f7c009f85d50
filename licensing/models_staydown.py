"""Stay-down: recordings that stand noticed, where they are in a submission, and what is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.content.models import Part
from fingerprint.models import Span
from licensing.models_enforcement import Policy


class Hold(StrEnum):
    """How far a recording is kept down: a notice STANDS, is CONTESTED, or there is none left."""

    STANDS = "stands"
    CONTESTED = "contested"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Recording:
    """A clip about which a notice was sent: `spans` are where its performer surely is, by part.

    `sealed` are its packed content prints by part; empty once they are no longer kept.
    """

    clip_id: str
    tenant_id: str
    performer_id: str
    sha256: str
    spans: Mapping[Part, tuple[Span, ...]]
    sealed: Mapping[Part, bytes]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where in a submission one part of a noticed recording is again.

    `exact` is the same recording; in `altered` something was laid over it or taken away, or a codec
    left too little to tell.
    """

    clip_id: str
    performer_id: str
    part: Part
    exact: tuple[Span, ...]
    altered: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Noticed:
    """A hit with what is known of it when a decision is made: notice, its day, what is wanted."""

    hit: Hit
    takedown_id: str
    noticed_at: datetime
    policy: Policy
    hold: Hold
