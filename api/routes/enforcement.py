"""Enforcement over HTTP: clips found elsewhere, notices to platforms, deadlines, policies."""

from fastapi import APIRouter, Response
from sqlmodel import Session

from api import uploads
from api.deciding import heed_change
from api.deps import Caller, Language, Open, Reading, Writing
from api.describing import gives
from api.paging import Asked, Page, page
from api.wire_enforcement import (
    ClipOut,
    Closing,
    Counter,
    NewClip,
    NewPolicy,
    NewTakedown,
    PolicyOut,
    TakedownOut,
)
from core.clock import to_text, utc_now
from core.errors import BadInput
from core.init import World
from core.principal import Principal
from licensing.models_enforcement import Clip, Sender, Takedown
from licensing.service import clips, enforcing, takedowns, usedclips, usepolicies
from registry.models.mandates import Act
from registry.service.acting import view

router = APIRouter(tags=["enforcement"])
JSON, BYTES = "application/json", "application/octet-stream"
READ_BY = (Act.READ, Act.ENFORCE)


@router.post("/performers/{performer_id}/clips", status_code=202, response_model=ClipOut)
def hand_in(performer_id: str, body: NewClip, writing: Writing, world: Open) -> Response:
    """Hand in a file found elsewhere; a job searches it for this performer and for nobody else.

    A use that was found here (`use_id`) needs no file and no search.
    """
    if (body.upload_id is None) == (body.use_id is None):
        raise BadInput("A clip is a file or a use.", next_step="Give upload_id or use_id.")
    if body.use_id is not None:
        return _of_use(performer_id, body.use_id, body.location, writing, world)
    return _of_file(performer_id, str(body.upload_id), body.location, writing, world)


@router.get("/performers/{performer_id}/clips", response_model=list[ClipOut])
def list_clips(performer_id: str, caller: Caller, reading: Reading) -> list[ClipOut]:
    """List a performer's clips, newest first."""
    side = view(reading, caller, performer_id, *READ_BY, now=utc_now())
    return [ClipOut.of(item) for item in clips.list_clips(reading, side, performer_id)]


@router.get("/performers/{performer_id}/policy", response_model=PolicyOut)
def show_policy(performer_id: str, caller: Caller, reading: Reading) -> PolicyOut:
    """What is to be done about uses of this performer that nobody licensed?"""
    policy = usepolicies.get_policy(reading, caller, performer_id)
    return PolicyOut(performer_id=performer_id, policy=policy)


@router.post("/performers/{performer_id}/policy", response_model=PolicyOut)
def set_policy(performer_id: str, body: NewPolicy, writing: Writing) -> Response:
    """Block, monetise, track or ignore."""

    def said(session: Session) -> PolicyOut:
        now = utc_now()
        policy = usepolicies.set_policy(session, writing.caller, performer_id, body.policy, now=now)
        heed_change(session, writing.caller, performer_id, f"policy:{to_text(now)}")
        return PolicyOut(performer_id=performer_id, policy=policy)

    return writing.write(said, status=200)


@router.get("/clips/{clip_id}", response_model=ClipOut)
def show_clip(clip_id: str, caller: Caller, reading: Reading) -> ClipOut:
    """Show one clip and what was found in it."""
    return ClipOut.of(clips.get_clip(reading, _reader(reading, caller, clip_id), clip_id))


@router.get("/clips/{clip_id}/evidence", response_class=Response, responses=gives(JSON))
def evidence(clip_id: str, caller: Caller, reading: Reading) -> Response:
    """The registry-signed bytes that say what was found; empty where nothing was."""
    found = clips.get_clip(reading, _reader(reading, caller, clip_id), clip_id)
    return Response(found.evidence, media_type=JSON)


@router.get("/clips/{clip_id}/excerpt", response_class=Response, responses=gives(BYTES))
def excerpt(clip_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """The picture or seconds of sound by which the performer was found."""
    found = clips.excerpt(reading, world.vault, _reader(reading, caller, clip_id), clip_id)
    return Response(found, media_type=BYTES, headers={"Cache-Control": "no-store"})


@router.post("/clips/{clip_id}/takedowns", status_code=201, response_model=TakedownOut)
def make_notice(clip_id: str, body: NewTakedown, writing: Writing, world: Open) -> Response:
    """Make the notice about a clip with everything that the law wants in it, ready to be sent."""
    sender = None if body.sender is None else Sender(**body.sender.model_dump())

    def made(session: Session) -> TakedownOut:
        now = utc_now()
        side = enforcing.enforce(session, writing.caller, clip_id, now)
        item = takedowns.send_notice(
            session, world.vault, side, clip_id, platform=body.platform, sender=sender, now=now
        )
        heed_change(session, side, item.performer_id, f"{item.id}:sent")
        _tell(session, writing.caller, side, "notice", item)
        return TakedownOut.of(item)

    return writing.write(made)


@router.get("/takedowns", response_model=Page[TakedownOut])
def list_takedowns(caller: Caller, reading: Reading, asked: Asked) -> Page[TakedownOut]:
    """List your notices to platforms, newest first."""
    found = takedowns.list_takedowns(
        reading, caller, before_seq=asked.before_seq, limit=asked.limit
    )
    return page(found, asked, lambda item: TakedownOut.of(item[1]), cursor=lambda item: item[0])


@router.get("/takedowns/{takedown_id}", response_model=TakedownOut)
def show_takedown(takedown_id: str, caller: Caller, reading: Reading) -> TakedownOut:
    """Show one notice and its deadlines."""
    side = _reader(reading, caller, takedown_id)
    return TakedownOut.of(takedowns.get_takedown(reading, side, takedown_id))


@router.get(
    "/takedowns/{takedown_id}/notice", response_class=Response, responses=gives("text/plain")
)
def notice(
    takedown_id: str, caller: Caller, reading: Reading, world: Open, lang: Language
) -> Response:
    """The text to send, in English or German."""
    side = _reader(reading, caller, takedown_id)
    text = takedowns.text_of(reading, world.vault, side, takedown_id, lang)
    return Response(text, media_type="text/plain; charset=utf-8")


@router.get(
    "/takedowns/{takedown_id}/notice.pdf",
    response_class=Response,
    responses=gives("application/pdf"),
)
def notice_on_paper(
    takedown_id: str, caller: Caller, reading: Reading, world: Open, lang: Language
) -> Response:
    """The same text as a PDF."""
    # Not needed by any other answer.
    from api.web.noticepdf import notice_pdf  # noqa: PLC0415

    side = _reader(reading, caller, takedown_id)
    text = takedowns.text_of(reading, world.vault, side, takedown_id, lang)
    return Response(notice_pdf(text, takedown_id, lang), media_type="application/pdf")


@router.post("/takedowns/{takedown_id}/counter-notice", response_model=TakedownOut)
def counter(takedown_id: str, body: Counter, writing: Writing) -> Response:
    """Record a counter-notice; the answer holds the deadline, of which the inbox reminds."""

    def countered(session: Session) -> TakedownOut:
        now = utc_now()
        side = enforcing.enforce(session, writing.caller, takedown_id, now)
        item = takedowns.counter(session, side, takedown_id, received_at=body.received_at, now=now)
        heed_change(session, side, item.performer_id, f"{item.id}:countered")
        _tell(session, writing.caller, side, "countered", item)
        return TakedownOut.of(item)

    return writing.write(countered, status=200)


@router.post("/takedowns/{takedown_id}/closing", response_model=TakedownOut)
def close(takedown_id: str, body: Closing, writing: Writing) -> Response:
    """Record how it ended."""

    def closed(session: Session) -> TakedownOut:
        now = utc_now()
        side = enforcing.enforce(session, writing.caller, takedown_id, now)
        item = takedowns.close(
            session, side, takedown_id, body.outcome, result=body.result, now=now
        )
        heed_change(session, side, item.performer_id, f"{item.id}:closed")
        _tell(session, writing.caller, side, "closed", item)
        return TakedownOut.of(item)

    return writing.write(closed, status=200)


def _reader(reading: Reading, caller: Principal, thing_id: str) -> Principal:
    """Who reads a clip or a notice: the performer's side, and agents who may read or enforce."""
    return enforcing.view_enforced(reading, caller, thing_id, *READ_BY, now=utc_now())


def _tell(
    session: Session, caller: Principal, side: Principal, kind: str, item: Clip | Takedown
) -> None:
    """Tell the performer's side of a clip or notice that another organisation made in its name."""
    enforcing.tell(
        session,
        caller,
        side,
        kind,
        subject_id=item.id,
        performer_id=item.performer_id,
        where=item.location if isinstance(item, Clip) else item.platform,
        now=utc_now(),
    )


def _of_use(
    performer_id: str, use_id: str, location: str, writing: Writing, world: World
) -> Response:
    def begun(session: Session) -> ClipOut:
        now = utc_now()
        side = enforcing.enforce_for(session, writing.caller, performer_id, now)
        item = usedclips.begin(
            session,
            world.vault,
            world.registry_key,
            side,
            performer_id=performer_id,
            use_id=use_id,
            location=location,
            now=now,
        )
        _tell(session, writing.caller, side, "clip", item)
        return ClipOut.of(item)

    return writing.write(begun, status=202)


def _of_file(
    performer_id: str, upload_id: str, location: str, writing: Writing, world: World
) -> Response:
    known = writing.replay()
    if known is not None:
        return known
    with world.db.read() as session:
        side = view(session, writing.caller, performer_id, Act.ENFORCE, now=utc_now())
        clips.list_clips(session, side, performer_id)
    stored = uploads.keep(world, writing.caller, upload_id, owner=side.tenant_id)

    def handed(session: Session) -> ClipOut:
        now = utc_now()
        side = enforcing.enforce_for(session, writing.caller, performer_id, now)
        item = clips.hand_in(session, side, performer_id, stored, location, now=now)
        _tell(session, writing.caller, side, "clip", item)
        return ClipOut.of(item)

    answer = writing.write(handed, status=202)
    uploads.discard(world.settings, writing.caller, upload_id)
    return answer
