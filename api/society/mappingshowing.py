"""How senders write their reports, for pages: what is kept, or what headings seem to mean."""

import io
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from api.web.signnames import SIGNS
from core.errors import BadInput
from core.principal import Principal
from royalties.reports.lines import Encoding
from royalties.reports.mapping import (
    COLUMNS,
    FIXABLE,
    SENDER,
    Point,
    Thousands,
    TimeUnit,
    mapping_from_dict,
)
from royalties.service import mappings
from royalties.usage import headings as read_headings

_CHOICES: Mapping[str, type[StrEnum]] = {
    "decimal": Point,
    "thousands": Thousands,
    "watched": TimeUnit,
    "encoding": Encoding,
}


def mapping_page(
    session: Session, principal: Principal, sender: str, headings: str
) -> dict[str, Any]:
    """What is kept of a sender; with the `headings` of a report, what these most likely mean.

    Of a sender nobody has kept anything of the form is empty. Raises `BadInput` for what cannot be
    a sender's name, and for headings with a unit that nobody reads.
    """
    if SENDER.fullmatch(sender) is None:
        raise BadInput(
            "That is no short name of a sender.",
            next_step="Name it in small letters, digits, dots and hyphens, such as youtube.",
            code="bad-sender",
        )
    found = mappings.list_mappings(session, principal)
    kept = next((one for one in found if one.mapping.sender == sender), None)
    mapping = mapping_from_dict({"sender": sender}) if kept is None else kept.mapping
    names: list[str] = []
    if headings.strip():
        _, read = read_headings(io.BytesIO(headings.encode()), Encoding.UTF_8)
        names = [name.strip() for name in read if name.strip()]
        mapping = mappings.guess_mapping(principal, sender, names)
    meant = set(mapping.columns.values())
    return {
        "kept": kept,
        "mapping": mapping,
        "not_read": [name for name in names if name not in meant],
        "columns": COLUMNS,
        "fixable": sorted(FIXABLE),
        "choices": {
            name: [(one.value, SIGNS.get(one.value, one.value)) for one in kind]
            for name, kind in _CHOICES.items()
        },
    }
