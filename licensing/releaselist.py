"""Which of a studio's releases are meant, and in which order they stand: values alone."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licensing.models_clearance import Verdict


class Order(StrEnum):
    """What a list of releases goes by."""

    NEXT = "next"
    LATEST = "latest"
    TITLE = "title"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Sought:
    """Releases with one of these verdicts, from a day up to a day, of a work or what is below it.

    What is empty does not narrow. `performer_id` is somebody whose use was decided on.
    """

    verdicts: frozenset[Verdict] = frozenset()
    since: date | None = None
    until: date | None = None
    title: str = ""
    work_id: str = ""
    performer_id: str = ""
