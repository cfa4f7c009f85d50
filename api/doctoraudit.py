"""The doctor's audit: the database re-derived by a program that shares no code with this one.

It finds what somebody changed past the program. The status lists that are handed out are compared
with the revocations that the log committed to.
"""

from collections.abc import Sequence

from api.doctor import BAD, GOOD, Check
from core.clock import utc_now
from core.errors import NotFound
from core.init import open_world
from core.settings import Settings
from licensing.service.licences import status_list_credential
from witness.audit import examine
from witness.notes import Refused
from witness.status import disagreements

NEXT = "Compare with your last backup, and with what witnesses saw: ebenbild-witness show."
SHOWN_MAX = 5


def audited(settings: Settings, keys: Sequence[str]) -> list[Check]:
    """One finding for each part of the audit."""
    try:
        sections = examine(settings.database_path, keys)
    except Refused as refused:
        return [Check("audit", BAD, str(refused), "Run `ebenbild init`.")]
    found = [
        Check(f"audit: {item.name}", BAD, "; ".join(item.faults[:SHOWN_MAX]), NEXT)
        if item.faults
        else Check(f"audit: {item.name}", GOOD, f"{item.checked} re-derived, all agree")
        for item in sections
    ]
    return [*found, _status(settings)]


def _status(settings: Settings) -> Check:
    """The lists as they are handed out, read by other code and compared with the log."""
    lists: dict[int, bytes] = {}
    with open_world(settings) as world, world.db.read() as session:
        while True:
            try:
                lists[len(lists) + 1] = status_list_credential(
                    session,
                    world.registry_key,
                    base_url=settings.base_url,
                    now=utc_now(),
                    number=len(lists) + 1,
                )
            except NotFound:
                break
    wrong = disagreements(settings.database_path, lists)
    if wrong:
        return Check("audit: status lists", BAD, "; ".join(wrong[:SHOWN_MAX]), NEXT)
    return Check("audit: status lists", GOOD, f"{len(lists)} agree with the log")
