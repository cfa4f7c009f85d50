"""What goes wrong on a page is told in the page's language: every sentence that a page can show."""

import ast
from pathlib import Path

import pytest

from api.web.texts import told

ROOT = Path(__file__).parents[3]
# What pages call, by the modules that raise.
REACHED = (
    "api/accounts/**/*.py",
    "api/bulk.py",
    "api/deciding.py",
    "api/visiting.py",
    "api/scopes.py",
    "api/roles.py",
    "api/upload*.py",
    "core/approvals.py",
    "core/principal.py",
    "fingerprint/media/faults.py",
    "licensing/service/asking.py",
    "licensing/service/certificates.py",
    "licensing/service/clearances.py",
    "licensing/service/releases.py",
    "registry/enrolment.py",
    "registry/service/acting.py",
    "registry/service/challenges.py",
    "registry/service/consents.py",
    "registry/service/enrolment.py",
    "registry/service/identifying.py",
    "registry/service/keys.py",
    "registry/service/people.py",
    "registry/service/proofing.py",
    "registry/service/quotas.py",
    "registry/service/series.py",
    "registry/service/submissions.py",
    "registry/store/challenges.py",
    "registry/store/enrolments.py",
    "registry/store/people.py",
)
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


def literal(node: ast.expr) -> str:
    """A text, with a figure in place of whatever is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = node.values
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in parts)
    return ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_fault_that_a_page_shows_has_its_german_sentence(path: Path) -> None:
    english = sorted(said for said in sentences(path) if told("de", said) == said)
    assert english == []


def test_figures_are_kept() -> None:
    said = "Your organisation has begun 200 enrolments this month, of 200."
    assert told("de", said).startswith("Ihre Organisation hat diesen Monat 200 von 200")
    assert told("en", said) == said
    assert told("de", "nobody wrote this") == "nobody wrote this"
