"""Keeping the public log over HTTP: its witnesses, its seals and its keys, for the operator."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Writing
from api.routes.log import KeyOut, WitnessOut
from api.wire import FROZEN, Text
from core import logkeys, logwitnesses, rowseals, witnesspost
from core.clock import utc_now
from core.principal import require

router = APIRouter(tags=["log"])
Vkey = Annotated[str, Field(min_length=8, max_length=500)]


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


@router.post("/log/witnesses/removal", response_model=dict[str, str])
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


@router.post("/log/sealing", response_model=dict[str, int])
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


@router.post("/log/keys/retirement", response_model=dict[str, str])
def retire_key(body: OldKey, writing: Writing) -> Response:
    """End a change of the log's key: the old one signs no more."""

    def retire(session: Session) -> dict[str, str]:
        logkeys.retire_key(session, writing.caller, body.vkey, now=utc_now())
        return {"vkey": body.vkey}

    return writing.write(retire, status=200)
