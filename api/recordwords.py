"""Puts the record of processing into words, for the page and the command line alike."""

from api.web.texts import text
from registry.privacy.records import Record
from registry.service.records import records


def in_words(lang: str) -> list[dict[str, str]]:
    """Every record as sentences in `lang`, in the order of the record."""
    return [_words(lang, record) for record in records()]


def _words(lang: str, record: Record) -> dict[str, str]:
    why = text(lang, f"privacy.why.{record.why}") if record.why else ""
    return {
        "table": record.table,
        "about": text(lang, f"privacy.about.{record.about}"),
        "purpose": text(lang, f"privacy.purpose.{record.purpose}"),
        "basis": text(lang, f"privacy.basis.{record.basis}"),
        "kept": text(lang, f"privacy.kept.{record.kept}"),
        "personal": ", ".join(record.personal),
        "erasure": text(lang, f"privacy.erasure.{record.erasure.value}", why=why),
    }
