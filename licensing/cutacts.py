"""What the parties of a licence do about one cut: the performer's side approves or declines it, the
studio gives notice of the use. The newest word counts, so that either side can think again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licensing.known import CutActs


class Act(StrEnum):
    """Approving and declining is the performer's side's, giving notice the licensee's."""

    APPROVED = "approved"
    DECLINED = "declined"
    NOTICED = "noticed"


@dataclass(frozen=True, slots=True)
class CutAct:
    """One act about one cut under one licence; `tenant_id` is who acted."""

    id: str
    tenant_id: str
    licence_id: str
    cut_id: str
    act: Act
    seq: int
    recorded_at: datetime


def acts_by_licence(acts: Iterable[CutAct]) -> Mapping[str, CutActs]:
    """What holds per licence for one cut: the newest word, and the first notice.

    A notice that is repeated counts from the first time, as the other side knows since then.
    """
    approved: dict[str, bool] = {}
    noticed: dict[str, datetime] = {}
    for item in sorted(acts, key=lambda act: act.seq):
        if item.act is Act.NOTICED:
            noticed.setdefault(item.licence_id, item.recorded_at)
        else:
            approved[item.licence_id] = item.act is Act.APPROVED
    return {
        licence_id: CutActs(approved.get(licence_id), noticed.get(licence_id))
        for licence_id in approved.keys() | noticed.keys()
    }
