"""A certificate on paper: its wording, and a code that leads to how it stands today.

The signed bytes are what counts, and are attached; paper made of the same certificate for the same
reader is the same, byte for byte.
"""

import hashlib
from collections.abc import Mapping

from reportlab.platypus import CondPageBreak, Flowable

from api.web import paper
from api.web.certificatewords import Section, headline, sections
from api.web.texts import text
from licensing.certificate import certificate_facts, page_url
from licensing.credential import parse_signed
from licensing.models_certificate import CertificateFacts

_ROOM = 100  # points that a heading needs beneath it to stay on its page


def certificate_pdf(signed: bytes, names: Mapping[str, str], lang: str) -> bytes:
    """The PDF of a certificate's signed bytes; `names` are those of performers, by id."""
    facts = certificate_facts(parse_signed(signed))
    digest = hashlib.sha256(signed).hexdigest()
    found = sections(facts, names, lang, digest)

    def story() -> list[Flowable]:
        made = _head(facts, lang)
        for section in found:
            made += _section(section)
        if any(map(paper.simplified, (facts.title, *names.values()))):
            made += [paper.gap(), paper.paragraph(text(lang, "paper.simplified"), "small")]
        return made

    def foot(number: int, pages: int) -> str:
        page = text(lang, "paper.page", number=number, pages=pages)
        return f"{facts.id} · SHA-256 {digest} · {page}"

    name = text(lang, "paper.name")
    file = (f"{facts.id}.json", signed)
    return paper.pdf(story, title=f"{name} · {facts.title}", lang=lang, foot=foot, attached=file)


def _head(facts: CertificateFacts, lang: str) -> list[Flowable]:
    address = page_url(facts.base_url, facts.id)
    said = [
        paper.paragraph(text(lang, "paper.name"), "head"),
        paper.paragraph(facts.title, "h1"),
        paper.gap(),
        paper.boxed(text(lang, "verdict.CLEARED")),
        paper.gap(4),
        paper.paragraph(headline(facts, lang)),
        paper.paragraph(f"{text(lang, 'paper.state')} {address}"),
    ]
    return [paper.beside_code(said, address, text(lang, "paper.qr"))]


def _section(section: Section) -> list[Flowable]:
    made: list[Flowable] = [CondPageBreak(_ROOM), paper.paragraph(section.title, "h2")]
    made += [paper.paragraph(line) for line in section.lines]
    if section.table is not None:
        made.append(paper.grid(section.table.columns, section.table.rows))
    if section.pairs:
        made.append(paper.pairs(section.pairs))
    made += [paper.paragraph(line, "small") for line in section.small]
    return made
