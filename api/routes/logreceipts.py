"""Receipts of a subject's events over HTTP, for its parties: each opens its leaf's commitment."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Open, Reading
from api.routes.licences import READERS
from core import log, logwitnesses, receipts
from core.clock import utc_now
from core.init import World
from core.log import Leaf
from core.principal import require, require_any
from licensing.service import certificates, clearances, licences
from licensing.service.mandated import view_licence
from registry.models.mandates import Act
from registry.service import datasets, enrolment
from registry.service.acting import view_enrolment
from registry.service.challengesides import SEEING

router = APIRouter(tags=["log"])


class ReceiptOut(BaseModel):
    """A receipt in the form c2sp.org/tlog-proof@v1, with what opens its commitment."""

    index: int
    kind: str
    at: datetime
    receipt: str


@router.get("/licences/{licence_id}/receipts", response_model=list[ReceiptOut])
def of_licence(licence_id: str, caller: Caller, reading: Reading, world: Open) -> list[ReceiptOut]:
    """Receipts of a licence's events, for its parties."""
    require_any(caller, *READERS)
    side = view_licence(reading, caller, licence_id, Act.READ, utc_now())
    return _opened(reading, world, licences.get_licence(reading, side, licence_id).id)


@router.get("/clearances/{clearance_id}/receipts", response_model=list[ReceiptOut])
def of_clearance(
    clearance_id: str, caller: Caller, reading: Reading, world: Open
) -> list[ReceiptOut]:
    """Receipts of a decision and of its certificate, for its studio."""
    found = clearances.get_clearance(reading, caller, clearance_id)
    require(caller, clearances.SCOPE)
    certified = certificates.certificate_id(reading, caller, found.id)
    subjects = [found.id] if certified is None else [found.id, certified]
    return [item for subject in subjects for item in _opened(reading, world, subject)]


@router.get("/enrolments/{enrolment_id}/receipts", response_model=list[ReceiptOut])
def of_enrolment(
    enrolment_id: str, caller: Caller, reading: Reading, world: Open
) -> list[ReceiptOut]:
    """Receipts of an enrolment's events, for the performer's side."""
    side = view_enrolment(reading, caller, enrolment_id, *SEEING, now=utc_now())
    return _opened(reading, world, enrolment.get_enrolment(reading, side, enrolment_id).id)


@router.get("/datasets/{dataset_id}/receipts", response_model=list[ReceiptOut])
def of_dataset(dataset_id: str, caller: Caller, reading: Reading, world: Open) -> list[ReceiptOut]:
    """Receipts of a dataset, which commit to its manifest, for its studio."""
    return _opened(reading, world, datasets.get_dataset(reading, caller, dataset_id).id)


def _opened(session: Session, world: World, subject_id: str) -> list[ReceiptOut]:
    offered = logwitnesses.policy(session, world.settings.log.quorum)
    return [
        _receipt(leaf, receipts.receipt(session, leaf, offered, opened=True))
        for leaf in log.leaves_about(session, subject_id)
    ]


def _receipt(leaf: Leaf, text: str) -> ReceiptOut:
    return ReceiptOut(index=leaf.index, kind=leaf.kind, at=leaf.at, receipt=text)
