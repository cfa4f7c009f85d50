"""What accruing a whole book is: how far it is, and what came of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BookAccrual:
    """One go through the cuts with decisions and usage, in the order of their ids.

    `after` is the last one done, `cuts` how many there were as it began. `skipped` counts uses
    that earned nothing by the code of why, `kept` what stands and is not a performer's yet by
    outcome; both as of this go.
    """

    id: str
    tenant_id: str
    recorded_at: datetime
    cuts: int
    running: bool = True
    done: int = 0
    after: str = ""
    new: int = 0
    unchanged: int = 0
    reversed: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
