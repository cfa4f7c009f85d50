"""The words of a phrase in a terminal: each once, as the registry shows it; the turn in words."""

from typing import Any

import pytest

from api.cli import challenges
from registry.proofing.headturn import Way

ASKED = ("Brücke", Way.RIGHT.value, "Löffel")


class Registry:
    """Shows one thing more each time that somebody looks; the second look shows nothing new."""

    def __init__(self) -> None:
        self._shown = iter((1, 1, 3, 3))

    def post(self, path: str) -> dict[str, Any]:
        assert path == "/v1/challenges/chl_a/beginning"
        return {"asked": [], "count": len(ASKED)}

    def get(self, path: str) -> dict[str, Any]:
        assert path == "/v1/challenges/chl_a"
        return {"asked": list(ASKED[: next(self._shown)]), "count": len(ASKED)}


@pytest.mark.parametrize(
    ("lang", "turn"),
    [("en", "→ head to the right, and back"), ("de", "→ Kopf nach rechts, und zurück")],
)
def test_each_is_told_once_and_the_turn_in_the_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, turn: str
) -> None:
    monkeypatch.setattr(challenges.time, "sleep", lambda _: None)
    challenges._show_words(Registry(), "chl_a", lang)  # type: ignore[arg-type]
    told = capsys.readouterr().err.splitlines()
    assert told == ["Brücke", turn, "Löffel"]
