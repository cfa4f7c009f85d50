"""What the page of mandates shows: who collects for whom, and where two would be paid."""

from typing import Any

from api.paging import Window
from api.web.office import Office
from core import approvals, tenants
from core.principal import holds
from core.tenants import OPERATOR
from registry.models.works import KindOfUse
from royalties.collecting import ANY, CollectingMandate, mandate_from_dict
from royalties.models_collecting import SoughtConflicts
from royalties.service import collecting, conflicts
from royalties.service.collectors import SOCIETIES_MAX, SOCIETY
from royalties.service.periods import DECIDERS

SHOWN = 50


def mandates_shown(office: Office, window: Window, conflict: str) -> dict[str, Any]:
    """All that the page places; of its mandates those in force first, the newest of each.

    `conflict` names the open conflict of the page before.
    """
    session, caller, today = office.session, office.caller, office.now.date()
    listed = collecting.list_mandates(session, caller, after=window.after, limit=window.limit)
    found = listed[: window.shown_max]
    current = [one for one in found if one.valid_until is None or one.valid_until > today]
    sought = SoughtConflicts(after=conflict, is_settled=False)
    waits = conflicts.list_conflicts(session, caller, sought, limit=SHOWN + 1)
    settled = SoughtConflicts(is_settled=True)
    held = [*waits[:SHOWN], *conflicts.list_conflicts(session, caller, settled, limit=SHOWN)]
    waiting = [
        (item, mandate_from_dict(item.payload))
        for item in approvals.open_approvals(session, caller)
        if item.action == collecting.MANDATE
    ]
    operator = caller.tenant_kind == OPERATOR
    societies = tenants.list_tenants(session, kind=SOCIETY, limit=SOCIETIES_MAX)
    about = [*found, *(one for _, one in waiting)]
    return {
        "mandates": [*current, *(one for one in found if one not in current)],
        "current": current,
        "more": found[-1].id if len(listed) > len(found) else "",
        "whole": not window.after and len(listed) == len(found),
        "further": waits[SHOWN - 1].id if len(waits) > SHOWN else "",
        "waiting": waiting,
        "open": [one for one in held if one.settled is None],
        "settled": [one for one in held if one.settled is not None],
        "operator": operator,
        "own": caller.tenant_id,
        "admin": operator and holds(caller, collecting.ADMIN),
        "decides": approvals.may_decide(caller, DECIDERS),
        "societies": [(one.id, one.name) for one in societies] if operator else [],
        "kinds": list(KindOfUse),
        "names": office.names(
            performers=[*_people(about), *(one.performer_id for one in held)],
            organisations=[
                *(name for one in about for name in (one.society_id, one.sister_id)),
                *(name for one in held for name in (one.licensee_id, one.society_id)),
            ],
        ),
    }


def _people(mandates: list[CollectingMandate]) -> list[str]:
    """The performers that are named on the page; of a long list the first few."""
    return [name for one in mandates for name in one.performer_ids[:5] if name != ANY]
