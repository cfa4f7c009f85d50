"""Who may reach which route: one table, and a route without a row is refused at start-up.

A row says which scopes open a route and whose things it reaches; `expected` turns it into the
answer for any caller and any object. Foreign and absent things answer alike, so that an id tells
nothing. The table grants nothing: services ask for scopes and stores for the owner, and a test
compares every cell with what the running application does.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from fastapi import FastAPI

from api.routetable import ROWS
from api.routetable.row import Reach, Row
from api.scopes import ATTEST
from core.errors import Broken


class Relation(StrEnum):
    """Whose a thing is, seen from the caller."""

    OWN = "own"
    COLLEAGUE = "same tenant"
    OTHER = "other tenant"
    ABSENT = "absent"


class Outcome(StrEnum):
    """What a caller gets; `NOTHING` is an empty answer, the same as for an absent thing."""

    ALLOWED = "allowed"
    NOTHING = "nothing"
    NO_KEY = "401"
    FORBIDDEN = "403"
    HIDDEN = "404"


def expected(
    row: Row, scopes: Collection[str] | None, relation: Relation, *, operator: bool = False
) -> Outcome:
    """The answer for a caller with these scopes (None: nobody) about a thing of this relation."""
    if row.public:
        return Outcome.ALLOWED
    if scopes is None or row.half_way:
        return Outcome.NO_KEY
    foreign = _is_foreign(row, relation, operator, ATTEST in scopes)
    opened = not row.needs or not row.needs.isdisjoint(scopes)
    if foreign and (opened or row.looks_first):
        return Outcome.NOTHING if row.answers_nothing else Outcome.HIDDEN
    return Outcome.ALLOWED if opened else Outcome.FORBIDDEN


def relations(row: Row) -> Sequence[Relation]:
    """The relations that a row is about; one that names no thing has only the caller's own."""
    return (Relation.OWN,) if row.reach is Reach.NOTHING else tuple(Relation)


def row_of(method: str, path: str) -> Row | None:
    """The row of a route."""
    return _BY_ROUTE.get((method, path))


def check(app: FastAPI) -> None:
    """Return when every route of the application has a row, and every row a route; else Broken."""
    present = set(routes(app))
    bare = sorted(present - _BY_ROUTE.keys())
    idle = sorted(_BY_ROUTE.keys() - present)
    if bare or idle:
        named = [f"{method} {path} has no row" for method, path in bare]
        named += [f"{method} {path} has a row but no route" for method, path in idle]
        raise Broken("; ".join(named), next_step="say who may reach it in api/routetable")


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of everything the application answers, described or not."""
    for route in _flat(app.routes):
        methods = getattr(route, "methods", None) or {"ANY"}
        # Where there is a GET, HEAD is its answer without the body.
        for method in methods - {"HEAD"} if "GET" in methods else methods:
            yield method, str(getattr(route, "path", route))


def _flat(found: Iterable[Any]) -> Iterator[Any]:
    # FastAPI keeps an included router as one entry and resolves its routes on demand.
    for route in found:
        if hasattr(route, "effective_candidates"):
            yield from _flat(route.effective_candidates())
            yield from _flat(route.effective_low_priority_routes())
        else:
            yield route


def _is_foreign(row: Row, relation: Relation, operator: bool, attester: bool) -> bool:
    if row.reach is Reach.NOTHING:
        return False
    further = (operator and row.operator_reaches) or (attester and row.attested)
    if row.reach is Reach.EVERYBODY or further:
        return relation is Relation.ABSENT
    if row.reach is Reach.PERSON:
        return relation is not Relation.OWN
    return relation in (Relation.OTHER, Relation.ABSENT)


_BY_ROUTE = {(row.method, row.path): row for row in ROWS}
