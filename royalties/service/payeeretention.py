"""When the details of an erased performer's payees go: the law wants them no longer.

What was paid to whom is kept for years after the year of the last payment, under a key of the
payee's own; after that the key is destroyed, and with it every copy.
"""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from sqlmodel import Session

from core.dated import Dated, dated, in_force
from core.principal import SearchCapability
from registry.store import people
from royalties.accounts import AccountKind
from royalties.store import aged, payees

DATA_FILE = "payeeretention.json"
PREFIX = "pay_"
_KINDS = (AccountKind.PAYABLE, AccountKind.BLOCKED)


def over(
    session: Session, capability: SearchCapability, payee_ids: Collection[str], *, now: datetime
) -> tuple[str, ...]:
    """Those of these payees whose details are kept no longer.

    Their performer was erased, nothing is owed to them, and the term is over since the year in
    which something last moved on their accounts or was said of them.
    """
    versions = payees.versions_of(session, capability, payee_ids)
    owners = {name: some[0].performer_id for name, some in versions.items()}
    standing = people.owners(session, capability, sorted(set(owners.values())), standing=True)
    erased = sorted(name for name, owner in owners.items() if owner not in standing)
    moved = aged.last_moved(session, capability, _KINDS, erased)
    found = []
    for name in erased:
        at, owed = moved.get(name, (None, False))
        last = max(one for one in (versions[name][-1].recorded_at, at) if one is not None)
        if not owed and now.astimezone(UTC).year > last.astimezone(UTC).year + years_kept(last):
            found.append(name)
    return tuple(found)


def years_kept(at: datetime) -> int:
    """For how many years after the year of `at` what was paid then is kept."""
    return in_force(_terms(), at) or 0


def days_kept() -> int:
    """The newest term in days, at least."""
    return _terms()[-1].value * 365


@cache
def _terms() -> tuple[Dated[int], ...]:
    text = files("royalties").joinpath("data", DATA_FILE).read_bytes()
    return tuple(dated(int(one["years"]), one) for one in json.loads(text)["rules"])
