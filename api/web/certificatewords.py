"""A certificate in plain words, section by section: what stands on paper about the signed bytes.

Only words are chosen here; nothing is decided, and what a certificate leaves open is said to be so.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.web.texts import count, day, day_time, reason, text, word
from fingerprint.misses import MissRate
from fingerprint.models import Reason
from licensing.models_certificate import CertificateFacts, Miss, Shown

LABEL_DUTY = "label-"
TOLD_ELSEWHERE = frozenset({"provisional-threshold", "unknown-tolerated", "nothing-found"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their columns' names; cells are plain text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer: sentences, pairs of name and value, a table, fine print."""

    title: str
    lines: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()
    table: Table | None = None
    small: Sequence[str] = ()


def headline(facts: CertificateFacts, lang: str) -> str:
    """What was decided, in one sentence."""
    release = facts.release
    return text(
        lang,
        "paper.sentence",
        decided=day_time(lang, facts.decided_at),
        release=day(lang, release.on),
        territories=", ".join(release.territories),
        medium=word(lang, release.medium),
        language=release.language,
        stage=word(lang, release.stage),
    )


def sections(
    facts: CertificateFacts, names: Mapping[str, str], lang: str, digest: str
) -> tuple[Section, ...]:
    """Everything that a certificate says; `digest` is the SHA-256 (hex) of its signed bytes.

    `names` are those of performers, by id, as far as the reader may see them.
    """
    return (
        _about(facts, lang),
        _declared(facts, names, lang),
        _detected(facts, names, lang),
        _licences(facts, lang),
        _remarks(facts, lang, labels=False),
        _remarks(facts, lang, labels=True),
        _search(facts, lang),
        _validity(facts, lang),
        _steps(facts, lang, digest),
    )


def _about(facts: CertificateFacts, lang: str) -> Section:
    media = facts.media
    return Section(
        text(lang, "paper.about"),
        pairs=(
            (text(lang, "paper.title"), facts.title),
            (text(lang, "field.cut"), facts.cut_id),
            (text(lang, "paper.studio"), facts.studio_id),
            (text(lang, "paper.file"), media.sha256 or text(lang, "paper.file-undisclosed")),
            (text(lang, "paper.file-name"), media.name or text(lang, "field.none")),
            *((text(lang, f"paper.print.{part}"), media.content[part]) for part in media.content),
        ),
    )


def _declared(facts: CertificateFacts, names: Mapping[str, str], lang: str) -> Section:
    rows = [_person(item, names, lang) for item in facts.declared]
    columns = [text(lang, f"paper.column.{name}") for name in ("who", "kind", "parts")]
    lines = () if rows else (text(lang, "paper.declared-nobody"),)
    return Section(text(lang, "paper.declared"), lines, table=_table(columns, rows))


def _detected(facts: CertificateFacts, names: Mapping[str, str], lang: str) -> Section:
    without = text(lang, "paper.no-licence-needed")
    rows = [(*_person(item, names, lang), item.licence_id or without) for item in facts.detected]
    columns = [text(lang, f"paper.column.{name}") for name in ("who", "kind", "parts", "licence")]
    lines = [] if rows else [text(lang, "paper.detected-nobody")]
    if facts.search.strangers:
        lines.append(text(lang, "paper.strangers", spans=count(lang, facts.search.strangers)))
    return Section(text(lang, "paper.detected"), lines, table=_table(columns, rows))


def _person(item: Shown, names: Mapping[str, str], lang: str) -> tuple[str, str, str]:
    name = names.get(item.performer_id)
    who = item.performer_id if name is None else f"{name} ({item.performer_id})"
    parts = ", ".join(word(lang, part) for part in item.parts)
    return who, word(lang, item.kind or None), parts or text(lang, "paper.all-parts")


def _licences(facts: CertificateFacts, lang: str) -> Section:
    rows = [
        (
            item.licence_id,
            item.contract or text(lang, "paper.own-terms"),
            day_time(lang, item.valid_until),
            item.sha256,
        )
        for item in facts.licences
    ]
    names = ("licence", "contract", "until", "version")
    columns = [text(lang, f"paper.column.{name}") for name in names]
    lines = () if rows else (text(lang, "paper.licences-none"),)
    return Section(text(lang, "paper.licences"), lines, table=_table(columns, rows))


def _remarks(facts: CertificateFacts, lang: str, *, labels: bool) -> Section:
    told = [
        item
        for item in facts.remarks
        if item.code.startswith(LABEL_DUTY) is labels and item.code not in TOLD_ELSEWHERE
    ]
    kind = "labels" if labels else "clauses"
    lines = [_sentence(item, lang) for item in told] or [text(lang, f"paper.{kind}-none")]
    return Section(text(lang, f"paper.{kind}"), lines)


def _sentence(item: Reason, lang: str) -> str:
    return reason(lang, {"code": item.code, "detail": item.detail})


def _search(facts: CertificateFacts, lang: str) -> Section:
    search = facts.search
    rows = [_missed(found, lang) for found in _worst(search.misses)]
    unmeasured = text(lang, "paper.not-measurable")
    lines = [text(lang, f"paper.unknowns.{search.unknowns.value}")]
    if search.provisional:
        lines.append(text(lang, "clearance.provisional"))
    if rows:
        lines.append(text(lang, "paper.missed"))
    if not all(item.rates for item in search.misses):
        lines.append(text(lang, "paper.unmeasured"))
    columns = [text(lang, f"paper.column.{name}") for name in ("searched", "missed", "measured")]
    return Section(
        text(lang, "paper.search"),
        lines,
        pairs=(
            (text(lang, "field.models"), ", ".join(search.models) or text(lang, "field.none")),
            (text(lang, "field.known_seq"), str(search.known_seq)),
            (text(lang, "paper.gallery"), str(search.gallery_seq or text(lang, "field.none"))),
        ),
        table=_table(columns, rows),
        small=[
            *(text(lang, "paper.source", source=source) for source in _sources(search.misses)),
            *(
                item.threshold_id if item.rates else f"{item.threshold_id}: {unmeasured}"
                for item in search.misses
            ),
        ],
    )


def _worst(misses: Iterable[Miss]) -> list[MissRate]:
    """Of thresholds for the same evidence in the same material the one that misses most."""
    found: dict[tuple[str, int, str], MissRate] = {}
    for item in (rate for miss in misses for rate in miss.rates):
        key = (item.modality, item.evidence_ms, item.condition)
        if key not in found or found[key].rate < item.rate:
            found[key] = item
    return [found[key] for key in sorted(found)]


def _sources(misses: Iterable[Miss]) -> list[str]:
    return sorted({rate.source for miss in misses for rate in miss.rates})


def _missed(item: MissRate, lang: str) -> tuple[str, str, str]:
    condition = text(lang, f"paper.condition.{item.modality}.{item.condition}")
    evidence = text(lang, "paper.evidence", seconds=f"{item.evidence_ms / 1000:g}")
    if lang == "de":
        evidence = evidence.replace(".", ",")
    found = text(
        lang,
        "paper.of-100",
        count=math.ceil(item.rate * 100),
        low=math.floor(item.low * 100),
        high=math.ceil(item.high * 100),
    )
    basis = text(
        lang,
        "paper.measured-on",
        people=count(lang, item.people),
        probes=count(lang, item.probes),
    )
    return f"{word(lang, item.modality)}, {evidence}, {condition}", found, basis


def _validity(facts: CertificateFacts, lang: str) -> Section:
    until = facts.valid_until
    return Section(
        text(lang, "paper.validity"),
        (text(lang, "paper.validity-text"),),
        pairs=(
            (text(lang, "paper.issued"), day_time(lang, facts.issued_at)),
            (
                text(lang, "paper.until"),
                day_time(lang, until) if until else text(lang, "paper.no-end"),
            ),
            (text(lang, "paper.signer"), facts.issuer),
            (text(lang, "paper.certificate"), facts.id),
            (text(lang, "field.clearance"), facts.clearance_id),
            (text(lang, "paper.leaf"), str(facts.log_index)),
        ),
    )


def _steps(facts: CertificateFacts, lang: str, digest: str) -> Section:
    return Section(
        text(lang, "paper.verify"),
        [
            text(lang, f"paper.verify.{number}", base=facts.base_url, did=facts.issuer)
            for number in (1, 2, 3, 4)
        ],
        pairs=((text(lang, "paper.signed-file"), digest),),
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table | None:
    return Table(columns, rows) if rows else None
