"""The public log over HTTP: checkpoints, tiles and receipts for anybody, its keys and witnesses.

The paths below `/log` are those of a tiled log, so that others' programs can follow it.
Spec: https://c2sp.org/tlog-tiles
"""

import base64
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Language, Open, Reading, Writing
from api.errors import wants_page
from api.routes.licences import READERS
from api.routes.logpages import Sought, log_page
from api.wire import FROZEN, Text
from core import log, logkeys, logwitnesses, receipts, rowseals, witnesspost
from core.checkpoint import parse_checkpoint
from core.checkpoints import at_size, newest
from core.clock import utc_now
from core.errors import BadProof, NotFound
from core.init import World
from core.log import Leaf
from core.logwitnesses import Witness
from core.principal import require, require_any
from core.signednote import NOTE_BYTES_MAX, parse_note
from core.tilepath import parse_tile
from core.tiles import tile_bytes
from core.tlogpolicy import format_policy
from licensing.service import certificates, clearances, licences
from licensing.service.mandated import view_licence
from registry.models.mandates import Act
from registry.service import datasets, enrolment
from registry.service.acting import view_enrolment
from registry.service.challengesides import SEEING

public = APIRouter(tags=["log"])
router = APIRouter(tags=["log"])
TEXT = "text/plain; charset=utf-8"
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "public, max-age=2"}
Size = Annotated[int, Path(ge=0, le=2**53)]
Vkey = Annotated[str, Field(min_length=8, max_length=500)]


class KeyOut(BaseModel):
    """A key of the log, as others' programs take it; it signs until `retired_at`."""

    vkey: str
    since: datetime
    retired_at: datetime | None


class WitnessOut(BaseModel):
    """A witness of the log; `cosigned` is the size of the newest checkpoint that it cosigned."""

    name: str
    vkey: str
    url: str
    since: datetime
    cosigned: int

    @classmethod
    def of(cls, item: Witness) -> Self:
        """The witness as data."""
        return cls(
            name=item.key.name,
            vkey=item.key.vkey,
            url=item.url,
            since=item.since,
            cosigned=item.cosigned,
        )


class LogOut(BaseModel):
    """Who the log is, how large, and by whom it is signed."""

    origin: str
    size: int
    root: str
    keys: list[KeyOut]
    witnesses: list[WitnessOut]
    policy: str


class LeafOut(BaseModel):
    """Where in the log a subject's events are."""

    index: int
    kind: str
    at: datetime


class ReceiptOut(BaseModel):
    """A receipt in the form c2sp.org/tlog-proof@v1, with what opens its commitment."""

    index: int
    kind: str
    at: datetime
    receipt: str


class ConsistencyOut(BaseModel):
    """That the log went on from `old` entries to `new`: hashes in base64, as RFC 6962 orders."""

    old: int
    new: int
    proof: list[str]


class NewWitness(BaseModel):
    """A witness's key, and where checkpoints are sent; without `url` it fetches them itself."""

    model_config = FROZEN
    vkey: Vkey
    url: str = Field(default="", max_length=2000)


class OldWitness(BaseModel):
    """The name in a witness's key."""

    model_config = FROZEN
    name: Text


class OldKey(BaseModel):
    """A key of the log."""

    model_config = FROZEN
    vkey: Vkey


class AskedOut(BaseModel):
    """What became of asking a witness; no `fault` is a cosignature."""

    name: str
    size: int
    fault: str


@public.get("/log", response_model=LogOut, responses={200: {"content": {"text/html": {}}}})
def show(
    request: Request,
    reading: Reading,
    world: Open,
    lang: Language,
    sought: Annotated[Sought, Depends()],
) -> LogOut | Response:
    """Whose log is this, how large is it, and whose signatures are to be expected?

    JSON, and for browsers a page with the entries of a day or a kind.
    """
    if wants_page(request):
        return log_page(request, reading, world, lang, sought)
    head = parse_checkpoint(newest(reading).text)
    return LogOut(
        origin=head.origin,
        size=head.size,
        root=head.root.hex(),
        keys=[
            KeyOut(vkey=item.key.vkey, since=item.since, retired_at=item.retired_at)
            for item in logkeys.log_keys(reading)
        ],
        witnesses=[WitnessOut.of(item) for item in logwitnesses.list_witnesses(reading)],
        policy=format_policy(logwitnesses.policy(reading, world.settings.log.quorum)),
    )


@public.get("/log/policy", response_class=Response)
def policy(reading: Reading, world: Open) -> Response:
    """The log's keys and witnesses as a policy file, for `ebenbild log verify` and others."""
    offered = logwitnesses.policy(reading, world.settings.log.quorum)
    return Response(format_policy(offered), media_type=TEXT, headers=FRESH)


@public.get("/log/checkpoint", response_class=Response)
def checkpoint(reading: Reading) -> Response:
    """The newest signed checkpoint, with the cosignatures that came so far."""
    return Response(newest(reading).full, media_type=TEXT, headers=FRESH)


@public.get("/log/checkpoint/{size}", response_class=Response)
def checkpoint_of(size: Size, reading: Reading) -> Response:
    """An earlier checkpoint, as the log signed it."""
    return Response(at_size(reading, size).full, media_type=TEXT, headers=FRESH)


@public.get("/log/consistency/{old}/{new}", response_model=ConsistencyOut)
def consistency(old: Size, new: Size, reading: Reading) -> ConsistencyOut:
    """The proof that the first `new` entries begin with the first `old` (RFC 6962, 2.1.2)."""
    proof = [base64.b64encode(each).decode() for each in log.consistency(reading, old, new)]
    return ConsistencyOut(old=old, new=new, proof=proof)


@public.get("/log/tile/{path:path}", response_class=Response, include_in_schema=False)
def tile(path: str, reading: Reading) -> Response:
    """Up to 256 hashes of one height, or the leaves themselves (`entries`)."""
    asked = parse_tile(path)
    if asked is None:
        raise NotFound("There is no such tile.", next_step="See https://c2sp.org/tlog-tiles.")
    data = tile_bytes(reading, asked)
    return Response(data, media_type="application/octet-stream", headers=FOR_GOOD)


@public.get("/log/receipts/{index}", response_class=Response)
def receipt(index: int, reading: Reading, world: Open) -> Response:
    """The receipt of one leaf, for anybody; a party's opens its commitment too."""
    leaf = log.leaf(reading, index)
    offered = logwitnesses.policy(reading, world.settings.log.quorum)
    made = receipts.receipt(reading, leaf, offered, opened=False)
    return Response(made, media_type=TEXT, headers=FRESH)


@public.get("/log/leaves/{subject_id}", response_model=list[LeafOut])
def leaves(subject_id: str, reading: Reading) -> list[LeafOut]:
    """Where are the events of a licence, a clearance or an enrolment? Known by its id alone."""
    found = log.leaves_about(reading, subject_id)
    return [LeafOut(index=item.index, kind=item.kind, at=item.at) for item in found]


@public.post("/log/cosignatures", status_code=200)
def cosignatures(
    body: Annotated[bytes, Body(media_type=TEXT, max_length=NOTE_BYTES_MAX)], world: Open
) -> dict[str, int]:
    """Hand in a checkpoint of this log with the signatures of its witnesses."""
    try:
        note = parse_note(body.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise BadProof("The note is not UTF-8.", next_step="Send it as it is.") from exc
    with world.db.write() as session:
        return {"kept": logwitnesses.accept(session, note, now=utc_now())}


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


@router.post("/log/witnesses", status_code=201, response_model=WitnessOut)
def add_witness(body: NewWitness, writing: Writing, world: Open) -> Response:
    """Ask a witness for cosignatures from now on."""
    return writing.write(
        lambda session: WitnessOut.of(
            logwitnesses.add_witness(
                session,
                writing.caller,
                body.vkey,
                body.url,
                loopback=world.settings.webhooks.loopback,
                now=utc_now(),
            )
        )
    )


@router.post("/log/witnesses/removal", status_code=200)
def remove_witness(body: OldWitness, writing: Writing) -> Response:
    """Ask a witness no more."""

    def remove(session: Session) -> dict[str, str]:
        logwitnesses.remove_witness(session, writing.caller, body.name, now=utc_now())
        return {"name": body.name}

    return writing.write(remove, status=200)


@router.post("/log/cosigning", status_code=200, response_model=list[AskedOut])
def ask(caller: Caller, world: Open) -> list[AskedOut]:
    """Ask every witness that has an address now, and say what each answered."""
    return [
        AskedOut(name=item.name, size=item.size, fault=item.fault)
        for item in witnesspost.ask_for(caller, world.db, world.settings.webhooks)
    ]


@router.post("/log/sealing", status_code=200)
def seal(writing: Writing) -> Response:
    """Put a digest of what was added to append-only tables into the log now; else each hour."""

    def sealed(session: Session) -> dict[str, int]:
        require(writing.caller, logwitnesses.SCOPE)
        return {"rows": rowseals.seal_rows(session, now=utc_now())}

    return writing.write(sealed, status=200)


@router.post("/log/keys", status_code=201, response_model=KeyOut)
def add_key(writing: Writing, world: Open) -> Response:
    """Begin a change of the log's key: a new one signs beside the present one."""

    def add(session: Session) -> KeyOut:
        made = logkeys.add_key(
            session, world.vault, writing.caller, world.settings.base_url, now=utc_now()
        )
        return KeyOut(vkey=made.key.vkey, since=made.since, retired_at=made.retired_at)

    return writing.write(add)


@router.post("/log/keys/retirement", status_code=200)
def retire_key(body: OldKey, writing: Writing) -> Response:
    """End a change of the log's key: the old one signs no more."""

    def retire(session: Session) -> dict[str, str]:
        logkeys.retire_key(session, writing.caller, body.vkey, now=utc_now())
        return {"vkey": body.vkey}

    return writing.write(retire, status=200)


def _opened(session: Session, world: World, subject_id: str) -> list[ReceiptOut]:
    offered = logwitnesses.policy(session, world.settings.log.quorum)
    return [
        _receipt(leaf, receipts.receipt(session, leaf, offered, opened=True))
        for leaf in log.leaves_about(session, subject_id)
    ]


def _receipt(leaf: Leaf, text: str) -> ReceiptOut:
    return ReceiptOut(index=leaf.index, kind=leaf.kind, at=leaf.at, receipt=text)
