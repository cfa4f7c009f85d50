"""One act on many cuts at once: what is done, and what became of each cut."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

CUTS_MAX = 10_000


class BulkAct(StrEnum):
    """What is done with every cut."""

    DECIDE = "decide"
    SCAN = "scan"
    CERTIFY = "certify"
    RELEASE = "release"
    ASK = "ask"


class ItemState(StrEnum):
    """How far one cut is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Bulk:
    """An act on many cuts; `settings` hold what the act needs (a release date, a price)."""

    id: str
    tenant_id: str
    act: BulkAct
    settings: Mapping[str, Any]
    cuts: int
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class BulkItem:
    """One cut of an act. `outcome` is a verdict or the id of what was made; a refusal has a code,
    a sentence and the next step."""

    place: int
    cut_id: str
    state: ItemState = ItemState.WAITING
    outcome: str = ""
    code: str = ""
    message: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cuts of an act are done, were refused, and are still to come."""

    done: int
    refused: int
    waiting: int
