"""The words of a notice, in English or German, for the inbox and for mail alike."""

from collections.abc import Mapping
from typing import Any

from api.web.texts import catalogue, text

OTHER = "other"


def subject_of(lang: str, kind: str, facts: Mapping[str, str]) -> str:
    """One line that says what happened."""
    return text(lang, f"notice.{_known(lang, kind)}.title", kind=kind, **facts)


def words_of(lang: str, kind: str, subject_id: str, facts: Mapping[str, str]) -> str:
    """What happened, what it means and what one can do."""
    return text(lang, f"notice.{_known(lang, kind)}.text", kind=kind, id=subject_id, **facts)


def letter(lang: str, kind: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """(subject, text) of the mail for a notice's event."""
    facts = {str(name): str(value) for name, value in dict(data.get("facts") or {}).items()}
    body = words_of(lang, kind, str(data["id"]), facts)
    return subject_of(lang, kind, facts), f"{body}\n\n{text(lang, 'notice.footer')}\n"


def _known(lang: str, kind: str) -> str:
    return kind if f"notice.{kind}.title" in catalogue(lang) else OTHER
