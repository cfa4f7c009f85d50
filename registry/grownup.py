"""Who has no business any more with somebody who came of age: by the time of use, not by a job.

Whoever was named as a guardian once is out from the 18th birthday on, and so is an account that is
nothing but a guardian's. In an organisation of one family everybody is who came in before that
day, but for the performers themselves: nobody else was let in by the one whom it is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registry.minority import adult_on, midnight
from registry.models.guardianship import Guardian, Minority

GUARDIAN, PERFORMER = "guardian", "performer"
_OWN = frozenset({GUARDIAN, PERFORMER, "admin"})


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks in an organisation: an account, or a key with everybody who made it.

    `dids` are the keys that they sign with here, as far as the registry keeps them; `roles` are
    empty for a key. `of_family` says that the organisation is a performer's own.
    """

    people: frozenset[str]
    dids: frozenset[str]
    roles: frozenset[str]
    since: datetime
    of_family: bool


def is_out(who: Asking, guardians: Iterable[Guardian], minority: Minority, at: datetime) -> bool:
    """Whether somebody who is of age at `at` is closed to `who`; never before that day."""
    of_age = midnight(adult_on(minority.born_on))
    if at < of_age:
        return False
    if any(item.person in who.people or item.did in who.dids for item in guardians):
        return True
    if who.roles & _OWN == {GUARDIAN}:
        return True
    return who.of_family and PERFORMER not in who.roles and who.since < of_age
