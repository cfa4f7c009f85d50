"""What settings say that is found wrong only when it is needed: places, programs, addresses."""

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from core.errors import BadInput
from core.mail import check_address
from core.messagesettings import MailSettings
from core.settingnames import PREFIX
from core.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def changed(settings: BaseModel, prefix: str = PREFIX) -> Iterator[str]:
    """The variable of each setting that is not its default, without values: some are secrets."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from changed(value, f"{prefix}{name.upper()}__")
        elif value != field.default:
            yield prefix + name.upper()


def unusable(settings: Settings) -> list[str]:
    """What stops people or work as soon as it is needed."""
    return [*_scratch(settings.scratch_dir), *_passwords(settings.accounts.breached_passwords)]


def doubtful(settings: Settings) -> list[str]:
    """What does less than it was set for."""
    mail = _mail(settings) if settings.mail.host else ()
    return [*_recogniser(settings.enrolment.recogniser_command), *mail]


def _scratch(folder: Path | None) -> Iterator[str]:
    if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        yield f"EBENBILD_SCRATCH_DIR: `{folder}` is no folder that this account may write to"


def _passwords(listed: Path | None) -> Iterator[str]:
    if listed is not None and not (listed.is_file() and os.access(listed, os.R_OK)):
        yield (
            f"EBENBILD_ACCOUNTS__BREACHED_PASSWORDS: `{listed}` cannot be read, "
            "so no password is taken"
        )


def _recogniser(command: str) -> Iterator[str]:
    try:
        program = (shlex.split(command) or [""])[0]
    except ValueError:
        program = command
    if program and shutil.which(program) is None:
        yield (
            f"EBENBILD_ENROLMENT__RECOGNISER_COMMAND: there is no program `{program}`, "
            "so people hear every phrase"
        )


def _mail(settings: Settings) -> Iterator[str]:
    yield from _clear(settings.mail)
    if not _sends(settings.mail.sender):
        yield "EBENBILD_MAIL__SENDER: mail servers refuse mail from an address that is none"
    if settings.base_url.endswith(".invalid"):
        yield "EBENBILD_BASE_URL: links in mails lead to this machine, which nobody else opens"


def _clear(settings: MailSettings) -> Iterator[str]:
    if settings.security == "none" and settings.host not in LOOPBACK:
        yield "EBENBILD_MAIL__SECURITY: mails and the password go to another machine in the clear"
    if settings.host.count(":") == 1:
        yield "EBENBILD_MAIL__HOST: a port is named by EBENBILD_MAIL__PORT alone"


def _sends(address: str) -> bool:
    try:
        check_address(address)
    except BadInput:
        return False
    return not address.endswith(".invalid")
