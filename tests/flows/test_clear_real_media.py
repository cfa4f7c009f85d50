"""`ebenbild clear` on real people through the real command line and engine.

Jobs are carried out in this process, where the models are loaded once; test_api_media starts
workers.

Two readers and a talker are enrolled; one reader licenses. A film or recording of each kind is
handed in: cleared, refused, needs a person (doubtful, undeclared, unknown), broken.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api import localclient
from api.cli.main import main
from api.client import Runner
from api.demo.papers import Declared, declaration, licence_terms
from core.settings import Settings
from fingerprint.media.forking import forking
from tests.engines import models_dir, real_engine
from tests.simulators.stage import run_jobs

pytestmark = [pytest.mark.media, pytest.mark.timeout(1200)]

LICENSED, REFUSING, TALKER, STRANGER = "TT_lj", "LT_3005", "GRID_s1", "LT_60"


class OneEngine(Runner):
    """Carries out all open jobs in this process when a client starts to wait."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def start(self) -> None:
        run_jobs(self._settings, lambda *_: real_engine())


@dataclass
class Registry:
    """A registry with an agency and a studio, driven by command lines."""

    folder: Path
    media: Path
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    files: dict[str, list[Path]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    performers: dict[str, str] = field(default_factory=dict)

    def run(self, actor: str, *argv: object) -> tuple[int, Any, str]:
        if actor:
            self.monkeypatch.setenv("EBENBILD_API_KEY", self.keys[actor])
        code = main([str(word) for word in (*argv, "--json")])
        shown = self.capture.readouterr()
        return code, json.loads(shown.out) if shown.out else None, shown.err

    def add_tenant(self, kind: str) -> str:
        _, tenant, _ = self.run("", "tenant", "add", kind, "--kind", kind)
        self.keys[kind] = tenant["api_key"]
        return str(tenant["id"])

    def enrol(self, who: str, samples: Sequence[Path], *more: str) -> list[dict[str, Any]]:
        key = self.folder / f"{who}.key"
        if who not in self.performers:
            self.run("agency", "key", "new", key)
            _, made, _ = self.run("agency", "performer", "add", who, "--key", key)
            self.performers[who] = made["id"]
        _, found, error = self.run(
            "agency", "enrol", self.performers[who], *samples, "--key", key, "--yes", *more
        )
        assert found, error
        return list(found["samples"])

    def grant(self, who: str, studio: str) -> None:
        terms = licence_terms(
            self.folder / f"{who}.toml",
            performer=self.performers[who],
            licensee=studio,
            kind="synthesise_voice",
            modality="voice",
            tariff="per_minute",
            rate="90",
        )
        key = self.folder / f"{who}.key"
        code, _, error = self.run("agency", "licence", "new", terms, "--key", key, "--yes")
        assert code == 0, error

    def clear(self, file: Path, *uses: Declared) -> tuple[int, Any, str]:
        paper = self.folder / f"{file.stem}.use.toml"
        declaration(paper, title="Real", label=file.stem, format_="vertical", uses=uses)
        return self.run("studio", "clear", file, "--declare", paper)

    def voice(self, who: str) -> Declared:
        return Declared(self.performers[who], "synthesise_voice", "voice")


@pytest.fixture
def registry(
    tmp_path: Path,
    media_dir: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Registry]:
    real_engine()  # skips where there are no weights
    monkeypatch.setattr(localclient, "DrainRunner", OneEngine)
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(tmp_path / "registry"))
    monkeypatch.setenv("EBENBILD_MODELS_DIR", str(models_dir()))
    monkeypatch.delenv("EBENBILD_API_KEY", raising=False)
    files: dict[str, list[Path]] = defaultdict(list)
    with (media_dir / "MANIFEST.csv").open(newline="") as manifest:
        for row in csv.DictReader(manifest):
            if row["kind"] == "real":
                files[row["identity"]].append(media_dir / row["path"])
    with forking():
        made = Registry(tmp_path, media_dir, capsys, monkeypatch, files)
        assert main(["init"]) == 0
        capsys.readouterr()
        studio = made.add_tenant("studio")
        made.add_tenant("agency")
        made.enrol(LICENSED, files[LICENSED][:1])
        made.enrol(REFUSING, files[REFUSING][:3])
        made.enrol(TALKER, files[TALKER][:3], "--modality", "face")
        made.grant(LICENSED, studio)
        yield made


def verdict(answer: tuple[int, Any, str]) -> tuple[int, str]:
    code, clearance, error = answer
    assert clearance, error
    return code, clearance["verdict"]


def test_every_kind_of_answer_on_real_people(registry: Registry) -> None:
    lj, reader, talker = (registry.files[who] for who in (LICENSED, REFUSING, TALKER))
    stranger = registry.files[STRANGER][0]
    cleared = registry.clear(lj[1], registry.voice(LICENSED))
    assert verdict(cleared) == (0, "CLEARED")
    refused = registry.clear(reader[3], registry.voice(REFUSING))
    assert refused[0] in (2, 3), "short evidence may leave it to a person, never clear it"
    talking = Declared(registry.performers[TALKER], "replicate_face", "face")
    assert verdict(registry.clear(talker[5], talking)) == (2, "REFUSED")
    assert verdict(registry.clear(talker[6])) == (3, "REVIEW")
    assert verdict(registry.clear(stranger)) == (3, "REVIEW")
    broken = registry.folder / "broken.flac"
    broken.write_bytes(lj[1].read_bytes()[:300])
    code, _, error = registry.clear(broken)
    assert code == 1
    problem = json.loads(error.splitlines()[-1])
    assert (problem["code"], problem["status"]) == ("broken-media", 422)
    assert problem["title"] == "The file cannot be used as it is"
    assert "can be decoded" in problem["detail"]
    assert problem["next_step"]
    for answer in (cleared, refused):
        assert answer[1]["spans"], "every answer names its seconds"
        assert all(span["reasons"] for span in answer[1]["spans"])
