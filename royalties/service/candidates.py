"""Who is owed something, and all that decides whether it may be paid: what batches are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability, system
from core.vault import Vault
from fingerprint.models import Reason
from registry.models.people import Performer
from registry.store import enrolments, estates, moneyreleases, people
from royalties import holds
from royalties.accounts import AccountKind, account
from royalties.models_payouts import BatchKind, BookAccount
from royalties.payees import PayeeDetails
from royalties.paying import Candidate
from royalties.service.payees import Known, known_payees
from royalties.service.sisters import payees_of_societies
from royalties.store import balances, bookaccounts
from royalties.store import payouts as store

_AT_ONCE = 500
DEAD = Reason("payout-estate", {})
NOBODY = Reason("payout-unknown", {})


def candidates(
    session: Session,
    vault: Vault,
    principal: Principal,
    kind: BatchKind,
    currency: str,
    *,
    at: datetime,
) -> list[Candidate]:
    """Every balance of the caller's own book that such a batch could pay."""
    capability = SearchCapability("payout", principal.tenant_id)
    refused = store.refusals(session, principal)
    if kind is BatchKind.TAX:
        owed = balances.owed(session, capability, AccountKind.TAX, currency)
        to = bookaccounts.accounts(session, principal)
        return [_tax(name, micro, to.get(name), refused) for name, (micro, _) in owed.items()]
    owed = balances.owed(session, capability, AccountKind.PAYABLE, currency)
    found = []
    societies = payees_of_societies(session)
    names = sorted(owed)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        known = known_payees(session, vault, capability, some, book=principal.tenant_id, at=at)
        held = _held(session, capability, [one for one in some if one not in societies], known, at)
        for name in some:
            micro, seen = owed[name]
            due = (micro, f"tenant:{societies[name]}" if name in societies else seen)
            reasons, erased = held.get(name, ((), False))
            made = _payee(name, due, known.get(name), reasons, refused)
            found.append(replace(made, erased=erased))
    return found


def _payee(
    payee_id: str,
    owed: tuple[int, str],
    known: Known | None,
    held: tuple[Reason, ...],
    refused: Mapping[str, tuple[str, str]],
) -> Candidate:
    name = account(AccountKind.PAYABLE, payee_id)
    version, code = refused.get(name, ("", ""))
    return Candidate(
        account=name,
        payee_id=payee_id,
        audience=owed[1],
        balance_micro=owed[0],
        details=None if known is None else known.details,
        version_id="" if known is None else known.version_id,
        cooling_until=None if known is None else known.cooling_until,
        held=held,
        refused_version=version,
        refused_code=code,
    )


def _tax(
    authority: str,
    balance_micro: int,
    to: BookAccount | None,
    refused: Mapping[str, tuple[str, str]],
) -> Candidate:
    name = account(AccountKind.TAX, authority)
    version, code = refused.get(name, ("", ""))
    return Candidate(
        account=name,
        payee_id="",
        audience="owner",
        balance_micro=balance_micro,
        details=None if to is None else PayeeDetails(name=to.name, iban=to.iban, bic=to.bic),
        version_id="" if to is None else to.id,
        cooling_until=None,
        held=(),
        refused_version=version,
        refused_code=code,
        taxed=False,
    )


def _held(
    session: Session,
    capability: SearchCapability,
    payee_ids: Iterable[str],
    known_now: Mapping[str, Known],
    at: datetime,
) -> dict[str, tuple[tuple[Reason, ...], bool]]:
    """What the registry says against paying each payee, and whether the performer was erased."""
    wanted = list(payee_ids)
    heirs = estates.left_by(session, capability, wanted)
    known = people.unnamed(
        session, capability, payee_ids=wanted, performer_ids=sorted(set(heirs.values()))
    )
    own = {one.payee_id: one for one in known}
    left = {one.id: one for one in known}
    found: dict[str, tuple[tuple[Reason, ...], bool]] = {}
    for name in wanted:
        performer = own.get(name) or left.get(heirs.get(name, ""))
        if performer is None:
            found[name] = ((NOBODY,), False)
        else:
            reasons = (
                _of_performer(session, performer, known_now.get(name), at)
                if name in own
                else _reasons(session, performer, at)
            )
            found[name] = (reasons, performer.erased_at is not None)
    return found


def _of_performer(
    session: Session, performer: Performer, to: Known | None, at: datetime
) -> tuple[Reason, ...]:
    """The dead are paid nothing: their heirs are. Nor is an account that guardians had set."""
    dead = (DEAD,) if performer.deceased_on is not None else ()
    set_at = None if to is None else to.set_at
    theirs = holds.of_guardians(performer, set_at, at)
    return (*_reasons(session, performer, at), *theirs, *dead)


def _reasons(session: Session, performer: Performer, at: datetime) -> tuple[Reason, ...]:
    side = system(performer.tenant_id)
    return holds.holds(
        performer,
        enrolments.list_enrolments(session, side, performer.id),
        estates.estates_of(session, side, performer.id),
        at,
        releases=moneyreleases.of_minor(session, performer),
    )
