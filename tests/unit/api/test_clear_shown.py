"""What `ebenbild clear` prints: every span, and why, once for spans that say the same."""

from typing import Any

import pytest

from api.cli.clear import show

UNDECLARED = "found-not-declared"


def span(start_ms: int, verdict: str, *codes: str) -> dict[str, Any]:
    return {
        "start_ms": start_ms,
        "end_ms": start_ms + 1000,
        "modalities": ["voice"],
        "public_name": "Reader",
        "kind": "recording",
        "verdict": verdict,
        "reasons": [{"code": code, "params": {}} for code in codes],
    }


def shown(spans: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> list[str]:
    told = {"verdict": "REVIEW", "title": "Night train", "id": "clr_1", "reasons": []}
    show("en", told | {"warnings": [], "spans": spans})
    lines = capsys.readouterr().out.splitlines()
    return ["why" if line.startswith("    ") else line.split("\u2013")[0] for line in lines[2:]]


def test_a_reason_is_said_once_for_spans_in_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    doubts = [span(at, "REVIEW", UNDECLARED, "provisional-threshold") for at in (2000, 4000)]
    spans = [span(0, "CLEARED"), *doubts, span(6000, "CLEARED"), span(8000, "REVIEW", UNDECLARED)]
    assert shown(spans, capsys) == [
        *("✓ 00:00.0", "? 00:02.0", "? 00:04.0", "why"),
        *("✓ 00:06.0", "? 00:08.0", "why"),
    ]
