"""A signed document inside a PDF: attached byte for byte, so that a paper carries its own proof.

What the pages of a PDF say is nobody's word: anybody can print other pages around the same
attachment, so whoever reads one is told that its pages were not looked at. docs/adr/0118.
Spec: ISO 32000-1, 7.11.4 (embedded file streams).
"""

import re
from dataclasses import replace

from core.errors import BadProof
from licensing.models_verification import VerifyReport, VerifyStep
from licensing.stepping import Check, Unchecked, run_checks

PAPER = "paper"
_PDF = b"%PDF-"
_EMBEDDED = re.compile(rb"<<([^>]*/EmbeddedFile\b[^>]*)>>\s*stream\r?\n(?=\{)")
_LENGTH = re.compile(rb"/Length (\d{1,7})\b")


def is_paper(data: bytes) -> bool:
    """Whether these are the bytes of a PDF."""
    return data.startswith(_PDF)


def attached(data: bytes) -> bytes | None:
    """The first JSON document that a PDF holds as it is; None where there is none."""
    found = _EMBEDDED.search(data) if is_paper(data) else None
    length = found and _LENGTH.search(found[1])
    if found is None or not length:
        return None
    return data[found.end() : found.end() + int(length[1])]


def with_paper(report: VerifyReport) -> tuple[VerifyStep, ...]:
    """The steps of what was attached, and one more that stays open: the pages around it."""
    (last,) = run_checks(report, _AROUND)
    return (*report.steps, replace(last, number=len(report.steps) + 1))


def bare_paper() -> VerifyReport:
    """What is said of a PDF with nothing attached."""
    return VerifyReport(run_checks(None, _BARE))


def _pages(_: VerifyReport) -> str:
    raise Unchecked("The pages of the PDF were not read: what counts is what is attached to it.")


def _nothing(_: None) -> str:
    raise BadProof("A PDF is not signed; verify the document (JSON) that it was made from.")


_AROUND: tuple[Check[VerifyReport], ...] = (("paper", False, _pages),)
_BARE: tuple[Check[None], ...] = (("paper", True, _nothing),)
