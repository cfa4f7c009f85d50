"""A second submission of known media: nothing is scanned twice, and nothing is taken on trust."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.client import Client
from core.settings import Reuse
from fingerprint.models import Modality, Span
from tests.simulators.small_engine import SmallEngine, medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

PEOPLE = (("anna", "voice", 1_000, 18_000), ("bea", "face", 12_000, 28_000))
WHOLE = [("film", 0, 40_000)]
FILM = medium(40_000, *PEOPLE, content={"sound": WHOLE, "picture": WHOLE})
FACES = frozenset({Modality.FACE})
VOICES = frozenset({Modality.VOICE})


@pytest.fixture(autouse=True)
def _nothing_scanned() -> Iterator[None]:
    SmallEngine.scanned.clear()
    yield
    SmallEngine.scanned.clear()


def scanned_ms(modality: Modality) -> int:
    return sum(
        span.duration_ms for span, modalities in SmallEngine.scanned if modality in modalities
    )


def hand_in(stage: Stage, studio: Client, content: bytes) -> dict[str, Any]:
    """Submit for a cut of its own; what is scanned is counted from here on."""
    SmallEngine.scanned.clear()
    return submit(stage, studio, new_cut(studio), content, declaration())


def found(studio: Client, submission: dict[str, Any]) -> list[tuple[str, str, list[Any]]]:
    findings = studio.get(f"/v1/submissions/{submission['id']}/findings")
    matches = (
        (str(match["public_name"]), match["modality"], match["spans"])
        for match in findings["matches"]
    )
    return sorted(matches, key=str)


def enrolled(stage: Stage) -> Client:
    _, agency = stage.tenant("agency")
    Person.add(agency, "Anna").enrol(stage.file("anna.wav", voice_sample("anna")))
    face = stage.file("bea.jpg", medium(10_000, ("bea", "face", 0, 10_000)))
    Person.add(agency, "Bea").enrol(face, "face")
    return stage.tenant("studio")[1]


def test_the_same_file_again_is_not_scanned_and_says_the_same(stage: Stage) -> None:
    studio = enrolled(stage)
    first = hand_in(stage, studio, FILM)
    assert scanned_ms(Modality.VOICE) == 40_000
    second = hand_in(stage, studio, FILM)
    assert second["state"] == "scanned"
    assert SmallEngine.scanned == []
    assert found(studio, second) == found(studio, first)
    assert {name for name, _, _ in found(studio, second)} == {"Anna", "Bea"}
    clearance = studio.get(f"/v1/submissions/{second['id']}/clearance")
    assert clearance["verdict"] == studio.get(f"/v1/submissions/{first['id']}/clearance")["verdict"]


def test_what_could_not_be_read_is_said_of_the_same_file_again(stage: Stage) -> None:
    studio = enrolled(stage)
    content = {"sound": WHOLE, "picture": WHOLE}
    torn = medium(40_000, content=content, notes=["damaged-media", "damaged-media"])
    parts = []
    for _ in range(2):
        made = hand_in(stage, studio, torn)
        findings = studio.get(f"/v1/submissions/{made['id']}/findings")
        assert findings["matches"] == findings["unknown"] == []
        parts.append(findings["unread"])
    assert SmallEngine.scanned == []
    assert parts[0] == parts[1]
    assert [part["span"]["start_ms"] for part in parts[0]] == [0, 10_000, 20_000, 30_000]
    assert {reason["code"] for part in parts[0] for reason in part["reasons"]} == {"damaged-media"}
    assert all(len(part["reasons"]) == 1 for part in parts[0])


@pytest.mark.parametrize("known_has_two", [True, False])
def test_of_two_sound_tracks_neither_is_taken_for_known_by_the_other(
    stage: Stage, known_has_two: bool
) -> None:
    """Anna is heard in the second track alone, Bea is seen; the first sound is the same in both."""
    studio = enrolled(stage)
    content = {"sound": WHOLE, "picture": WHOLE}
    two = medium(40_000, *PEOPLE, content=content, tracks=[["anna"]])
    one = medium(40_000, PEOPLE[1], content=content)
    known, new = (two, one) if known_has_two else (one, two)
    hand_in(stage, studio, known)
    made = hand_in(stage, studio, new)
    assert scanned_ms(Modality.VOICE) == 40_000
    assert scanned_ms(Modality.FACE) < 40_000
    names = {name for name, _, _ in found(studio, made)}
    assert names == ({"Bea"} if known_has_two else {"Anna", "Bea"})
    SmallEngine.scanned.clear()
    again = hand_in(stage, studio, new)
    assert SmallEngine.scanned == []
    assert found(studio, again) == found(studio, made)


def test_another_tenants_media_are_never_used(stage: Stage) -> None:
    hand_in(stage, enrolled(stage), FILM)
    _, other = stage.tenant("studio", "Another")
    hand_in(stage, other, FILM)
    assert scanned_ms(Modality.VOICE) == scanned_ms(Modality.FACE) == 40_000


def test_a_trimmed_cut_is_linked_and_carries_findings_with_their_times(stage: Stage) -> None:
    studio = enrolled(stage)
    hand_in(stage, studio, FILM)
    part = [("film", 9_984, 30_000)]
    people = (("anna", "voice", 0, 8_000), ("bea", "face", 2_000, 18_000))
    cut = medium(20_016, *people, content={"sound": part, "picture": [("film", 10_000, 30_000)]})
    made = hand_in(stage, studio, cut)
    assert scanned_ms(Modality.VOICE) < 3_000
    assert scanned_ms(Modality.FACE) < 9_000
    spans = {
        (name, kind): (min(s["start_ms"] for s in spans), max(s["end_ms"] for s in spans))
        for name, kind, spans in merged(found(studio, made))
    }
    assert spans["Anna", "voice"] == pytest.approx((0, 8_000), abs=600)
    assert spans["Bea", "face"] == pytest.approx((2_000, 18_000), abs=600)
    links = studio.get(f"/v1/cuts/{made['cut_id']}/links")
    assert {link["part"] for link in links} == {"sound", "picture"}
    for link in links:
        moved = link["there"]["start_ms"] - link["here"]["start_ms"]
        assert moved == pytest.approx(10_000, abs=200)
        assert studio.get(f"/v1/cuts/{link['known_cut_id']}/links") == links
    assert studio.get(f"/v1/submissions/{made['id']}/findings")["known"] == links


def merged(matches: list[tuple[str, str, list[Any]]]) -> list[tuple[str, str, list[Any]]]:
    spans: dict[tuple[str, str], list[Any]] = {}
    for name, kind, parts in matches:
        spans.setdefault((name, kind), []).extend(parts)
    return [(name, kind, parts) for (name, kind), parts in spans.items()]


def test_of_a_dub_only_the_sound_is_scanned(stage: Stage) -> None:
    studio = enrolled(stage)
    hand_in(stage, studio, FILM)
    people = (("carla", "voice", 1_000, 18_000), ("bea", "face", 12_000, 28_000))
    dub = medium(40_000, *people, content={"sound": [("dub", 0, 40_000)], "picture": WHOLE})
    made = hand_in(stage, studio, dub)
    assert scanned_ms(Modality.VOICE) == 40_000
    assert scanned_ms(Modality.FACE) < 12_000
    assert {(name, kind) for name, kind, _ in found(studio, made)} == {("Bea", "face")}
    (link,) = studio.get(f"/v1/cuts/{made['cut_id']}/links")
    assert link["part"] == "picture"


def test_a_face_replaced_in_a_known_picture_is_seen(stage: Stage) -> None:
    studio = enrolled(stage)
    hand_in(stage, studio, FILM)
    people = (("anna", "voice", 1_000, 18_000), ("dora", "face", 12_000, 28_000))
    swapped = medium(40_000, *people, content={"sound": WHOLE, "picture": WHOLE}, slow_ms=1)
    made = hand_in(stage, studio, swapped)
    assert ("Bea", "face") not in {(name, kind) for name, kind, _ in found(studio, made)}
    unknown = studio.get(f"/v1/submissions/{made['id']}/findings")["unknown"]
    assert any(person["modality"] == "face" for person in unknown)


def test_what_was_added_to_a_known_film_is_scanned(stage: Stage) -> None:
    studio = enrolled(stage)
    hand_in(stage, studio, FILM)
    longer = [("film", 0, 20_000), ("more", 0, 20_000), ("film", 20_000, 40_000)]
    people = (("anna", "voice", 1_000, 18_000), ("anna", "voice", 25_000, 35_000))
    recut = medium(60_000, *people, content={"sound": longer, "picture": longer})
    made = hand_in(stage, studio, recut)
    assert 20_000 <= scanned_ms(Modality.VOICE) < 30_000
    ((_, _, spans),) = [item for item in merged(found(studio, made)) if item[0] == "Anna"]
    assert any(span["start_ms"] >= 24_000 and span["end_ms"] <= 36_000 for span in spans)


def test_people_whose_vectors_went_are_looked_for_again(stage: Stage) -> None:
    stage.settings = stage.settings.model_copy(
        update={"retention": stage.settings.retention.model_copy(update={"unknown_days": 0})}
    )
    _, studio = stage.tenant("studio")
    hand_in(stage, studio, FILM)
    hand_in(stage, studio, FILM)
    heard = [span for span, modalities in SmallEngine.scanned if Modality.VOICE in modalities]
    assert sum(span.duration_ms for span in heard) == pytest.approx(17_000, abs=3_000)
    assert min(heard) <= Span(1_000, 10_000)


@pytest.mark.parametrize("reuse", [Reuse.OFF, Reuse.IDENTICAL])
def test_reuse_can_be_limited(stage: Stage, reuse: Reuse) -> None:
    stage.settings = stage.settings.model_copy(update={"reuse": reuse})
    studio = enrolled(stage)
    hand_in(stage, studio, FILM)
    hand_in(stage, studio, FILM)
    assert scanned_ms(Modality.VOICE) == (40_000 if reuse is Reuse.OFF else 0)
    other = medium(40_000, *PEOPLE, content={"sound": WHOLE, "picture": WHOLE}, slow_ms=1)
    hand_in(stage, studio, other)
    assert scanned_ms(Modality.VOICE) == 40_000
