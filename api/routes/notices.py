"""The inbox: what you were told, and to which mail addresses it goes besides."""

from datetime import datetime
from typing import Literal, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Language, Reading, Writing
from api.letters import how_of, subject_of, words_of
from api.naming import named
from api.noticeplaces import place_of
from api.paging import Asked, Page, page
from api.wire import FROZEN
from core import mail, notices
from core.clock import utc_now
from core.mail import MailAddress
from core.notices import Notice
from core.principal import Principal, require

router = APIRouter(tags=["notices"])


class NoticeOut(BaseModel):
    """One notice, with its words in the language asked for.

    `page` is the address here of what it is about, `how` the command by which one goes on; each
    is empty where there is none.
    """

    id: str
    seq: int
    kind: str
    subject_id: str
    title: str
    text: str
    page: str
    how: str
    facts: dict[str, str]
    at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, session: Session, caller: Principal, notice: Notice, lang: str) -> Self:
        """The notice as data, and in words with the names that the caller may know."""
        about, now = (notice.kind, notice.subject_id, notice.facts), utc_now()
        return cls(
            id=notice.id,
            seq=notice.seq,
            kind=notice.kind,
            subject_id=notice.subject_id,
            title=named(session, caller, subject_of(lang, notice.kind, notice.facts), now),
            text=named(session, caller, words_of(lang, *about), now),
            page=place_of(*about, reader=caller.tenant_kind),
            how=how_of(lang, *about),
            facts=dict(notice.facts),
            at=notice.at,
            read_at=notice.read_at,
        )


class NewMailAddress(BaseModel):
    """Where notices are to go by mail."""

    model_config = FROZEN
    address: str = Field(min_length=3, max_length=254)
    lang: Literal["en", "de"] = "en"


@router.get("/notices", response_model=Page[NoticeOut])
def list_notices(caller: Caller, reading: Reading, asked: Asked, lang: Language) -> Page[NoticeOut]:
    """What were you told? Newest first."""
    found = notices.inbox(reading, caller, before_seq=asked.before_seq, limit=asked.limit)
    return page(
        found,
        asked,
        lambda item: NoticeOut.of(reading, caller, item, lang),
        lambda item: item.seq,
    )


@router.post("/notices/{notice_id}/reading", response_model=NoticeOut)
def read_notice(notice_id: str, writing: Writing, lang: Language) -> Response:
    """Mark a notice as read."""
    return writing.write(
        lambda session: NoticeOut.of(
            session,
            writing.caller,
            notices.mark_read(session, writing.caller, notice_id, utc_now()),
            lang,
        ),
        status=200,
    )


@router.post("/mail-addresses", status_code=201, response_model=MailAddress)
def add_mail_address(body: NewMailAddress, writing: Writing) -> Response:
    """Send notices to this address too."""
    return writing.write(
        lambda session: mail.add_address(
            session, writing.caller, address=body.address, lang=body.lang, now=utc_now()
        )
    )


@router.get("/mail-addresses", response_model=list[MailAddress])
def list_mail_addresses(caller: Caller, reading: Reading) -> list[MailAddress]:
    """List the addresses to which notices go."""
    require(caller, mail.SCOPE)
    return mail.list_addresses(reading, caller)


@router.post("/mail-addresses/{address_id}/removal", response_model=MailAddress)
def remove_mail_address(address_id: str, writing: Writing) -> Response:
    """Send no more notices there."""
    return writing.write(
        lambda session: mail.remove_address(session, writing.caller, address_id), status=200
    )
