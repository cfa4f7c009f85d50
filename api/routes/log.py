"""The public log over HTTP, for anybody: checkpoints, tiles, receipts, its keys and witnesses.

The paths below `/log` are those of a tiled log, so that others' programs can follow it.
Spec: https://c2sp.org/tlog-tiles
"""

import base64
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import BaseModel

from api.deps import Language, Open, Reading
from api.describing import gives
from api.errors import wants_page
from api.routes.logpages import Sought, log_page
from core import log, logkeys, logwitnesses, receipts
from core.checkpoint import parse_checkpoint
from core.checkpoints import at_size, newest
from core.clock import utc_now
from core.errors import BadProof, NotFound
from core.logwitnesses import Witness
from core.signednote import NOTE_BYTES_MAX, parse_note
from core.tilepath import parse_tile
from core.tiles import tile_bytes
from core.tlogpolicy import format_policy

public = APIRouter(tags=["log"])
TEXT = "text/plain; charset=utf-8"
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "public, max-age=2"}
Size = Annotated[int, Path(ge=0, le=2**53)]


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


class ConsistencyOut(BaseModel):
    """That the log went on from `old` entries to `new`: hashes in base64, as RFC 6962 orders."""

    old: int
    new: int
    proof: list[str]


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


@public.get("/log/policy", response_class=Response, responses=gives(TEXT))
def policy(reading: Reading, world: Open) -> Response:
    """The log's keys and witnesses as a policy file, for `ebenbild log verify` and others."""
    offered = logwitnesses.policy(reading, world.settings.log.quorum)
    return Response(format_policy(offered), media_type=TEXT, headers=FRESH)


@public.get("/log/checkpoint", response_class=Response, responses=gives(TEXT))
def checkpoint(reading: Reading) -> Response:
    """The newest signed checkpoint, with the cosignatures that came so far."""
    return Response(newest(reading).full, media_type=TEXT, headers=FRESH)


@public.get("/log/checkpoint/{size}", response_class=Response, responses=gives(TEXT))
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


@public.get("/log/receipts/{index}", response_class=Response, responses=gives(TEXT))
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
