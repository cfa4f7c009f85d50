"""What goes wrong on a page is told in the page's language: every sentence that a page can show."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from api.web.texts import told

ROOT = Path(__file__).parents[3]
# What pages call, by the modules that raise.
REACHED = (
    "api/accounts/**/*.py",
    "api/bulk.py",
    "api/deciding.py",
    "api/errors.py",
    "api/paging.py",
    "api/performer/*.py",
    "api/routes/enforcement.py",
    "api/seeking.py",
    "api/visiting.py",
    "api/scopes.py",
    "api/roles.py",
    "api/upload*.py",
    "core/approvals.py",
    "core/principal.py",
    "core/webhooks.py",
    "fingerprint/media/faults.py",
    "licensing/enforcement.py",
    "licensing/negotiation.py",
    "licensing/service/asking.py",
    "licensing/service/bulks.py",
    "licensing/service/certificates.py",
    "licensing/service/clearances.py",
    "licensing/service/clips.py",
    "licensing/service/licences.py",
    "licensing/service/pauses.py",
    "licensing/service/releases.py",
    "licensing/service/requests*.py",
    "licensing/service/standings.py",
    "licensing/service/takedowns.py",
    "licensing/service/templates.py",
    "licensing/service/terminations.py",
    "licensing/service/usedclips.py",
    "licensing/suspension.py",
    "registry/enrolment.py",
    "registry/estates.py",
    "registry/minority.py",
    "registry/moneyrelease.py",
    "registry/service/acting.py",
    "registry/service/challenges.py",
    "registry/service/characters.py",
    "registry/service/consents.py",
    "registry/service/enrolment.py",
    "registry/service/estates.py",
    "registry/service/exporting.py",
    "registry/service/figures.py",
    "registry/service/guardians.py",
    "registry/service/identifying.py",
    "registry/service/keys.py",
    "registry/service/mandates.py",
    "registry/service/moneyreleases.py",
    "registry/service/people.py",
    "registry/service/proofing.py",
    "registry/service/quotas.py",
    "registry/service/series.py",
    "registry/service/submissions.py",
    "registry/service/works.py",
    "registry/store/challenges.py",
    "registry/store/enrolments.py",
    "registry/store/people.py",
    "royalties/*.py",
    "royalties/billing/*.py",
    "royalties/reports/*.py",
    "royalties/service/*.py",
    "royalties/store/*.py",
    "royalties/tariffs/*.py",
    "api/approving.py",
    "api/performer/*.py",
    "api/society/*.py",
)
DOCTOR = (
    "api/doctor.py",
    "api/doctoraudit.py",
    "core/audit.py",
    "core/log.py",
    "witness/audit.py",
    "witness/documents.py",
    "witness/status.py",
)
WORDS = re.compile("[a-z] [a-z]")
FILES = sorted(path for pattern in REACHED for path in ROOT.glob(pattern))


def sentences(path: Path) -> set[str]:
    """What a module's errors say: the literals of calls that carry a `next_step`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        said = [word.value for word in node.keywords if word.arg == "next_step"]
        if said and node.args:
            found |= {text for part in (node.args[0], *said) if (text := literal(part))}
    return found


def literal(node: ast.expr, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """A text, with a figure in place of whatever is filled in; `known` are texts by their names."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part, known) for part in node.values)
    return ""


def _part(node: ast.expr, known: Mapping[str, str]) -> str:
    filled = node.value if isinstance(node, ast.FormattedValue) else node
    return literal(filled, known) or "7"


def findings(path: Path) -> set[str]:
    """What a module of the doctor's says: its checks, and what is wrong, one thing at a time."""
    found: set[str] = set()
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        known = {
            node.targets[0].id: literal(node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(function):
            found |= {text for part in _said(node) if (text := literal(part, known))}
    return found


def _said(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
        return node.args[:1] + node.args[2:]
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
        return node.args
    return [node.value] if isinstance(node, ast.Yield) and node.value is not None else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_fault_that_a_page_shows_has_its_german_sentence(path: Path) -> None:
    english = sorted(said for said in sentences(path) if told("de", said) == said)
    assert [said for said in english if WORDS.search(said)] == []


@pytest.mark.parametrize("path", DOCTOR)
def test_every_finding_of_the_doctor_has_its_german_sentence(path: str) -> None:
    said = findings(ROOT / path)
    assert said
    words = {one for one in said if WORDS.search(one)}
    assert sorted(one for one in words if told("de", one) == one) == []


def test_what_is_said_of_several_things_is_told_thing_by_thing() -> None:
    assert told("de", "leaf 3 was changed; leaf 5 is missing") == (
        "Blatt 3 wurde geändert; Blatt 5 fehlt"
    )


def test_a_verdict_in_a_sentence_is_its_word() -> None:
    said = "The decision is REVIEW: only a cleared one gets a certificate."
    assert "PRÜFUNG NÖTIG" in told("de", said)
    assert "REVIEW" not in told("de", said)


def test_figures_are_kept() -> None:
    said = "Your organisation has begun 200 enrolments this month, of 200."
    assert told("de", said).startswith("Ihre Organisation hat diesen Monat 200 von 200")
    assert told("en", said) == said
    assert told("de", "nobody wrote this") == "nobody wrote this"
