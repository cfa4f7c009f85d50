"""Players over HTTP: registered by their studio, and heard by what they sign."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.admitting import admit
from api.deps import Caller, Open, Reading, Writing
from api.visiting import origin_of
from api.wire import FROZEN, Text
from api.wire_usage import BatchOut, CountOut, DifferenceOut, RefusedEvent
from core.clock import utc_now
from core.errors import BadProof, Conflict
from royalties.models_players import BatchReport, Player
from royalties.playerbatch import BYTES_MAX
from royalties.service import fromevents, players
from royalties.unreported import last_month

router = APIRouter(tags=["money"])
entrance = APIRouter(prefix="/v1", tags=["money"])
Month = Annotated[str, Query(max_length=7, description="Month (the last one that is over).")]
_FAILED, _SENT = "player-failures", "player-batches"


class NewPlayer(BaseModel):
    """A player's public key, and the cut or work that it shows."""

    model_config = FROZEN
    label: Text
    did: Text
    scope_id: Text


class PlayerOut(BaseModel):
    """A player as it is registered."""

    id: str
    label: str
    did: str
    scope_id: str
    since: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, item: Player) -> Self:
        """The player as data."""
        return cls(
            id=item.id,
            label=item.label,
            did=item.did,
            scope_id=item.scope_id,
            since=item.recorded_at,
            ended_at=item.ended_at,
        )


class SignedBatch(BaseModel):
    """Exactly the text that the player signed, and its Ed25519 signature in base64url."""

    model_config = FROZEN
    batch: str = Field(max_length=BYTES_MAX)
    signature: str = Field(max_length=88)


class NewCount(BaseModel):
    """The month whose events are counted."""

    model_config = FROZEN
    month: Text


@router.post("/players", status_code=201, response_model=PlayerOut)
def add_player(body: NewPlayer, writing: Writing) -> Response:
    """Register a player by its public key."""
    return writing.write(
        lambda session: PlayerOut.of(
            players.add_player(
                session,
                writing.caller,
                label=body.label,
                did=body.did,
                scope_id=body.scope_id,
                now=utc_now(),
            )
        )
    )


@router.get("/players", response_model=list[PlayerOut])
def list_players(caller: Caller, reading: Reading) -> list[PlayerOut]:
    """Your players, newest first."""
    return [PlayerOut.of(one) for one in players.list_players(reading, caller)]


@router.post("/players/{player_id}/ending", response_model=PlayerOut)
def end_player(player_id: str, writing: Writing) -> Response:
    """Take nothing more in that this player signs; what it sent stays."""
    return writing.write(
        lambda session: PlayerOut.of(
            players.end_player(session, writing.caller, player_id, now=utc_now())
        ),
        status=200,
    )


@router.post("/usage-counts", status_code=201, response_model=CountOut)
def count_month(body: NewCount, writing: Writing) -> Response:
    """Count your players' events of a month as usage lines; again, it corrects its own lines."""

    def counted(session: Session) -> CountOut:
        made = fromevents.count_month(session, writing.caller, body.month, now=utc_now())
        return CountOut(month=made.month, lines=list(made.lines), held=made.held)

    return writing.write(counted)


@router.get("/usage-differences", response_model=list[DifferenceOut])
def differences(
    caller: Caller,
    reading: Reading,
    month: Month = "",
    after: Annotated[str, Query(max_length=64, description="The last cut before.")] = "",
) -> list[DifferenceOut]:
    """Cuts that a report and players both tell of, by territory; the report counts."""
    return [
        DifferenceOut(
            cut_id=one.cut_id,
            territory=one.territory,
            month=one.period,
            reported_views=one.reported_views,
            seen_views=one.seen_views,
            difference=one.seen_views - one.reported_views,
        )
        for one in fromevents.differences(
            reading, caller, month or last_month(utc_now()), after=after
        )
    ]


@entrance.post("/player-batches", response_model=BatchOut)
def take_batch(body: SignedBatch, request: Request, world: Open) -> BatchOut:
    """Take in events that a player signed; sent again they are known and change nothing."""
    terms, now = world.settings.usage, utc_now()
    try:
        with world.db.read() as session:
            player, batch = players.opened(
                session, body.batch, _signature(body.signature), terms=terms, now=now
            )
    except (BadProof, Conflict):
        address = origin_of(request).address
        _admit(world, _FAILED, address, "This address sent too much that does not hold.")
        raise
    _admit(world, _SENT, player.id, "This player sent often enough for now.")
    with world.db.write() as session:
        return _report(players.take(session, player, batch, terms=terms, now=now))


def _admit(world: Open, kind: str, value: str, said: str) -> None:
    admit(world, kind, value, hourly_max=world.settings.usage.batches_hourly_max, said=said)


def _signature(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:
        raise BadProof(
            "the signature is not base64url",
            next_step="Send the 64 bytes of the signature as base64url.",
            code="bad-signature",
        ) from exc


def _report(made: BatchReport) -> BatchOut:
    return BatchOut(
        accepted=made.accepted,
        duplicates=made.duplicates,
        refused=[RefusedEvent(index=one.index, cause=one.cause) for one in made.refused],
    )
