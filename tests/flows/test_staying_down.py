"""A noticed recording that is handed in again: refused, to a person, or told; and when it is up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.client import Client
from api.opening import open_registry
from core.principal import SearchCapability
from licensing.service import staydown
from tests.flows.test_found_clips import enrolled, found, kinds
from tests.simulators.holdings import TAKEDOWN
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit

CLIP = [("leak", 0, 20_000)]
# The leaked recording with six seconds of something else before it, and re-encoded.
AGAIN = medium(26_000, slow_ms=1, content={"sound": [("other", 0, 6_016), *CLIP]})


@pytest.fixture
def noticed(stage: Stage) -> tuple[Person, dict[str, Any]]:
    """Anna's clip, in which her voice is from 2 to 10 seconds, with a notice about it."""
    _, agency = stage.tenant("agency")
    anna = enrolled(stage, agency, "anna")
    agency.post(f"/v1/performers/{anna.id}/policy", {"policy": "block"})
    film = medium(20_000, ("anna", "voice", 2_000, 10_000), content={"sound": CLIP})
    clip = found(stage, anna, film)
    return anna, agency.post(f"/v1/clips/{clip['id']}/takedowns", TAKEDOWN)


def handed_in(stage: Stage, studio: Client, film: bytes, *uses: dict[str, Any]) -> str:
    made = submit(stage, studio, new_cut(studio), film, declaration(*uses))
    return str(made["id"])


def verdict(studio: Client, submission_id: str) -> tuple[str, list[str]]:
    made = studio.get(f"/v1/submissions/{submission_id}/clearance")
    spans = [reason["code"] for span in made["spans"] for reason in span["reasons"]]
    told = [reason["code"] for reason in made["warnings"]]
    return made["verdict"], [code for code in (*spans, *told) if code.startswith("recording")]


def test_the_same_recording_is_refused_at_its_place_and_names_nobody(
    stage: Stage, noticed: tuple[Person, dict[str, Any]]
) -> None:
    anna, notice = noticed
    _, studio = stage.tenant("studio", "Other Films")
    submission = handed_in(stage, studio, AGAIN)
    made = studio.get(f"/v1/submissions/{submission}/clearance")
    (span,) = [item for item in made["spans"] if item["verdict"] == "REFUSED"]
    assert abs(span["start_ms"] - 8_016) <= 64
    assert abs(span["end_ms"] - 16_016) <= 64
    (reason,) = span["reasons"]
    assert reason["code"] == "recording-blocked"
    assert reason["detail"]["notice"] == notice["id"]
    assert span["performer_id"] is None and anna.id not in str(made)
    assert kinds(anna.agency).count("recording.seen") == 1
    (told,) = [
        item for item in anna.agency.get("/v1/notices")["items"] if item["kind"] == "recording.seen"
    ]
    assert "Other Films" in str(told) and "Night Train" not in str(told)


def test_a_likeness_without_the_recording_is_never_kept_down(
    stage: Stage, noticed: tuple[Person, dict[str, Any]]
) -> None:
    anna, _ = noticed
    tenant_id, studio = stage.tenant("studio")
    anna.license(tenant_id)
    take = medium(
        20_000, ("anna", "voice", 2_000, 10_000), content={"sound": [("take two", 0, 20_000)]}
    )
    use = {"performer_id": anna.id, "kind": "synthesise_voice"}
    assert verdict(studio, handed_in(stage, studio, take, use)) == ("CLEARED", [])
    # The clip's other moments are not hers: nothing is wanted of them.
    rest = medium(9_984, content={"sound": [("leak", 10_016, 20_000)]})
    assert verdict(studio, handed_in(stage, studio, rest))[1] == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("monetise", ("REVIEW", ["recording-for-sale"])),
        ("track", ("CLEARED", ["recording-tracked"])),
        ("ignore", ("CLEARED", [])),
        ("block", ("REFUSED", ["recording-blocked"])),
    ],
)
def test_the_policy_of_the_day_is_followed_and_a_change_decides_anew(
    stage: Stage,
    noticed: tuple[Person, dict[str, Any]],
    policy: str,
    expected: tuple[str, list[str]],
) -> None:
    anna, _ = noticed
    _, studio = stage.tenant("studio")
    submission = handed_in(stage, studio, AGAIN)
    anna.agency.post(f"/v1/performers/{anna.id}/policy", {"policy": policy})
    stage.run_jobs()
    assert verdict(studio, submission) == expected


def test_a_counter_notice_makes_it_a_matter_of_people_and_its_success_lifts_it(
    stage: Stage, noticed: tuple[Person, dict[str, Any]]
) -> None:
    anna, notice = noticed
    _, studio = stage.tenant("studio")
    submission = handed_in(stage, studio, AGAIN)
    at = {"received_at": datetime.now(UTC).isoformat()}
    anna.agency.post(f"/v1/takedowns/{notice['id']}/counter-notice", at)
    stage.run_jobs()
    assert verdict(studio, submission) == ("REVIEW", ["recording-contested"])
    body = {"outcome": "restored by a court", "result": "restored"}
    anna.agency.post(f"/v1/takedowns/{notice['id']}/closing", body)
    stage.run_jobs()
    assert verdict(studio, submission) == ("CLEARED", [])
    assert verdict(studio, handed_in(stage, studio, AGAIN + b" ")) == ("CLEARED", [])


@pytest.mark.parametrize(
    ("result", "expected"), [("upheld", "REFUSED"), ("withdrawn", "CLEARED"), ("", "CLEARED")]
)
def test_only_what_was_upheld_stays_down_after_the_notice_is_closed(
    stage: Stage, noticed: tuple[Person, dict[str, Any]], result: str, expected: str
) -> None:
    anna, notice = noticed
    body = {"outcome": "over", "result": result}
    anna.agency.post(f"/v1/takedowns/{notice['id']}/closing", body)
    _, studio = stage.tenant("studio")
    assert verdict(studio, handed_in(stage, studio, AGAIN))[0] == expected


def test_a_licence_lifts_it_for_who_holds_it_and_an_own_performance_is_checked(
    stage: Stage, noticed: tuple[Person, dict[str, Any]]
) -> None:
    anna, _ = noticed
    tenant_id, studio = stage.tenant("studio")
    film = medium(20_000, ("anna", "voice", 2_000, 10_000), slow_ms=1, content={"sound": CLIP})
    use = {"performer_id": anna.id, "kind": "synthesise_voice"}
    submission = handed_in(stage, studio, film, use)
    assert verdict(studio, submission) == ("REFUSED", ["recording-blocked"])
    anna.license(tenant_id)
    stage.run_jobs()
    assert verdict(studio, submission) == ("CLEARED", ["recording-licensed"])
    _, other = stage.tenant("studio")
    own = {"performer_id": anna.id, "kind": "own_performance", "engagement_ref": "contract 7"}
    assert verdict(other, handed_in(stage, other, film, own)) == ("REVIEW", ["recording-claimed"])


def test_a_clip_of_the_same_recording_needs_no_second_look(
    stage: Stage, noticed: tuple[Person, dict[str, Any]]
) -> None:
    anna, notice = noticed
    longer = medium(
        26_000,
        ("anna", "voice", 8_000, 16_000),
        content={"sound": [("other", 0, 6_016), *CLIP]},
    )
    again = found(stage, anna, longer, "2")
    assert again["same_as"] == notice["clip_id"]
    assert "clip.notify" in kinds(anna.agency)


def test_prints_without_a_notice_go_after_a_while_and_all_go_with_the_performer(
    stage: Stage, noticed: tuple[Person, dict[str, Any]]
) -> None:
    anna, notice = noticed
    film = medium(20_000, ("anna", "voice", 0, 9_000), content={"sound": [("second", 0, 20_000)]})
    found(stage, anna, film, "2")
    capability = SearchCapability("stay-down", "test")
    later = datetime.now(UTC) + timedelta(days=1)
    with open_registry(stage.settings) as world, world.db.write() as session:
        assert staydown.drop_lapsed(session, capability, before=later) == 1
        (kept,) = staydown.recordings(session, capability)
        assert kept.clip_id == notice["clip_id"] and kept.sealed
        assert b"EbS1" not in b"".join(kept.sealed.values()), "it lies sealed"
    _, studio = stage.tenant("studio")
    handed_in(stage, studio, AGAIN)
    anna.agency.post(f"/v1/performers/{anna.id}/erasure")
    stage.run_jobs()
    with open_registry(stage.settings) as world, world.db.read() as session:
        assert staydown.recordings(session, capability) == ()
        assert staydown.concerned(session, capability, anna.id) == ()
