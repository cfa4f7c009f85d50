"""Which records are about one performer: the ids that notices, jobs and decisions name instead."""

from sqlalchemy import select as sql_select
from sqlalchemy import union_all
from sqlmodel import Session, col

from core.principal import SearchCapability
from licensing.store.clips import ClipRow
from licensing.store.groups import MembershipRow
from licensing.store.licencerows import LicenceDraftRow
from licensing.store.pauses import PauseRow
from licensing.store.requests import RequestRow
from licensing.store.standings import StandingDraftRow
from licensing.store.takedowns import TakedownRow
from registry.store.enrolments import EnrolmentRow
from registry.store.estates import EstateRow
from registry.store.exports import ExportRow
from registry.store.guardians import GuardianRow
from registry.store.heldkeys import HeldKeyRow
from registry.store.keys import KeyDraftRow
from registry.store.mandates import MandateRow
from registry.store.moneyreleases import MoneyReleaseRow
from registry.store.people import PerformerRow
from registry.store.replacements import ReplacementRow
from royalties.store.complainttables import ComplaintRow
from royalties.store.payees import PayeeVersionRow

_ABOUT = (
    ClipRow,
    EnrolmentRow,
    EstateRow,
    ExportRow,
    GuardianRow,
    HeldKeyRow,
    KeyDraftRow,
    LicenceDraftRow,
    MandateRow,
    MembershipRow,
    MoneyReleaseRow,
    PauseRow,
    PayeeVersionRow,
    ReplacementRow,
    RequestRow,
    StandingDraftRow,
    TakedownRow,
)


def ids_about(session: Session, _capability: SearchCapability, performer_id: str) -> frozenset[str]:
    """The ids of a performer, of the payee and of each record of these tables, across tenants."""
    parts = [sql_select(col(row.id)).where(col(row.performer_id) == performer_id) for row in _ABOUT]
    parts.append(
        sql_select(col(ComplaintRow.id)).where(
            col(ComplaintRow.claimant_performer_id) == performer_id
        )
    )
    parts.append(sql_select(col(PerformerRow.payee_id)).where(col(PerformerRow.id) == performer_id))
    found = session.connection().execute(union_all(*parts))
    return frozenset({performer_id, *(row[0] for row in found)})
