"""What reaches a terminal and a pipe."""

import io
from contextvars import copy_context

import httpx2
import pytest
from rich.console import Console

from api.cli import output
from api.cli.options import LANG
from api.client import Client
from core.errors import BadInput
from core.settings import Settings
from tests.simulators.stage import SmallRunner

LONG = "one-word-that-no-eighty-columns-hold-" * 3


def test_a_table_in_a_pipe_is_never_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(output, "OUT", Console(file=pipe, width=80, highlight=False, emoji=False))
    output.table(("id", "said", "more"), [("a", LONG, LONG), ("b", "short", "")])
    lines = pipe.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[1].split() == ["a", LONG, LONG]


def test_columns_and_states_are_told_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(output, "OUT", Console(file=pipe, width=80, highlight=False, emoji=False))
    context = copy_context()
    context.run(LANG.set, "de")
    context.run(output.table, ("id", "state"), [("lic_1", "REVOKED")])
    context.run(output.fields, {"created_at": None, "currency": "EUR", "small_business": False})
    context.run(output.fields, {"due_on": "2026-11-23", "since": "2026-11-23T10:00:00Z"})
    assert pipe.getvalue().split() == [
        *("Kennung", "Stand", "lic_1", "widerrufen", "angelegt", "am"),
        *("Währung", "EUR", "Kleinunternehmen", "nein"),
        *("fällig", "am", "23.11.2026", "seit", "23.11.2026,", "10:00", "UTC"),
    ]


@pytest.mark.parametrize("path", ["/v1/performers//enrolments", "/v1/clearances/"])
def test_an_empty_id_is_named_before_anything_is_sent(path: str) -> None:
    def nobody(_request: httpx2.Request) -> httpx2.Response:
        raise AssertionError("nothing is sent")

    http = httpx2.Client(transport=httpx2.MockTransport(nobody), base_url="http://local")
    with pytest.raises(BadInput) as refused:
        Client(http, SmallRunner(Settings()), poll_seconds=0.01).get(path)
    assert refused.value.code == "empty-id"


def test_in_a_pipe_it_is_said_once_what_a_job_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(output, "ERR", Console(file=pipe, width=200))
    full = {"message": "The disk is full.", "next_step": "Make room."}
    with output.progress("film.mp4") as feed:
        for state, error in (
            ("leased", None),
            ("queued", full),
            ("leased", full),
            ("queued", full),
        ):
            feed({"state": state, "error": error, "progress": 0.5})
    assert pipe.getvalue() == "film.mp4: The disk is full. Make room.\n"
