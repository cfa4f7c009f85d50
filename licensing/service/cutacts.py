"""Approving, declining and announcing a cut under a licence; a tenant's clearance policy."""

from datetime import datetime

from sqlmodel import Session

from core import log, outbox
from core.db import next_seq
from core.errors import BadInput, NotAllowed
from core.ids import is_id, new_id
from core.principal import Principal, require
from licensing.cutacts import Act, CutAct
from licensing.known import UnknownPolicy
from licensing.models import Licence
from licensing.service.licences import get_licence
from licensing.store import cutacts as store
from registry.service import works

BY_PERFORMER = frozenset({Act.APPROVED, Act.DECLINED})


def act_on_cut(
    session: Session,
    principal: Principal,
    licence_id: str,
    cut_id: str,
    act: Act,
    *,
    now: datetime,
) -> CutAct:
    """Record one party's act about a cut under a licence.

    Raises `NotFound` for a licence that the caller is no party of and for a studio's foreign cut,
    `NotAllowed` where the act is the other party's.
    """
    # Load.
    licence = get_licence(session, principal, licence_id)
    theirs = licence.tenant_id == principal.tenant_id
    holds = licence.terms.licensee_id == principal.tenant_id
    require(principal, "licences" if act in BY_PERFORMER else "submissions")
    # Decide.
    if not (theirs if act in BY_PERFORMER else holds):
        side = "performer's side" if act in BY_PERFORMER else "studio"
        raise NotAllowed(f"This is the {side}'s to say.", next_step=f"Ask the {side}.")
    if not is_id("cut", cut_id):
        raise BadInput("This is no id of a cut (cut_...).", next_step="Ask the studio for it.")
    if act is Act.NOTICED:
        works.get_cut(session, principal, cut_id)
    made = CutAct(
        id=new_id("act"),
        tenant_id=principal.tenant_id,
        licence_id=licence.id,
        cut_id=cut_id,
        act=act,
        seq=next_seq(session),
        recorded_at=now,
    )
    # Save.
    other = _other_party(licence, principal)
    store.add_act(session, made, audience=f"tenant:{other}")
    payload = {"licence_id": licence.id, "cut_id": cut_id, "act": act.value}
    log.append(session, kind=f"cut.{act.value}", subject_id=made.id, payload=payload, at=now)
    outbox.put(
        session,
        tenant_id=principal.tenant_id,
        audience=f"tenant:{other}",
        kind=f"cut.{act.value}",
        subject_id=licence.id,
        payload={"cut_id": cut_id},
    )
    return made


def list_acts(session: Session, principal: Principal, licence_id: str) -> tuple[CutAct, ...]:
    """Everything said about cuts under a licence of the caller's, newest first."""
    get_licence(session, principal, licence_id)
    return store.acts_under(session, principal, licence_id)


def set_policy(
    session: Session, principal: Principal, unknowns: UnknownPolicy, *, now: datetime
) -> UnknownPolicy:
    """Say what unknown people nobody answered for make of the tenant's titles from now on."""
    require(principal, "submissions")
    store.add_policy(
        session,
        principal,
        unknowns,
        policy_id=new_id("cpo"),
        seq=next_seq(session),
        at=now,
    )
    return unknowns


def get_policy(session: Session, principal: Principal) -> UnknownPolicy:
    """The tenant's policy now."""
    require(principal, "submissions")
    return store.policy(session, principal)


def _other_party(licence: Licence, principal: Principal) -> str:
    parties = (licence.tenant_id, licence.terms.licensee_id)
    return parties[1] if parties[0] == principal.tenant_id else parties[0]
