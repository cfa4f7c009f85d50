"""The words of a notice, in English or German, for the inbox and for mail alike."""

from collections.abc import Mapping
from typing import Any

from api.web.texts import catalogue, reason, text
from core.clock import from_text
from core.errors import BadInput

OTHER, WHY = "other", "why"
_MINUTE = {"en": "%Y-%m-%d %H:%M UTC", "de": "%d.%m.%Y, %H:%M UTC"}


def subject_of(lang: str, kind: str, facts: Mapping[str, str]) -> str:
    """One line that says what happened."""
    return text(lang, f"notice.{_known(lang, kind)}.title", kind=kind, **_said(lang, facts))


def words_of(lang: str, kind: str, subject_id: str, facts: Mapping[str, str]) -> str:
    """What happened, what it means and what one can do."""
    said = _said(lang, facts)
    return text(lang, f"notice.{_known(lang, kind)}.text", kind=kind, id=subject_id, **said)


def letter(lang: str, kind: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """(subject, text) of the mail for a notice's event."""
    facts = {str(name): str(value) for name, value in dict(data.get("facts") or {}).items()}
    body = words_of(lang, kind, str(data["id"]), facts)
    return subject_of(lang, kind, facts), f"{body}\n\n{text(lang, 'notice.footer')}\n"


def _said(lang: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Facts as people read them: codes of reasons as sentences, times to the minute."""
    return {name: _fact(lang, name, str(value)) for name, value in facts.items()}


def _fact(lang: str, name: str, value: str) -> str:
    if name == WHY:
        said = (reason(lang, {"code": code}) for code in value.split(", "))
        return " ".join(said)
    try:
        at = from_text(value) if value.endswith("Z") else None
    except BadInput:
        at = None
    return value if at is None else at.strftime(_MINUTE[lang])


def _known(lang: str, kind: str) -> str:
    return kind if f"notice.{kind}.title" in catalogue(lang) else OTHER
