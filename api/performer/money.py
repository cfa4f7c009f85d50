"""Money as a performer's pages show it: what stands, where it came from, where it is paid to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from api.performer import disputing
from api.performer.desk import Desk
from api.performer.signers import signing
from api.performer.whom import Whom
from api.reasonnames import claim_told, with_names
from api.wire import ReasonOut
from core import approvals
from core.db import is_single_operator
from core.errors import EbenbildError
from core.init import World
from core.principal import Principal
from registry.minority import adult_on, is_minor, minority_in
from registry.models.estates import EstateState
from registry.models.guardianship import MoneyRelease
from registry.moneyrelease import DAYS_MAX, is_released
from registry.service import estates, moneyreleases, useseen
from royalties.accountstatement_wire import signed
from royalties.models_earned import Earned
from royalties.payees import PayeeVersion
from royalties.payees import shown as masked
from royalties.service import accountstatements, earnings, holds, payees, shownabroad, taxes
from royalties.service.payeeseals import open_details

MONTHS_SHOWN = 12
Bar = tuple[str, int, int]


def money_page(session: Session, acting: Whom, desk: Desk, now: datetime) -> dict[str, Any]:
    """What stands on one's accounts, by month, by work and by kind of use, and how it is paid."""
    who, side, world = acting.performer.id, acting.side, desk.world
    months = earnings.by_month(session, side, who)
    since = _first_shown(months)
    sources = earnings.by_source(session, side, who, since=since) if since else ()
    names = _titles(session, acting, {cut for cut, _, _ in sources}, now)
    standing = accountstatements.standing(session, acting.caller, performer_id=who, now=now)
    return {
        "standing": standing,
        "less": any(sum(parts.values()) < 0 for parts in standing.values()),
        "months": by_currency((one.month, one) for one in months),
        "works": by_currency((names.get(cut, ""), one) for cut, _, one in sources),
        "kinds": by_currency((kind, one) for _, kind, one in sources),
        "statements": accountstatements.months(session, acting.caller, performer_id=who, now=now),
        "years": _taxed(session, acting, world, {one.month[:4] for one in months}, now),
        "holds": _holds(session, acting, now),
        "accounts": _accounts(session, acting, world, now),
        "childhood": _childhood(session, acting, desk, now),
        "disputes": disputing.list_of(session, acting),
    }


def state_of(item: MoneyRelease, now: datetime) -> str:
    """In a word where a signed release stands: `force`, `waits` or `over`."""
    if is_released([item], now):
        return "force"
    ended = item.ended_at is not None or item.valid_until <= now
    return "over" if ended or item.released_at is not None else "waits"


def by_currency(found: Iterable[tuple[str, Earned]]) -> dict[str, list[Bar]]:
    """(name, share of the largest in hundredths, amount) by currency; kept money is not in it.

    Months come newest first as they were given; what is less than nothing has no length.
    """
    sums: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, one in found:
        if not one.kept:
            amounts = sums[one.currency]
            amounts[name] = amounts.get(name, 0) + one.amount_micro
    return {currency: _bars(amounts) for currency, amounts in sorted(sums.items())}


def _bars(amounts: Mapping[str, int]) -> list[Bar]:
    items = [(name, amount) for name, amount in amounts.items() if amount][:MONTHS_SHOWN]
    largest = max((amount for _, amount in items), default=0)
    return [(name, max(0, 100 * amount // (largest or 1)), amount) for name, amount in items]


def statement_page(
    session: Session, acting: Whom, world: World, month: str, now: datetime
) -> dict[str, Any]:
    """One month's account statement as it is signed, and why nothing is paid out, if so."""
    who = acting.performer.id
    made = accountstatements.account_statement(
        session, acting.caller, performer_id=who, month=month, now=now
    )
    pins = [one.transaction.pins for one in made.movements if one.transaction.claim]
    cuts = {one.usage_line_id: one.cut_id for one in pins}
    names = _titles(session, acting, set(cuts.values()), now)
    return {
        "document": signed(made, world.registry_key, now),
        "names": names | accountstatements.called(session, who, cuts, names),
        "before_href": _before(session, acting, month, now),
        "holds": _holds(session, acting, now),
        "alone": is_single_operator(session),
        "month": month,
    }


def _titles(session: Session, acting: Whom, cuts: set[str], now: datetime) -> dict[str, str]:
    """What these cuts are called, here or in the registry where their money was collected."""
    who, side = acting.performer.id, acting.side
    abroad = shownabroad.titles(session, side, who, cuts)
    return abroad | useseen.titles(session, side, who, cuts, at=now)


def _before(session: Session, acting: Whom, month: str, now: datetime) -> str:
    """Where the balance came from that a month opens with: the newest statement before it."""
    who = acting.performer.id
    found = accountstatements.months(session, acting.caller, performer_id=who, now=now)
    return next((f"/me/money/{one}#lines" for one in found if one < month), "")


def _childhood(session: Session, acting: Whom, desk: Desk, now: datetime) -> dict[str, Any] | None:
    """Until when a minor's money is blocked, who releases it, and what was released so far."""
    minority = minority_in(acting.performer)
    if minority is None or not is_minor(minority, now) or not acting.near:
        return None
    who, side = acting.performer.id, acting.side
    found = moneyreleases.releases_of(session, side, who)
    asked = signing(session, desk.world.vault, desk.visit, side, who, now=now)
    own = tuple(one for one in asked.signers if one.name)
    return {
        "until": adult_on(minority.born_on),
        "releases": [{"release": item, "state": state_of(item, now)} for item in found],
        "signing": replace(asked, signers=own, lacks="" if own else asked.lacks),
        "last": min(adult_on(minority.born_on), (now + timedelta(days=DAYS_MAX)).date()),
        "today": f"{now:%Y-%m-%d}",
    }


def _first_shown(months: Sequence[Earned]) -> str:
    shown = list(dict.fromkeys(one.month for one in months))[:MONTHS_SHOWN]
    return shown[-1] if shown else ""


def _holds(session: Session, acting: Whom, now: datetime) -> list[dict[str, Any]]:
    found = holds.holds_of(session, acting.caller, acting.performer.id, at=now)
    told = [ReasonOut.of(one).model_dump() for one in found]
    return with_names(session, acting.caller, told, {}, now)


def with_why(
    session: Session, acting: Whom, lines: Sequence[Mapping[str, Any]], now: datetime
) -> list[Mapping[str, Any]]:
    """The lines of a statement, with names in what each waits for."""

    return [
        {**line, "claim": claim_told(session, acting.caller, line["claim"], now)} for line in lines
    ]


def _taxed(
    session: Session, acting: Whom, world: World, years: Iterable[str], now: datetime
) -> list[int]:
    """The years in which tax was withheld, newest first: of those there is a certificate."""
    found = []
    for year in sorted(map(int, years), reverse=True):
        with suppress(EbenbildError):
            taxes.for_payee(session, world.vault, acting.caller, acting.performer.id, year, now=now)
            found.append(year)
    return found


def _accounts(session: Session, acting: Whom, world: World, now: datetime) -> list[dict[str, Any]]:
    """Where money is paid to: the performer's account, or after death one of each heir.

    None for who may not collect.
    """
    if not acting.near:
        return []
    who = acting.performer.id
    known = estates.estates_of(session, acting.side, who)
    dead = next((one for one in known if one.state is EstateState.CONFIRMED), None)
    if dead is None:
        found = [_account(session, acting, world, None, now)]
    else:
        found = [
            {
                **account,
                "heir": heir.id,
                "called": estates.heir_name(world.vault, dead, heir),
                "share": f"{heir.share}",
            }
            for heir in dead.heirs
            if (account := _account(session, acting, world, heir.id, now))
        ]
    return [one for one in found if one]


def _account(
    session: Session, acting: Whom, world: World, heir_id: str | None, now: datetime
) -> dict[str, Any]:
    """How a payee's details stand, numbers by their endings; empty for who may not see them."""
    try:
        found = payees.get_payee(
            session, acting.caller, acting.performer.id, heir_id=heir_id, now=now
        ).standing
    except EbenbildError:
        return {}
    current = None if found.current is None else open_details(world.vault, found.current)
    return {
        "heir": "",
        "current": None if current is None else masked(current),
        "cooling_until": found.cooling_until,
        "waiting": found.waiting is not None,
        "own": _is_own(session, acting.caller, found.waiting),
    }


def _is_own(session: Session, caller: Principal, waiting: PayeeVersion | None) -> bool:
    """Whether the details that wait are the caller's own, so that another one must agree."""
    if waiting is None or waiting.approval_id is None or is_single_operator(session):
        return False
    proposed = approvals.get_approval(session, caller, waiting.approval_id)
    return proposed.proposed_person == caller.person
