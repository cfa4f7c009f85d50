"""Small pure rules of the api: scopes, kinds of file, waiting before a restart, retries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import problems
from api.cli.scan import one_in
from api.cli.submitting import failure
from api.filekinds import kind_of
from api.scopes import SCOPES, USUAL, TenantKind, chosen
from api.supervisor import BACKOFF_FIRST_S, BACKOFF_MAX_S, STEADY_S, next_backoff
from api.worker import worth_retrying
from core.errors import BadInput, BadMedia, Broken, NotAllowed, Unavailable


def test_only_the_operator_may_administer_unless_told_otherwise() -> None:
    assert USUAL.keys() == set(TenantKind)
    admins = {kind for kind, scopes in USUAL.items() if "admin" in scopes}
    assert admins == {TenantKind.OPERATOR}
    assert all(scopes <= SCOPES for scopes in USUAL.values())


def test_scopes_are_the_usual_ones_or_known_ones() -> None:
    assert chosen("studio", None) == USUAL[TenantKind.STUDIO]
    assert chosen("studio", ["reports"]) == {"reports"}
    with pytest.raises(BadInput):
        chosen("studio", ["everything"])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.WAV", "sound"),
        ("a.b.jpeg", "still"),
        ("film.mp4", "film"),
        ("noise.xyz", None),
        ("README", None),
        ("", None),
    ],
)
def test_a_name_says_what_the_file_most_likely_is(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@given(st.floats(0, BACKOFF_MAX_S), st.floats(0, 1000))
def test_restarts_come_ever_slower_up_to_a_bound(previous_s: float, ran_s: float) -> None:
    pause_s = next_backoff(previous_s, ran_s)
    assert BACKOFF_FIRST_S <= pause_s <= BACKOFF_MAX_S or pause_s == 2 * previous_s
    if ran_s >= STEADY_S:
        assert pause_s == BACKOFF_FIRST_S


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Unavailable("busy", code="busy"), True),
        (Unavailable("no models", code="models-missing"), False),
        (BadMedia("broken"), False),
        (NotAllowed("no consent"), False),
        (Broken("a fault of ours"), False),
    ],
)
def test_only_what_may_do_better_later_is_tried_again(error: Exception, again: bool) -> None:
    assert worth_retrying(error) is again  # type: ignore[arg-type]


@given(st.floats(1e-12, 1.0))
def test_how_sure_is_rounded_to_the_safe_side(rate: float) -> None:
    shown = one_in(rate)
    if not shown.startswith(">"):
        assert int(shown.replace(",", "")) <= 1 / rate


@pytest.mark.parametrize(
    ("state", "code", "title", "status"),
    [
        ("failed", "broken-media", "The file cannot be used as it is", 422),
        ("failed", "encrypted-media", "The file cannot be used as it is", 422),
        ("failed", "disk-full", "Not ready: try again, or do the named step first", 503),
        ("failed", "attempts-exhausted", "Not ready: try again, or do the named step first", 503),
        ("failed", "broken", "An invariant does not hold", 500),
        ("failed", "no-columns", "The request cannot be used as it is", 422),
        ("cancelled", None, "The state has moved on", 409),
    ],
)
def test_a_job_that_ended_without_a_result_says_whose_fault_it_was(
    state: str, code: str | None, title: str, status: int
) -> None:
    error = None if code is None else {"code": code, "message": "It is so.", "next_step": "Do."}
    told = problems.of_error("en", failure({"state": state, "error": error}))
    assert (told["title"], told["status"]) == (title, status)
    assert told["code"] == (code or "cancelled")
