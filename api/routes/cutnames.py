"""What the world outside calls a cut: identifiers over HTTP."""

from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from registry.store.cutidentifiers import CutIdentifier
from royalties.service import cutnames

router = APIRouter(tags=["works"])


class NewIdentifier(BaseModel):
    """An identifier: `isan`, `eidr`, `isrc`, or `title_id` such as `youtube:NDH1bGnNMjw`."""

    model_config = FROZEN
    scheme: Text
    value: Text


class IdentifierOut(BaseModel):
    """One identifier of a cut, in the one form of its scheme."""

    id: str
    cut_id: str
    scheme: str
    value: str

    @classmethod
    def of(cls, item: CutIdentifier) -> Self:
        """The identifier as data."""
        return cls(id=item.id, cut_id=item.cut_id, scheme=item.scheme, value=item.value)


@router.post("/cuts/{cut_id}/identifiers", status_code=201, response_model=IdentifierOut)
def name_cut(cut_id: str, body: NewIdentifier, writing: Writing) -> Response:
    """Give a cut an identifier; its check character has to be right."""
    return writing.write(
        lambda session: IdentifierOut.of(
            cutnames.name_cut(
                session, writing.caller, cut_id, body.scheme, body.value, now=utc_now()
            )
        )
    )


@router.get("/cuts/{cut_id}/identifiers", response_model=list[IdentifierOut])
def names_of(cut_id: str, caller: Caller, reading: Reading) -> list[IdentifierOut]:
    """The identifiers of a cut."""
    return [IdentifierOut.of(item) for item in cutnames.names_of(reading, caller, cut_id)]


@router.post("/cuts/{cut_id}/identifiers/{identifier_id}/removal", response_model=dict[str, str])
def unname_cut(cut_id: str, identifier_id: str, writing: Writing) -> Response:
    """Take an identifier from a cut."""

    def remove(session: Session) -> dict[str, str]:
        cutnames.unname_cut(session, writing.caller, cut_id, identifier_id)
        return {"id": identifier_id}

    return writing.write(remove, status=200)
