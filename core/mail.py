"""E-mail by SMTP, and the addresses to which an organisation wants its notices sent.

A mail says that there is something to read, with what the notice says in plain words; it holds no
link with a secret, but for one that sets a forgotten password. RFC 5321 and RFC 8314, https://www.rfc-editor.org/rfc/rfc8314
"""

import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from sqlmodel import Session, col, select

from core.columns import Owned
from core.errors import BadInput, NotFound
from core.ids import new_id
from core.messagesettings import MailSettings
from core.principal import Principal, require
from core.resealing import SealedColumn
from core.rowtexts import about, open_texts, seal_texts, vault_of
from core.visibility import visible

SCOPE = "webhooks"
ADDRESSES_MAX = 10
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_ADDRESS_CHARACTERS_MAX = 254
_TEXT = "address"
_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Where an organisation gets its notices by mail, in `lang` (en or de), since it was entered.

    None of an account's own, which is not entered here.
    """

    id: str
    tenant_id: str
    address: str
    lang: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """How sending ended: no `fault` is a delivery; `final` when another attempt cannot help."""

    fault: str = ""
    final: bool = False


class MailAddressRow(Owned, table=True):
    """Table of addresses for notices."""

    __tablename__ = "mail_address"

    sealed_address: bytes | None = None
    lang: str


def add_address(
    session: Session, principal: Principal, *, address: str, lang: str, now: datetime
) -> MailAddress:
    """Store an address for the organisation's notices; raises BadInput for a malformed one."""
    require(principal, SCOPE)
    check_address(address)
    known = list_addresses(session, principal)
    twin = next((item for item in known if item.address == address), None)
    if twin is not None:
        return twin
    if len(known) >= ADDRESSES_MAX:
        raise BadInput(
            f"an organisation has at most {ADDRESSES_MAX} addresses",
            next_step="remove one that is no longer read",
        )
    row = MailAddressRow(
        id=new_id("mad"), tenant_id=principal.tenant_id, recorded_at=now, lang=lang
    )
    row.sealed_address = seal_texts(
        vault_of(session), row.tenant_id, {_TEXT: address}, _bound(row)[1]
    )
    session.add(row)
    session.flush()
    return _address(session, row)


def list_addresses(session: Session, principal: Principal) -> list[MailAddress]:
    """Return the addresses to which the organisation's notices go."""
    query = select(MailAddressRow).where(visible(MailAddressRow, principal))
    return [_address(session, row) for row in session.exec(query.order_by(col(MailAddressRow.id)))]


def remove_address(session: Session, principal: Principal, address_id: str) -> MailAddress:
    """Send no more notices there; raises NotFound."""
    require(principal, SCOPE)
    query = select(MailAddressRow).where(
        col(MailAddressRow.id) == address_id, visible(MailAddressRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("there is no such address", next_step="list the addresses")
    gone = _address(session, row)
    session.delete(row)
    session.flush()
    return gone


def addresses_of(session: Session, tenant_id: str) -> list[MailAddress]:
    """Return an organisation's addresses for the spreading of a notice."""
    query = select(MailAddressRow).where(col(MailAddressRow.tenant_id) == tenant_id)
    return [_address(session, row) for row in session.exec(query.order_by(col(MailAddressRow.id)))]


def get_address(session: Session, address_id: str) -> MailAddress | None:
    """Return an address for a delivery, or None once it was removed."""
    row = session.get(MailAddressRow, address_id)
    return None if row is None else _address(session, row)


def check_address(address: str) -> None:
    """Raise BadInput unless this is a plain e-mail address, without a name or a line break."""
    if len(address) > _ADDRESS_CHARACTERS_MAX or _ADDRESS.fullmatch(address) is None:
        raise BadInput(
            "this is no e-mail address", next_step="give it like name@example.org, without a name"
        )


def compose(*, sender: str, to: str, subject: str, text: str, at: datetime) -> EmailMessage:
    """Return a plain text mail; a program wrote it, and it says so (RFC 3834)."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, " ".join(subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail


def send(settings: MailSettings, mail: EmailMessage) -> MailOutcome:
    """Hand one mail to the server of the settings; whatever goes wrong is an outcome."""
    try:
        with _connected(settings) as server:
            if settings.user:
                server.login(settings.user, settings.password.get_secret_value())
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as exc:
        codes: Sequence[int] = [code for code, _ in exc.recipients.values()]
        return MailOutcome("the address was refused", any(code in _PERMANENT for code in codes))
    except smtplib.SMTPResponseException as exc:
        return MailOutcome(f"the mail server answered {exc.smtp_code}")
    except (OSError, smtplib.SMTPException) as exc:
        return MailOutcome(f"the mail server cannot be reached: {type(exc).__name__}")
    return MailOutcome()


def _connected(settings: MailSettings) -> smtplib.SMTP:
    seconds, context = settings.timeout_seconds, ssl.create_default_context()
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=seconds, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=seconds)
    if settings.security == "starttls":
        server.starttls(context=context)
    return server


def _address(session: Session, row: MailAddressRow) -> MailAddress:
    texts = open_texts(vault_of(session), row.tenant_id, row.sealed_address, _bound(row)[1])
    address = "" if texts is None else texts[_TEXT]
    return MailAddress(row.id, row.tenant_id, address, row.lang, row.recorded_at)


def _bound(row: MailAddressRow) -> tuple[str, dict[str, str]]:
    return row.tenant_id, about(row.tenant_id, row.id, _TEXT)


SEALED = (SealedColumn(MailAddressRow, "sealed_address", _bound),)
