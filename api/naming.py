"""Names in place of ids in what people are told, as far as the reader may know them.

Notices are kept with ids, and so are mails until they are sent: a name can change, be erased, or be
none of the reader's business.
"""

import re
from datetime import datetime

from sqlmodel import Session

from api.scopes import TenantKind
from core.errors import NotAllowed, NotFound
from core.principal import Principal, holds
from core.tenants import get_tenant
from licensing.service import groups
from licensing.service.knownperformers import SCOPE, known_performers
from registry.models.mandates import Act
from registry.service import people, works
from registry.service.acting import view
from royalties.service.booknames import names_of
from royalties.service.usage_intake import COLLECTORS

# Commands and links keep the ids that they are given.
_ID = re.compile(r"ebenbild(?: [\w/-]+)+|https?://\S+|\b(?:prf|ten|cut)_[a-z2-7]{26}\b", re.ASCII)


def named(session: Session, principal: Principal, said: str, now: datetime) -> str:
    """`said` with the names of performers, organisations and cuts; an id without one stays."""
    return _ID.sub(lambda found: _name(session, principal, found[0], now), said)


def _known(session: Session, principal: Principal, performer_id: str) -> str:
    """What others know a performer by: a studio whom it found in its films or holds a licence of,
    a union its members, and whoever keeps a book, or lets people in, whom it is told of.
    """
    if not performer_id.startswith("prf_"):
        return performer_id
    kind = get_tenant(session, principal.tenant_id).kind
    keeps = kind in COLLECTORS and any(holds(principal, one) for one in ("usage", "admin"))
    unites = kind == TenantKind.UNION
    if keeps or (unites and groups.memberships_of(session, principal, performer_id)):
        found = names_of(session, principal.tenant_id, performers=[performer_id]).performers
    else:
        found = known_performers(session, principal) if holds(principal, SCOPE) else {}
    return found.get(performer_id, performer_id)


def _name(session: Session, principal: Principal, thing_id: str, now: datetime) -> str:
    try:
        if thing_id.startswith("ten_"):
            return get_tenant(session, thing_id).name
        if thing_id.startswith("cut_"):
            cut = works.get_cut(session, principal, thing_id)
            return f"{works.get_work(session, principal, cut.work_id).title} {cut.label}"
        if thing_id.startswith("prf_"):
            side = view(session, principal, thing_id, Act.READ, now=now)
            return people.get_performer(session, side, thing_id).public_name or thing_id
    except (NotFound, NotAllowed):
        return _known(session, principal, thing_id)
    return thing_id
