"""Sends the mails of password resets; what they hold is never stored."""

import logging
import threading
from typing import TYPE_CHECKING

from api.web.texts import text
from core import mail
from core.clock import utc_now
from core.init import World
from core.mail import MailOutcome

if TYPE_CHECKING:
    from api.accounts.resetting import Letter

LOG = logging.getLogger("ebenbild.post")
IN_A_ROW_MAX = 50


def send_resets(world: World, ending: threading.Event | None = None) -> int:
    """Send all that is due; returns how many were tried."""
    if not world.settings.mail.host:
        return 0
    # Imported here: signing in needs libraries that a worker without mail does not.
    from api.accounts import resetting  # noqa: PLC0415

    for tried in range(IN_A_ROW_MAX):
        stops = ending is not None and ending.is_set()
        letter = None if stops else resetting.next_letter(world.db, utc_now())
        if letter is None:
            return tried
        ended = _send(world, letter)
        LOG.info("password reset %s: %s", letter.reset_id, ended.fault or "sent")
        if not ended.fault or ended.final:
            resetting.mailed(world.db, letter, refused=bool(ended.fault))
    return IN_A_ROW_MAX


def _send(world: World, letter: "Letter") -> MailOutcome:
    from api.accounts import joining, resetting  # noqa: PLC0415

    link = joining.link(world.settings, letter.code, resetting.PAGE)
    minutes = int(resetting.GOOD_FOR.total_seconds()) // 60
    words = text(letter.lang, "reset.letter", link=link, minutes=minutes, code=letter.code)
    composed = mail.compose(
        sender=world.settings.mail.sender,
        to=letter.email,
        subject=text(letter.lang, "reset.subject"),
        text=words,
        at=utc_now(),
    )
    return mail.send(world.settings.mail, composed)
