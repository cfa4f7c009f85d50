"""Another encoder: prints are made anew from what performers let be kept, then it serves."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from api.opening import open_registry
from core.clock import utc_now
from core.errors import BadProof, EbenbildError, NotFound
from core.principal import SearchCapability
from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.models import Modality
from fingerprint.weights import encoders as added
from fingerprint.weights.packages import sha256_file
from registry.models.encoders import Material
from registry.service import encoders
from registry.service.gallery import load_gallery
from registry.service.material import opened
from registry.store import material
from registry.store.scans import ScanRow
from tests.flows.serving import PATIENCE_S, wait_until
from tests.flows.test_kill_worker import worker
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

KEPT = ("matching", "reembedding")
NEW = "newer@2"


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry with an encoder added to a models folder of its own."""
    monkeypatch.setenv("EBENBILD_MODELS_DIR", str(tmp_path / "models"))  # workers read it too
    stage = Stage.make(tmp_path)
    install(stage.settings.models_path, "newer", "2")
    yield stage
    stage.close()


def install(models: Path, name: str, version: str) -> None:
    models.mkdir(exist_ok=True)
    file = models / f"{name}.onnx"
    file.write_bytes(f"{name} {version}".encode())
    made = Encoder(name, version, FrontEnd.FBANK80, file.name, "", "MIT", "made for a test", 32)
    added.keep(models, replace(made, sha256=sha256_file(file)))


def use(stage: Stage, model_id: str = NEW, **more: Any) -> dict[str, Any]:
    return dict(stage.operator.post("/v1/encoder-changes", {"model_id": model_id, **more}))


def hold_of(stage: Stage, name: str) -> Path:
    """While this file exists, no worker gets past this person's sample."""
    return stage.settings.data_dir.parent / f"hold-{name}"


def people(stage: Stage, *names: str, purposes: tuple[str, ...] = KEPT) -> None:
    _, agency = stage.tenant("agency")
    for name in names:
        sample = medium(10_000, (name, "voice", 0, 10_000), held=(hold_of(stage, name), 0))
        Person.add(agency, name).enrol(stage.file(f"{name}.wav", sample), purposes=purposes)


def prints(stage: Stage) -> dict[str, int]:
    with open_registry(stage.settings) as world, world.db.read() as session:
        return dict(encoders.prints_by_model(session, at=utc_now()))


def serving(stage: Stage) -> str:
    with open_registry(stage.settings) as world, world.db.read() as session:
        return encoders.in_use(session).get(Modality.VOICE, "small-voice")


def found_with(stage: Stage, *names: str) -> str:
    """The encoder of a new film's scan, once these voices are found in it."""
    _, studio = stage.tenant("studio")
    spoken = [(name, "voice", 0, 10_000) for name in names]
    submission = submit(stage, studio, new_cut(studio), medium(10_000, *spoken), declaration())
    found = studio.get(f"/v1/submissions/{submission['id']}/findings")
    assert len(found["uses"]) == len(names)
    assert found["unknown"] == []
    with open_registry(stage.settings) as world, world.db.read() as session:
        newest = select(ScanRow).order_by(col(ScanRow.seq).desc())
        return str(session.exec(newest).first().models["voice"])  # type: ignore[union-attr]


def test_all_prints_are_made_anew_and_then_the_new_encoder_finds_them(ready: Stage) -> None:
    people(ready, "anna", "bert")
    assert prints(ready) == {"small-voice": 2}
    ended = ready.operator.wait(use(ready)["id"])
    assert ended["state"] == "done"
    assert serving(ready) == NEW
    assert prints(ready) == {"small-voice": 2, NEW: 2}
    assert found_with(ready, "anna", "bert") == NEW


def test_a_sample_that_comes_later_is_embedded_with_the_new_encoder(ready: Stage) -> None:
    ready.operator.wait(use(ready)["id"])
    people(ready, "carla")
    assert prints(ready) == {NEW: 1}
    assert found_with(ready, "carla") == NEW


def test_a_new_print_still_finds_its_uses_in_what_the_old_encoder_archived(ready: Stage) -> None:
    _, studio = ready.tenant("studio")
    film = medium(10_000, ("dora", "voice", 0, 10_000))
    submission = submit(ready, studio, new_cut(studio), film, declaration())
    ready.operator.wait(use(ready)["id"])
    people(ready, "dora", purposes=("matching",))
    assert prints(ready) == {"small-voice": 1, NEW: 1}
    for job in ready.operator.post("/v1/rematches"):
        ready.operator.wait(job["id"])
    found = studio.get(f"/v1/submissions/{submission['id']}/findings")
    assert len(found["uses"]) == 1
    assert found["unknown"] == []


def test_prints_without_material_stop_the_change_and_are_named(ready: Stage) -> None:
    people(ready, "anna")
    people(ready, "emil", purposes=("matching",))
    with pytest.raises(EbenbildError, match="1 prints could not be made anew") as caught:
        use(ready)
    assert caught.value.code == "material-missing"
    assert serving(ready) == "small-voice"
    ready.operator.wait(use(ready, leave_behind=True)["id"])
    assert prints(ready) == {"small-voice": 2, NEW: 1}


def test_what_is_not_installed_or_in_use_already_is_refused(ready: Stage) -> None:
    with pytest.raises(EbenbildError, match="no encoder other@1"):
        use(ready, "other@1")
    first = use(ready)
    assert use(ready)["id"] == first["id"]
    ready.operator.wait(first["id"])
    with pytest.raises(EbenbildError, match="in use already"):
        use(ready)


def test_another_wish_replaces_one_that_is_being_prepared(ready: Stage) -> None:
    people(ready, "anna")
    install(ready.settings.models_path, "other", "1")
    first, second = use(ready), use(ready, "other@1")
    assert ready.operator.wait(first["id"])["state"] == "failed"
    assert ready.operator.wait(second["id"])["state"] == "done"
    assert serving(ready) == "other@1"
    ready.operator.wait(use(ready)["id"])  # and to and fro
    assert prints(ready)[NEW] == prints(ready)["other@1"] == 1


def test_who_is_no_operator_changes_no_encoder(ready: Stage) -> None:
    _, agency = ready.tenant("agency")
    with pytest.raises(EbenbildError, match="scope admin"):
        agency.post("/v1/encoder-changes", {"model_id": NEW})
    with pytest.raises(EbenbildError, match="scope admin"):
        agency.get("/v1/encoders")


def test_killed_over_and_over_every_print_is_made_once(ready: Stage) -> None:
    names = [f"person{number}" for number in range(6)]
    people(ready, *names)
    job_id = use(ready)["id"]

    def state() -> dict[str, Any]:
        return dict(ready.operator.get(f"/v1/jobs/{job_id}"))

    for share, name in ((0.1, "person1"), (0.4, "person3")):
        hold_of(ready, name).touch()
        process = worker(ready)
        wait_until(lambda share=share: state()["progress"] > share)  # type: ignore[misc]
        process.send_signal(signal.SIGKILL)
        process.wait()
        hold_of(ready, name).unlink()
        assert serving(ready) == "small-voice"
        assert 0 < prints(ready).get(NEW, 0) < len(names)
    assert worker(ready, "--drain").wait(PATIENCE_S) == 0
    assert (state()["state"], state()["attempts"]) == ("done", 3)
    assert serving(ready) == NEW
    assert prints(ready) == {"small-voice": 6, NEW: 6}
    with open_registry(ready.settings) as world, world.db.read() as session:
        capability = SearchCapability("test", "test")
        entries, _ = load_gallery(session, world.vault, capability, at=utc_now())
    assert [len(entry.templates) for entry in entries] == [1] * 12


def kept_samples(stage: Stage) -> tuple[Material, ...]:
    with open_registry(stage.settings) as world, world.db.read() as session:
        capability = SearchCapability("test", "test")
        return material.kept(session, capability, Modality.VOICE, at=utc_now())


def test_kept_samples_lie_sealed_and_go_with_the_consent(ready: Stage) -> None:
    _, agency = ready.tenant("agency")
    anna = Person.add(agency, "Anna")
    sample = voice_sample("anna")
    anna.enrol(ready.file("anna.wav", sample), purposes=KEPT)
    (item,) = kept_samples(ready)
    with open_registry(ready.settings) as world:
        path = world.objects.path(item.object_name)
        assert b"anna" not in path.read_bytes()
        with opened(world.vault, world.objects, item) as clear:
            assert clear.read_bytes() == sample
        assert not clear.exists()
        stored = path.read_bytes()
        for damaged in (stored[:-1], stored[:3], b"", stored[:40] + b"x" + stored[41:], stored * 2):
            path.write_bytes(damaged)
            with pytest.raises(BadProof), opened(world.vault, world.objects, item):
                pass
        path.write_bytes(stored)
        other = replace(item, sample_id="smp_other")
        with pytest.raises(BadProof), opened(world.vault, world.objects, other):
            pass
    agency.post(f"/v1/enrolments/{item.enrolment_id}/withdrawal")
    assert worker(ready, "--drain").wait(PATIENCE_S) == 0
    assert kept_samples(ready) == ()
    with open_registry(ready.settings) as world:
        assert not path.exists()
        path.write_bytes(stored)  # a copy in a backup
        with pytest.raises(NotFound), opened(world.vault, world.objects, item):
            pass


def test_without_consent_to_it_no_sample_is_kept(ready: Stage) -> None:
    people(ready, "emil", purposes=("matching",))
    assert kept_samples(ready) == ()
    files = [path for path in ready.settings.objects_dir.rglob("*") if path.is_file()]
    assert files == []
