"""The list of suspensions beside each list of revocations: what nobody may rely on for a time.

A bit says that some kind of use in the licence is suspended now; which one, and by whom, the
suspension says. A suspension is no revocation: the bit goes when it is lifted.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from core.errors import NotFound
from core.keys import PrivateKey
from core.principal import SearchCapability
from licensing.credential import SUSPENSION, status_url, suspension_url
from licensing.service.frameworks import suspended_under
from licensing.service.suspensions import suspensions_known
from licensing.status import LIST_BITS, bits_with
from licensing.statuslist import signed_status_list
from licensing.store import asof as store
from licensing.store.licences import newest_status_list, place_taken, places_taken
from licensing.suspension import in_the_way

_EVER = 2**62
_MOMENT = timedelta(microseconds=1)
# A list that is half full is left, so that a free place is found in a few draws.
LIST_PLACES_MAX = LIST_BITS // 2


def suspension_list_credential(
    session: Session, registry_key: PrivateKey, *, base_url: str, now: datetime, number: int
) -> bytes:
    """The signed list of suspensions with this number, for anyone; raises `NotFound`."""
    # Load.
    if not 1 <= number <= newest_status_list(session):
        raise NotFound("There is no such status list.", next_step="Start with list 1.")
    capability = SearchCapability("status-list", str(number))
    places = store.reached_places(session, capability, number, at=now)
    performers = {item.performer_id for item in places}
    known = suspensions_known(session, performers, seq=_EVER) if performers else {}
    under = suspended_under(session, {item.licence_id for item in places}, seq=_EVER)
    # Decide.
    suspended = {
        item.status_index
        for item in places
        for kind in item.kinds
        if in_the_way(
            (*known.get(item.performer_id, ()), *under.get(item.licence_id, ())),
            *(kind, now, now + _MOMENT),
        )
    }
    return signed_status_list(
        registry_key,
        url=suspension_url(status_url(base_url, number)),
        bits=bits_with(suspended),
        valid_from=now,
        purpose=SUSPENSION,
    )


def free_place(session: Session) -> tuple[int, int]:
    """Number of a status list and a place in it that no licence has."""
    number = newest_status_list(session)
    full = places_taken(session, number) >= LIST_PLACES_MAX
    return drawn_place(number + full, partial(place_taken, session))


def drawn_place(number: int, taken: Callable[[int, int], bool]) -> tuple[int, int]:
    """This list and a free place in it.

    Drawn, not counted on: neighbours in a list would tell who signed or released at the same time.
    """
    index = secrets.randbelow(LIST_BITS)
    while taken(number, index):
        index = secrets.randbelow(LIST_BITS)
    return number, index
