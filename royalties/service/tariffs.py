"""Tariffs: those that ship and those that societies publish, by version, and none ever changed.

A name belongs to whoever published its first version. What is published goes into the public log,
so that nobody can show one text to one side and another to the other.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core import log
from core.currencies import check_listed
from core.db import next_seq
from core.errors import BadTerms, Conflict, NotAllowed, NotFound
from core.principal import Principal, require
from licensing.models import TariffRef, TariffTerm, Terms
from royalties.service.usage_intake import COLLECTORS
from royalties.store import tariffs as store
from royalties.store.tariffs import Published
from royalties.tariffs.documents import digest_of, tariff_from_dict
from royalties.tariffs.facts import leaves_rate
from royalties.tariffs.models import Kind, Tariff
from royalties.tariffs.shelf import on_shelf, shipped

PUBLISHED = "tariff.published"


def check(session: Session, principal: Principal, data: Mapping[str, Any]) -> Tariff:
    """Read a document as if it were to be published, and keep nothing.

    Raises `BadInput` (bad-tariff) naming the fields at fault, `Conflict` where the name is taken
    or the version is not the next one.
    """
    tariff = tariff_from_dict(data)
    _check_next(tariff, _newest(session, principal, tariff.id), principal)
    return tariff


def publish(
    session: Session, principal: Principal, data: Mapping[str, Any], *, now: datetime
) -> Published:
    """Publish a tariff or the next version of one; raises as `check` does, and `NotAllowed`.

    Societies publish, and the operator: whoever collects says what is paid.
    """
    require(principal, "usage")
    tariff = check(session, principal, data)
    check_listed(tariff.currency)
    if principal.tenant_kind not in COLLECTORS:
        raise NotAllowed("Only a society publishes tariffs.", next_step="Ask your society.")
    told = {"version": tariff.version, "sha256": digest_of(tariff)}
    index = log.append(session, kind=PUBLISHED, subject_id=tariff.id, payload=told, at=now)
    seq = next_seq(session)
    return store.add(session, principal, tariff, seq=seq, log_index=index, at=now)


def get_tariff(
    session: Session, principal: Principal, tariff_id: str, version: int | None = None
) -> Published:
    """One version of a tariff, or the newest, shipped or published; raises `NotFound`."""
    kept = on_shelf(tariff_id, version)
    if kept is not None:
        return Published(kept, digest_of(kept))
    found = store.find(session, principal, tariff_id, version)
    if found is None:
        raise NotFound(
            "There is no such tariff, or not in this version.",
            next_step="List them: ebenbild tariff list.",
        )
    return found


def versions_of(session: Session, principal: Principal, tariff_id: str) -> tuple[Published, ...]:
    """Every version of a tariff, newest first; raises `NotFound` where there is none."""
    newest = get_tariff(session, principal, tariff_id)
    return (
        newest,
        *(
            get_tariff(session, principal, tariff_id, version)
            for version in range(newest.tariff.version - 1, 0, -1)
        ),
    )


def list_tariffs(
    session: Session, principal: Principal, *, kind: Kind | None = None
) -> tuple[Published, ...]:
    """The newest version of every tariff, of all kinds or of one, by name."""
    found = {one.id: Published(one, digest_of(one)) for one in shipped()}
    for item in store.versions(session, principal):
        found.setdefault(item.tariff.id, item)
    return tuple(
        found[name] for name in sorted(found) if kind is None or found[name].tariff.kind is kind
    )


def agreed_terms(session: Session, principal: Principal, terms: Terms) -> Terms:
    """Terms whose prices by tariff are pinned, in the newest version where none is named.

    Raises as `agreed_price` does.
    """
    rates = tuple(
        replace(rate, tariff=agreed_price(session, principal, rate.tariff))
        for rate in terms.stage_rates
    )
    main = agreed_price(session, principal, terms.tariff)
    return replace(terms, tariff=main, stage_rates=rates)


def agreed_price(session: Session, principal: Principal, term: TariffTerm) -> TariffTerm:
    """A price whose tariff is pinned; a simple rate stays as it is.

    Raises `NotFound` for a tariff that is not there, `BadTerms` for another digest or currency,
    and for a rate that the tariff does not leave to the licence, or that is due and not named.
    """
    if term.tariff is None:
        return term
    item = get_tariff(session, principal, term.tariff.id, term.tariff.version or None)
    tariff = item.tariff
    if term.tariff.digest not in ("", item.digest):
        raise BadTerms("The tariff says something else now.", next_step="Read it, and pin it anew.")
    if term.currency != tariff.currency:
        raise BadTerms(
            f"The tariff {tariff.id} is in {tariff.currency}.", next_step="Name that currency."
        )
    if (term.rate_micro > 0) != leaves_rate(tariff):
        raise _left(tariff) if leaves_rate(tariff) else _fixed(tariff)
    return replace(term, tariff=TariffRef(tariff.id, tariff.version, item.digest))


def tariffs_pinned(
    session: Session, principal: Principal, terms: Iterable[TariffTerm]
) -> dict[TariffRef, Tariff]:
    """The tariffs that these prices pin; what is not there in these very words is left out."""
    found = {}
    for ref in {term.tariff for term in terms if term.tariff is not None}:
        with suppress(NotFound):
            item = get_tariff(session, principal, ref.id, ref.version)
            if item.digest == ref.digest:
                found[ref] = item.tariff
    return found


def _newest(session: Session, principal: Principal, tariff_id: str) -> Published | None:
    kept = on_shelf(tariff_id)
    return Published(kept, "") if kept else store.find(session, principal, tariff_id)


def _check_next(tariff: Tariff, before: Published | None, principal: Principal) -> None:
    if before is not None and before.tenant_id != principal.tenant_id:
        raise Conflict(
            "This name is another's tariff.", next_step="Choose another id.", code="tariff-taken"
        )
    due = 1 if before is None else before.tariff.version + 1
    if tariff.version != due:
        raise Conflict(
            f"The next version of this tariff is {due}.",
            next_step=f"Write {due} as version; what is published is never changed.",
            code="tariff-version",
        )
    if before is not None and replace(before.tariff, version=due) == tariff:
        raise Conflict("This is the present version already.", next_step="Change it first.")


def _left(tariff: Tariff) -> BadTerms:
    return BadTerms(
        f"The tariff {tariff.id} leaves the rate to the licence.",
        next_step='Name the rate you agreed on, such as rate = "0.01".',
    )


def _fixed(tariff: Tariff) -> BadTerms:
    return BadTerms(
        f"The tariff {tariff.id} has rates of its own.",
        next_step="Leave the rate out of these terms.",
    )
