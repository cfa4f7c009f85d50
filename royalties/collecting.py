"""Who collects for a use: a society by its collecting mandate, else whoever runs the registry.

A mandate says for which kinds of use, where, for whom and since when a society takes in the money.
It moves the book that a claim goes into, and changes nothing of what is allowed or owed. Whoever
had the mandate on the first day of a month collects what was used in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from core.errors import BadInput
from core.ids import derived_id, is_id
from registry.models.works import KindOfUse
from registry.territories import KNOWN, within
from royalties.forms.collecting import CollectingMandateOut
from royalties.models import ClearedUse, UsageLine
from royalties.outcomes import Outcome

ANY = "*"
PAID_DIRECTLY = "paid-directly"
_SOURCE_MAX, _NAMES_MAX = 500, 10_000


@dataclass(frozen=True, slots=True)
class CollectingMandate:
    """One mandate, in the version that counts; `("*",)` in a tuple means any.

    `giver_id` is a performer who signed it, or the sister society whose members it is about and
    whom what they earn is handed on to; empty for an agreement with everybody whom it names.
    `source` cites where it is written. `seq` is the order of recording.
    """

    id: str
    society_id: str
    kinds: tuple[str, ...]
    territories: tuple[str, ...]
    performer_ids: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    source: str
    giver_id: str = ""
    seq: int = 0

    @property
    def sister_id(self) -> str:
        """The society that gave it for its members, where one did."""
        return self.giver_id if is_id("ten", self.giver_id) else ""


class Claimed(NamedTuple):
    """What a collector is asked for: one kind of use of a performer in one month and place."""

    kind: str
    territory: str
    performer_id: str
    period: str


class Collected(NamedTuple):
    """Whose book a claim goes into, the society that it is handed on to, and by which mandate."""

    book: str
    sister_id: str = ""
    mandate_id: str = ""


@dataclass(frozen=True, slots=True)
class Collectors:
    """Everything that says who collects; `operator` does where nothing else is said.

    `settled` says of a licence under which the performer is paid directly, and a society with a
    mandate, whether the society collects after all; what is not in it nobody has decided.
    """

    operator: str
    mandates: tuple[CollectingMandate, ...] = ()
    settled: Mapping[tuple[str, str], bool] = field(default_factory=dict)

    def of(self, claim: Claimed) -> Collected:
        """Who collects. What a performer gave a society goes before what a sister society gave."""
        if not self.mandates:
            return Collected(self.operator)
        found = [one for one in self.mandates if covers(one, claim)]
        own = max((one for one in found if not one.sister_id), key=_rank, default=None)
        given = max((one for one in found if _for_member(one, own)), key=_rank, default=None)
        if given is not None:
            return Collected(given.society_id, given.sister_id, given.id)
        return Collected(own.society_id, "", own.id) if own else Collected(self.operator)


NOBODY = Collectors("")


def covers(mandate: CollectingMandate, claim: Claimed) -> bool:
    """Whether a claim lies within what a mandate names."""
    first = date.fromisoformat(f"{claim.period}-01")
    until = mandate.valid_until
    return (
        mandate.valid_from <= first
        and (until is None or first < until)
        and _names(mandate.kinds, claim.kind)
        and _names(mandate.performer_ids, claim.performer_id)
        and any(within(claim.territory, wide) for wide in mandate.territories)
    )


def placed(
    use: ClearedUse, line: UsageLine, collectors: Collectors
) -> tuple[ClearedUse, Collected] | str:
    """The use as it is collected and by whom, or the code of why nobody does.

    Where the licence says that the performer is paid directly and a society has a mandate, it waits
    for a person. What is collected for a sister society is owed to it.
    """
    where = collectors.of(claim_of(use, line))
    direct = use.paid_directly and use.outcome is Outcome.LICENSED
    if direct:
        collects = collectors.settled.get((use.licence_id, where.book))
        if where.book == collectors.operator or collects is False:
            return PAID_DIRECTLY
        if collects is None:
            parties = tuple(sorted((use.performer_tenant_id, where.book)))
            use = use._replace(outcome=Outcome.SUSPENSE, cause=PAID_DIRECTLY, parties=parties)
    if where.sister_id and use.payee_id:
        use = use._replace(payee_id=payee_of(where.sister_id))
    return use, where


def claim_of(use: ClearedUse, line: UsageLine) -> Claimed:
    """What a use and a usage line ask a collector for."""
    kind = use.kind.value if use.kind else ""
    return Claimed(kind, line.territory, use.performer_id, line.period)


def payee_of(society_id: str) -> str:
    """The payee that a society is where another one owes it money."""
    return derived_id("pay", society_id)


def checked(mandate: CollectingMandate) -> CollectingMandate:
    """A mandate that may be proposed; raises `BadInput` naming the fields at fault."""
    kinds = frozenset(one.value for one in KindOfUse)
    people = frozenset(one for one in mandate.performer_ids if is_id("prf", one))
    until = mandate.valid_until
    faults = {
        "kinds": not _all(mandate.kinds, kinds),
        "territories": not _all(mandate.territories, KNOWN),
        "performer_ids": not _all(mandate.performer_ids, people),
        "valid_until": until is not None and until <= mandate.valid_from,
        "source": not 0 < len(mandate.source) <= _SOURCE_MAX,
        "giver_id": mandate.giver_id not in ("", mandate.sister_id)
        or mandate.giver_id == mandate.society_id,
    }
    wrong = sorted(name for name, fault in faults.items() if fault)
    if wrong:
        raise BadInput(
            f"These fields are missing or wrong: {', '.join(wrong)}.",
            next_step="See docs/collecting.md for what each of them holds.",
            code="bad-mandate",
            fields=wrong,
        )
    return mandate


def mandate_to_dict(mandate: CollectingMandate) -> CollectingMandateOut:
    """JSON-ready form, and what is approved; inverse of `mandate_from_dict` but for `seq`."""
    until = mandate.valid_until
    return {
        "id": mandate.id,
        "society_id": mandate.society_id,
        "giver_id": mandate.giver_id,
        "kinds": list(mandate.kinds),
        "territories": list(mandate.territories),
        "performer_ids": list(mandate.performer_ids),
        "valid_from": mandate.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "source": mandate.source,
    }


def mandate_from_dict(data: Mapping[str, Any], seq: int = 0) -> CollectingMandate:
    """Read a mandate back."""
    until = data["valid_until"]
    return CollectingMandate(
        id=data["id"],
        society_id=data["society_id"],
        kinds=tuple(data["kinds"]),
        territories=tuple(data["territories"]),
        performer_ids=tuple(data["performer_ids"]),
        valid_from=date.fromisoformat(data["valid_from"]),
        valid_until=None if until is None else date.fromisoformat(until),
        source=data["source"],
        giver_id=data["giver_id"],
        seq=seq,
    )


def _for_member(mandate: CollectingMandate, own: CollectingMandate | None) -> bool:
    """Whether a sister's mandate is about a performer whose own mandate is `own`.

    One that names the performer goes before what names everybody, and after what names him too.
    """
    if not mandate.sister_id:
        return False
    if own is not None and own.society_id == mandate.sister_id:
        return True
    return ANY not in mandate.performer_ids and (own is None or ANY in own.performer_ids)


def _rank(mandate: CollectingMandate) -> tuple[bool, bool, int]:
    """What a performer signed goes first, then who is named, then what was recorded last."""
    signed = bool(mandate.giver_id) and not mandate.sister_id
    return signed, ANY not in mandate.performer_ids, mandate.seq


def _names(named: tuple[str, ...], one: str) -> bool:
    return ANY in named or one in named


def _all(named: tuple[str, ...], known: frozenset[str]) -> bool:
    return 0 < len(named) <= _NAMES_MAX and (named == (ANY,) or known.issuperset(named))
