"""A clearance that lacks consent becomes requests in one call, one for each performer."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from core.errors import Conflict
from core.principal import Principal, require
from licensing.asking import missing, terms_to_ask
from licensing.models import TariffTerm
from licensing.models_requests import Request, Side
from licensing.service.clearances import get_clearance
from licensing.service.requests import ask
from licensing.service.requestsides import SCOPES
from registry.service.submissions import get_submission
from registry.service.works import get_cut


def ask_for_missing(
    session: Session,
    principal: Principal,
    clearance_id: str,
    tariff: TariffTerm,
    *,
    performer_ids: Collection[str] = (),
    valid_until: datetime | None = None,
    description: str = "",
    message: str = "",
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[Request, ...]:
    """Ask everybody whose consent a clearance lacks, or those named, for what was declared.

    Raises `NotFound` for another tenant's clearance, `Conflict` when nobody's consent is lacking.
    """
    # Load.
    require(principal, SCOPES[Side.STUDIO])
    clearance = get_clearance(session, principal, clearance_id)
    submission = get_submission(session, principal, clearance.submission_id)
    cut = get_cut(session, principal, clearance.cut_id)
    # Decide.
    lacking = [
        item
        for item in missing(clearance.decision)
        if not performer_ids or item.performer_id in performer_ids
    ]
    if not lacking:
        raise Conflict(
            "No licence is missing there that somebody could be asked for.",
            next_step="Read the reasons of the clearance.",
            code="nothing-missing",
        )
    # Save.
    return tuple(
        ask(
            session,
            principal,
            terms_to_ask(
                item,
                submission.declaration,
                licensee_id=principal.tenant_id,
                works=(cut.work_id,),
                tariff=tariff,
                valid_until=valid_until,
                description=description,
            ),
            message=message,
            expires_at=expires_at,
            submission_id=submission.id,
            now=now,
        )
        for item in lacking
    )
