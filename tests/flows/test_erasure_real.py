"""An erasure on real voices: one's own recording finds nobody afterwards, the others are found."""

import threading
from pathlib import Path
from typing import Any

import av
import pytest

from api.client import Client, Refused
from api.handlers import failures, handlers
from api.opening import open_registry
from api.tools import Tools
from api.worker import Worker
from tests.engines import models_dir, real_engine
from tests.simulators.stage import Person, Stage, declaration, new_cut

pytestmark = [pytest.mark.media, pytest.mark.timeout(900)]

READERS = 3


def work(stage: Stage) -> None:
    """Drain the queue with the real engine."""
    with open_registry(stage.settings) as world:
        tools = Tools(world, threading.Event())
        Worker(world, handlers(tools), failures(), threading.Event()).run(drain=True)


def enrol(stage: Stage, agency: Client, name: str, clip: Path) -> Person:
    person = Person.add(agency, name)
    enrolment = person.consent("voice", purposes=("matching", "reembedding", "comparison"))
    body = {"upload_id": agency.upload(clip), "modality": "voice"}
    agency.post(f"/v1/enrolments/{enrolment}/samples", body)
    work(stage)
    agency.post(f"/v1/enrolments/{enrolment}/attestations", {"facts": ["identity", "voice"]})
    work(stage)
    return person


def findings(stage: Stage, studio: Client, clip: Path) -> dict[str, Any]:
    body = {
        "cut_id": new_cut(studio),
        "upload_id": studio.upload(clip),
        "filename": clip.name,
        "declaration": declaration(),
    }
    made = studio.post("/v1/submissions", body)
    work(stage)
    found: dict[str, Any] = studio.get(f"/v1/submissions/{made['id']}/findings")
    return found


def excerpt(agency: Client, person: Person) -> bytes:
    """What a reviewer would hear of this person."""
    (enrolment,) = agency.pages(f"/v1/performers/{person.id}/enrolments")
    return agency.fetch(f"/v1/enrolments/{enrolment['id']}/excerpt")


def names(found: dict[str, Any]) -> set[str]:
    return {match["public_name"] for match in found["matches"]}


def test_ones_own_sample_finds_nobody_after_the_erasure(
    tmp_path: Path, media_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_engine()  # skips where there are no weights
    monkeypatch.setenv("EBENBILD_MODELS_DIR", str(models_dir()))
    stage = Stage.make(tmp_path)
    _, agency = stage.tenant("agency")
    _, studio = stage.tenant("studio")
    readers = sorted((media_dir / "speech" / "librispeech_test-other").glob("*/"))[:READERS]
    clips = [
        sorted(reader.glob("*.flac"), key=lambda path: path.stat().st_size)[-2:]
        for reader in readers
    ]
    people = [enrol(stage, agency, f"Reader{n}", clip[-1]) for n, clip in enumerate(clips)]
    assert names(findings(stage, studio, clips[0][-1])) == {"Reader0"}
    assert names(findings(stage, studio, clips[0][0])) == {"Reader0"}
    # What is kept to compare by is a few seconds of the person whose it is, and of nobody else.
    heard = stage.file("heard.ogg", excerpt(agency, people[0]))
    with av.open(str(heard)) as sound:
        assert 3 < float(sound.duration or 0) / av.time_base <= 5.1
    assert names(findings(stage, studio, heard)) == {"Reader0"}

    begun = agency.post(f"/v1/performers/{people[0].id}/erasure")
    work(stage)
    done = agency.get(f"/v1/erasures/{begun['id']}")
    assert done["state"] == "DONE"
    assert done["gone"]["template"] > 0
    assert done["gone"]["excerpt"] == 1
    with pytest.raises(Refused):
        excerpt(agency, people[0])
    for clip in clips[0]:
        after = findings(stage, studio, clip)
        assert after["matches"] == []
        assert after["unknown"]
    assert names(findings(stage, studio, clips[1][0])) == {"Reader1"}
    for path in stage.settings.data_dir.rglob("*"):
        assert not path.is_file() or b"Reader0" not in path.read_bytes(), path
    stage.close()
