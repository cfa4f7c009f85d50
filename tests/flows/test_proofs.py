"""Live proofs through the whole product: what is asked, who may answer, and what is found out."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from api.client import Refused
from api.opening import open_registry
from api.recogniser import heard
from core.enrolmentsettings import EnrolmentSettings
from registry.proofing import headturn
from registry.proofing.phrase import WORDS
from registry.store.challenges import ChallengeRow
from tests.simulators.holdings import mandated
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit

UNKNOWN = "chl_" + "a" * 26
ITEMS = WORDS + 1  # between two words the head is turned
MINE = {"sound": [("first take", 0, 4000)]}


def voice(name: str, recording: str) -> bytes:
    return medium(10_000, (name, "voice", 0, 10_000), content={"sound": [(recording, 0, 4000)]})


def staffed(folder: Path, command: str = "") -> Stage:
    """A registry with a staff: no word replaces a live proof."""
    found = Stage.make(folder)
    enrolment = EnrolmentSettings(notice_days=0, recogniser_command=command)
    return found.with_settings(operator_mode="organisation", enrolment=enrolment)


def captured(stage: Stage, *samples: tuple[bytes, str]) -> tuple[Person, str]:
    """Anna with samples that were accepted; her enrolment's id."""
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    consent = anna.consent("voice", "face")
    for number, (content, modality) in enumerate(samples):
        anna.hand_in(consent, stage.file(f"sample-{number}", content), modality)
    return anna, consent


def challenge(anna: Person, consent: str, kind: str) -> dict[str, Any]:
    body = {"kind": kind, "language": "de"}
    asked: dict[str, Any] = anna.agency.post(f"/v1/enrolments/{consent}/challenges", body)
    return asked


@dataclass(frozen=True)
class Shown:
    """When the words of a phrase came, and the turn that was asked for between two of them."""

    moments: Sequence[int]
    turn: str = ""


def begun(stage: Stage, anna: Person, asked: dict[str, Any]) -> Shown:
    """Begin a phrase so long ago that a second has passed since its last word; what came when."""
    begun = anna.agency.post(f"/v1/challenges/{asked['id']}/beginning")
    assert (asked["asked"], begun["asked"], begun["count"]) == ([], [], ITEMS)
    with open_registry(stage.settings) as world, world.db.write() as session:
        row = session.get_one(ChallengeRow, asked["id"])
        shown = list(row.shown_ms)
        back = timedelta(milliseconds=shown[-1] + 1000)
        assert row.begun_at is not None
        row.begun_at, row.expires_at = row.begun_at - back, row.expires_at - back
        session.add(row)
        what = row.asked
    place = headturn.place_of(what)
    assert place is not None
    return Shown(headturn.of_words(what, shown), what[place])


def spoken(
    name: str,
    recording: str,
    shown: Shown,
    lag_ms: int = 900,
    mouth: float | None = None,
    jumps: float = 0.0,
) -> bytes:
    """A recording in which words begin so long after their moments, and the head turns as asked."""
    said_at = [moment + lag_ms for moment in shown.moments]
    said = (name, "voice", 0, 10_000)
    content = {"sound": [(recording, 0, 4000)]}
    film: dict[str, Any] = {"mouth": mouth, "jumps": jumps, "turned": shown.turn}
    return medium(said_at[-1] + 1_000, said, content=content, said_at=said_at, **film)


def answered(stage: Stage, anna: Person, consent: str, asked: dict[str, Any], film: bytes) -> Any:
    upload = anna.agency.upload(stage.file("answer", film))
    path = f"/v1/challenges/{asked['id']}/answer"
    anna.agency.wait(anna.agency.post(path, {"upload_id": upload})["id"])
    found = anna.agency.get(f"/v1/enrolments/{consent}/proofs")["challenges"]
    return next(item for item in found if item["id"] == asked["id"])


def codes(item: Any) -> list[str]:
    return [reason["code"] for reason in item["reasons"]]


def test_a_key_vouches_for_nobody_where_there_is_a_staff(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    with pytest.raises(Exception, match="scope attest"):
        anna.vouch_for(consent, "identity")
    stage.close()


def test_an_attester_looks_and_vouches_from_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator of a registry run alone is the attester of other organisations' enrolments."""
    stage = Stage.make(tmp_path)
    _, consent = captured(stage, (voice("anna", "first take"), "voice"))
    stage.close()
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))
    assert main(["attest", consent]) == 0
    assert "0 of 1 people vouch for the identity." in capsys.readouterr().out
    assert main(["attest", consent, "--fact", "identity", "--fact", "voice"]) == 0
    assert "This enrolment lacks nothing." in capsys.readouterr().out
    assert main(["attest", "enr_" + "a" * 26]) == 1


def test_a_phrase_waits_for_somebody_who_hears_it(tmp_path: Path) -> None:
    stage = Stage.make(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    moments = begun(stage, anna, asked)
    found = answered(stage, anna, consent, asked, spoken("anna", "live", moments))
    assert (found["state"], codes(found)) == ("HEAR", ["mouth-not-seen"])
    assert "not-shown-live" in lacking(anna, consent)
    anna.vouch_for(consent, "words")  # by the one who runs this registry alone
    assert "not-shown-live" in lacking(anna, consent)  # nobody saw who speaks
    anna.vouch_for(consent, "live")
    assert "not-shown-live" not in lacking(anna, consent)
    stage.close()


def test_a_film_whose_mouth_says_the_words_leaves_only_them_to_be_heard(tmp_path: Path) -> None:
    stage = Stage.make(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    for mouth, state, why in ((0.05, "REFUSED", ["mouth-says-other"]), (0.6, "HEAR", [])):
        asked = challenge(anna, consent, "phrase")
        film = spoken("anna", f"live {mouth}", begun(stage, anna, asked), mouth=mouth)
        found = answered(stage, anna, consent, asked, film)
        assert (found["state"], codes(found)) == (state, why)
    anna.vouch_for(consent, "words")
    assert "not-shown-live" not in lacking(anna, consent)
    stage.close()


@pytest.mark.parametrize("recognised", [False, True])
def test_a_film_in_pieces_counts_once_somebody_saw_who_speaks(
    tmp_path: Path, recognised: bool
) -> None:
    """Whether a person or a program hears the words."""
    command = f"{sys.executable} {tmp_path / 'recogniser.py'} {{file}} {{language}}"
    stage = staffed(tmp_path, command if recognised else "")
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    film = spoken("anna", "live", begun(stage, anna, asked), mouth=0.6, jumps=9.0)
    words = words_of(anna, asked)
    (tmp_path / "recogniser.py").write_text(f"print({words!r})", encoding="utf-8")
    found = answered(stage, anna, consent, asked, film)
    assert (found["state"], codes(found)) == ("HEAR", ["film-in-pieces"])
    stage.close()


def test_a_head_that_does_not_turn_as_asked_waits_for_somebody_who_saw_it(tmp_path: Path) -> None:
    """It rests, or turns to the other side; with who saw it the answer counts."""
    stage = Stage.make(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    other = {"turn-left": "turn-right", "turn-right": "turn-left"}
    for number, turned in enumerate((lambda _: "", other.__getitem__)):
        asked = challenge(anna, consent, "phrase")
        shown = begun(stage, anna, asked)
        wrong = replace(shown, turn=turned(shown.turn))
        film = spoken("anna", f"live {number}", wrong, mouth=0.6)
        found = answered(stage, anna, consent, asked, film)
        assert (found["state"], codes(found)) == ("HEAR", ["head-not-turned"])
    anna.vouch_for(consent, "words")
    assert "not-shown-live" in lacking(anna, consent)
    anna.vouch_for(consent, "live")
    assert "not-shown-live" not in lacking(anna, consent)
    stage.close()


def words_of(anna: Person, asked: dict[str, Any]) -> str:
    """The words of a phrase that was shown."""
    return " ".join(headturn.words_of(anna.agency.get(f"/v1/challenges/{asked['id']}")["asked"]))


def lacking(anna: Person, consent: str) -> list[str]:
    missing = anna.agency.get(f"/v1/enrolments/{consent}/proofs")["missing"]
    return [item["code"] for item in missing]


@pytest.mark.parametrize(
    ("name", "recording", "code"),
    [
        ("bert", "live", "another-person"),
        ("anna", "first take", "known-recording"),
        ("", "live", "too-little-speech"),
    ],
)
def test_a_phrase_of_another_or_from_a_recording_is_refused(
    tmp_path: Path, name: str, recording: str, code: str
) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    moments = begun(stage, anna, asked)
    said = spoken(name, recording, moments) if name else medium(5_000, said_at=moments.moments)
    found = answered(stage, anna, consent, asked, said)
    assert (found["state"], code in codes(found)) == ("REFUSED", True)
    stage.close()


def test_words_that_do_not_follow_what_was_shown_are_refused(tmp_path: Path) -> None:
    """One was prepared beforehand; of the other the recording ended long after its words."""
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    begun(stage, anna, asked)
    prepared = spoken("anna", "live", Shown(range(0, 4_900, 700)))
    assert codes(answered(stage, anna, consent, asked, prepared)) == ["not-as-shown"]
    asked = challenge(anna, consent, "phrase")
    moments = begun(stage, anna, asked)
    early = json.loads(spoken("anna", "another", moments))
    early["duration_ms"] += 10_000
    found = answered(stage, anna, consent, asked, json.dumps(early).encode())
    assert codes(found) == ["not-as-shown"]
    stage.close()


@pytest.mark.parametrize(("recording", "state"), [("a film", "REFUSED"), ("live", "HEAR")])
def test_an_answer_cut_from_anybodys_film_is_refused(
    tmp_path: Path, recording: str, state: str
) -> None:
    """Another organisation submitted the film; the answer reads as with any other replay."""
    stage = staffed(tmp_path)
    _, studio = stage.tenant("studio")
    film = medium(9_000, ("bert", "voice", 0, 9_000), content={"sound": [("a film", 0, 9_000)]})
    submit(stage, studio, new_cut(studio), film, declaration())
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    said = spoken("anna", recording, begun(stage, anna, asked))
    found = answered(stage, anna, consent, asked, said)
    wanted = ["known-recording" if state == "REFUSED" else "mouth-not-seen"]
    assert (found["state"], codes(found)) == (state, wanted)
    stage.close()


def test_a_phrase_is_shown_word_by_word_and_begun_once(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    upload = anna.agency.upload(stage.file("answer", voice("anna", "live")))
    path = f"/v1/challenges/{asked['id']}"
    with pytest.raises(Refused, match="Not all words"):
        anna.agency.post(f"{path}/answer", {"upload_id": upload})
    assert anna.agency.get(path)["asked"] == []
    listed = anna.agency.get(f"/v1/enrolments/{consent}/proofs")["challenges"]
    assert listed[0]["asked"] == []
    begun(stage, anna, asked)
    assert len(anna.agency.get(path)["asked"]) == ITEMS
    with pytest.raises(Refused, match="does not wait"):
        anna.agency.post(f"{path}/beginning")
    turns = challenge(anna, consent, "turns")
    with pytest.raises(Refused, match="does not wait"):
        anna.agency.post(f"/v1/challenges/{turns['id']}/beginning")
    stage.close()


def test_a_recording_that_came_in_time_is_named_after_the_registry_was_away(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    said = spoken("anna", "live", begun(stage, anna, asked))
    path = f"/v1/challenges/{asked['id']}/answer"
    before = anna.agency.upload(stage.file("answer", said))
    (folder,) = (stage.settings.data_dir / "uploads").glob(f"*/{before}")
    away = timedelta(minutes=5)
    with open_registry(stage.settings) as world, world.db.write() as session:
        row = session.get_one(ChallengeRow, asked["id"])
        assert row.begun_at is not None
        row.begun_at, row.expires_at = row.begun_at - away, row.expires_at - away
        session.add(row)
    came = folder.stat().st_mtime - away.total_seconds()
    os.utime(folder, (came, came))
    late = anna.agency.upload(stage.file("late", said))
    with pytest.raises(Refused, match="is over"):
        anna.agency.post(path, {"upload_id": late})
    anna.agency.wait(anna.agency.post(path, {"upload_id": before})["id"])
    (found,) = anna.agency.get(f"/v1/enrolments/{consent}/proofs")["challenges"]
    assert (found["state"], codes(found)) == ("HEAR", ["mouth-not-seen"])
    stage.close()


def test_a_recogniser_of_ones_own_hears_the_words(tmp_path: Path) -> None:
    """A real program: it says what a sidecar file holds, whatever sound it is given."""
    said = tmp_path / "said.txt"
    program = tmp_path / "recogniser.py"
    program.write_text(
        f"import sys\nassert len(sys.argv) == 3\nprint(open({str(said)!r}).read())\n"
    )
    stage = staffed(tmp_path / "stage", f"{sys.executable} {program}")
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    said.write_text("something else entirely")
    wrong = challenge(anna, consent, "phrase")
    one = spoken("anna", "one", begun(stage, anna, wrong))
    found = answered(stage, anna, consent, wrong, one)
    assert codes(found) == ["other-words"]
    assert len(found["asked"]) == ITEMS  # for the attester who hears it, once it is answered
    asked = challenge(anna, consent, "phrase")
    moments = begun(stage, anna, asked)
    said.write_text(words_of(anna, asked))
    two = spoken("anna", "two", moments, mouth=0.6)
    assert answered(stage, anna, consent, asked, two)["state"] == "PASSED"
    # Without a film nobody saw who says the words: no program decides that alone.
    asked = challenge(anna, consent, "phrase")
    moments = begun(stage, anna, asked)
    said.write_text(words_of(anna, asked))
    found = answered(stage, anna, consent, asked, spoken("anna", "three", moments))
    assert (found["state"], codes(found)) == ("HEAR", ["mouth-not-seen"])
    stage.close()


def test_a_recogniser_that_fails_leaves_it_to_a_person(tmp_path: Path) -> None:
    assert heard("", tmp_path, "en") is None
    assert heard("/no/such/program", tmp_path, "en") is None
    assert heard(f"{sys.executable} -c 'raise SystemExit(3)'", tmp_path, "en") is None


def test_a_head_turns_as_asked_and_belongs_to_the_photos(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (medium(0, ("anna", "face", 0, 1)), "face"))
    for who, wrong, code in (("bert", False, "another-person"), ("anna", True, "other-movements")):
        asked = challenge(anna, consent, "turns")
        moves = asked["asked"][::-1] if wrong else asked["asked"]
        moves = [*moves, "left", "right"] if wrong else moves
        film = medium(9_000, (who, "face", 0, 9_000), turns=moves)
        assert codes(answered(stage, anna, consent, asked, film)) == [code]
    asked = challenge(anna, consent, "turns")
    film = medium(9_000, ("anna", "face", 0, 9_000), turns=asked["asked"])
    assert answered(stage, anna, consent, asked, film)["state"] == "PASSED"
    stage.close()


def test_an_answer_counts_once(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    answered(stage, anna, consent, asked, spoken("bert", "live", begun(stage, anna, asked)))
    upload = anna.agency.upload(stage.file("again", voice("anna", "live")))
    path = f"/v1/challenges/{asked['id']}/answer"
    with pytest.raises(Exception, match="over"):
        anna.agency.post(path, {"upload_id": upload})
    stage.close()


def test_another_organisation_sees_neither_challenge_nor_excerpt(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    asked = challenge(anna, consent, "phrase")
    answered(stage, anna, consent, asked, spoken("anna", "live", begun(stage, anna, asked)))
    assert anna.agency.fetch(f"/v1/challenges/{asked['id']}/excerpt")
    _, stranger = stage.tenant("agency", "Another")
    for call in (
        lambda: stranger.get(f"/v1/challenges/{asked['id']}/excerpt"),
        lambda: stranger.get(f"/v1/challenges/{asked['id']}"),
        lambda: stranger.post(f"/v1/challenges/{asked['id']}/beginning"),
        lambda: stranger.post(f"/v1/enrolments/{consent}/challenges", {"kind": "phrase"}),
    ):
        with pytest.raises(Exception, match=r"no such"):
            call()
    stage.close()


def test_a_second_sample_of_somebody_else_is_refused(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    other = anna.hand_in(consent, stage.file("other", voice("bert", "second take")), "voice")
    assert [reason["code"] for reason in other["reasons"]] == ["another-person"]
    stage.close()


def test_no_route_takes_a_vector(tmp_path: Path) -> None:
    """Only the server makes vectors: no request has a place for a list of numbers."""
    stage = Stage.make(tmp_path)
    spec = stage.http().get("/openapi.json").json()
    assert isinstance(spec, dict)
    wanted = str(spec.get("components", {}).get("schemas", {}))
    assert "'items': {'type': 'number'}" not in wanted
    stage.close()


def test_an_agent_asks_and_answers_within_a_mandate_and_follows_the_work(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    agent_id, agent = stage.tenant("agency")
    acting = replace(anna, agency=agent)
    open_ = challenge(anna, consent, "phrase")
    for path in (f"/v1/challenges/{open_['id']}", f"/v1/enrolments/{consent}/proofs"):
        with pytest.raises(Refused) as hidden:
            agent.get(path)
        assert hidden.value.status == 404
    for path in (f"/v1/challenges/{open_['id']}/beginning", f"/v1/challenges/{UNKNOWN}/beginning"):
        with pytest.raises(Refused, match="no such challenge") as hidden:
            agent.post(path)
        assert hidden.value.status == 404
    mandated(anna.agency, anna, agent_id, ["enrol"])
    asked = challenge(acting, consent, "phrase")
    shown = begun(stage, acting, asked)
    assert len(agent.get(f"/v1/challenges/{asked['id']}")["asked"]) == ITEMS
    found = answered(stage, acting, consent, asked, spoken("anna", "an answer", shown))
    assert found["state"] == "HEAR"
    stage.close()
