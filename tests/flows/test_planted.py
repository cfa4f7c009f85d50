"""Planted vectors, names, secrets and media are found nowhere: files, WAL, keys, backups, logs.

The search looks for the bytes of a vector as floats and doubles, as base64 and hexadecimal at any
alignment, and as text; for an API key; for what a sample and a film hold. It is shown to find each
of these first, where they are planted in the clear.
"""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from api import rotating
from api.client import Client
from api.opening import open_registry
from api.reindexing import rebuild
from api.roles import Role
from core import sqlite
from core.kek import KEK_FILE, file_kek
from core.keybackup import write_backup
from core.keys import generate
from registry.service import rekeying, turning
from registry.service.indexfile import IndexFile
from tests.simulators.people import seat
from tests.simulators.small_engine import MODELS, medium, vector
from tests.simulators.stage import Person, Stage, declaration, new_cut, run_jobs, submit

PERFORMER, STRANGER = "Planted Performer", "Planted Stranger"
FULL_NAME, PUBLIC_NAME = "Anna Wilhelmina Quastenflosser", "Annabella Quast"
MEMBER, MEMBER_EMAIL = "Ottokar Zwirbelbart", "ottokar.zwirbelbart@example.org"
INVITED, TOLD = "invited.zwirbelbart@example.org", "told.zwirbelbart@example.org"
GUARDIAN = "Theobald Kummerspeck"
NAMES = (FULL_NAME, PUBLIC_NAME, MEMBER, MEMBER_EMAIL, INVITED, TOLD, GUARDIAN)
SECRET_HEADER = "planted-secret-in-a-wrong-header"


def forms(found: np.ndarray) -> dict[str, bytes]:
    """A vector in every form in which it might lie somewhere."""
    kept: dict[str, bytes] = {}
    for dtype in ("<f4", "<f8", ">f4", ">f8", "<f2"):
        data = found.astype(dtype).tobytes()
        kept[dtype] = data[:16]
        kept[f"hex {dtype}"] = data[:12].hex().encode()
        for shift in range(3):
            # Whole groups of three bytes read the same wherever the text around them begins.
            kept[f"base64 {dtype} {shift}"] = base64.b64encode(data[shift : shift + 24])[:28]
    for digits in (4, 6, 8):
        kept[f"text {digits}"] = f"{float(found[1]):.{digits}f}".lstrip("-0").encode()
        kept[f"text {digits}"] += b"" if digits > 4 else b", "
    kept["repr"] = repr(float(found[2])).encode()
    return kept


def planted(api_key: str) -> dict[str, bytes]:
    """Everything that may lie nowhere in the clear, by what it is."""
    wanted = {"api key": api_key.encode(), "wrong header": SECRET_HEADER.encode()}
    wanted |= {"api key base64": base64.b64encode(api_key.encode())[:30]}
    for name in NAMES:
        wanted |= {f"name {name}": name.encode(), f"hex of {name}": name.encode().hex().encode()}
        for shift in range(3):
            cut = name.encode()[shift : shift + len(name) // 3 * 3 - 3]
            wanted[f"base64 of {name} {shift}"] = base64.b64encode(cut)
    for name in (PERFORMER, STRANGER):
        wanted[f"medium of {name}"] = name.encode()
        for model in MODELS.values():
            clear = vector(name, model.model_id)
            wanted |= {f"{name} {form}": data for form, data in forms(clear).items()}
    return wanted


def found_in(folder: Path, wanted: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(folder)), what)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for content in [path.read_bytes()]
        for what, data in wanted.items()
        if data in content
    ]


@contextmanager
def everything_logged(path: Path) -> Iterator[None]:
    """Every logger at its most talkative, into a file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage.make(tmp_path / "world")
    stage.file = lambda name, content: _outside(tmp_path, name, content)  # type: ignore[method-assign]
    yield stage
    stage.close()


def _outside(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_the_search_finds_what_is_planted_in_the_clear(tmp_path: Path) -> None:
    for number, (what, data) in enumerate(planted("ebk_some_key_of_a_studio_0123456789").items()):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "file").write_bytes(b"before" + data + b"after")
        assert ("file", what) in found_in(place, planted("ebk_some_key_of_a_studio_0123456789"))
    clear = tmp_path / "vector"
    clear.mkdir()
    data = b"123" + vector(PERFORMER, next(iter(MODELS.values())).model_id).tobytes()
    (clear / "base64").write_bytes(base64.b64encode(data))
    assert found_in(clear, planted("none such key"))


def test_nothing_planted_lies_anywhere_before_and_after_erasure(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = stage.settings.data_dir
    monkeypatch.setattr(IndexFile, "is_due", lambda _self, held: held > 0)
    with everything_logged(data / "everything.log"):
        issued, studio, person = _tell_the_story(stage)
        wanted = planted(issued)
        rebuild(stage.settings)
        _copies(stage, data / "backup-before")
        assert found_in(data, wanted) == []
        assert (data / "everything.log").stat().st_size > 1000
        assert list(data.rglob("gallery.sealed"))
        _rotate(stage)
        assert found_in(data, wanted) == []
        _erase(stage, person)
        _copies(stage, data / "backup-after")
        assert found_in(data, wanted) == []
        assert studio is not None


def _tell_the_story(stage: Stage) -> tuple[str, Client, Person]:
    """Enrolment, scan and every error on the way; the studio's API key, its client, the person."""
    agency_id, agency = stage.tenant("agency")
    _people(stage, agency_id, agency)
    tenant = stage.operator.post("/v1/tenants", {"name": "A studio", "kind": "studio"})
    issued = stage.operator.post(f"/v1/tenants/{tenant['id']}/keys", {})["api_key"]
    studio = stage.client(issued)
    person = Person.add(agency, PUBLIC_NAME, name=FULL_NAME)
    assert [who["id"] for who in agency.pages("/v1/performers", named="quasten")] == [person.id]
    person.enrol(
        stage.file("sample.wav", medium(8000, (PERFORMER, "voice", 0, 8000))),
        purposes=("matching", "reembedding"),
    )
    film = medium(
        9000,
        (PERFORMER, "voice", 0, 5000),
        (STRANGER, "voice", 5000, 9000),
        (STRANGER, "face", 0, 9000),
        (PERFORMER, "face", 0, 9000),
    )
    submit(stage, studio, new_cut(studio), film, declaration())
    _go_wrong(stage, studio, issued, film)
    return issued, studio, person


def _people(stage: Stage, agency_id: str, agency: Client) -> None:
    """A member, somebody invited, an address for notices, and a child with a guardian."""
    with open_registry(stage.settings) as world:
        seat(world.db, agency_id, Role.ADMIN, name=MEMBER, email=MEMBER_EMAIL)
    for role in ("agent", "admin"):
        body = {"email": INVITED, "roles": [role], "tenant_id": agency_id}
        stage.operator.post("/v1/invitations", body)
    agency.post("/v1/mail-addresses", {"address": TOLD, "lang": "de"})
    body = {"name": "A Child", "public_name": "A Child", "born_on": "2019-03-04"}
    child = agency.post("/v1/performers", body)["id"]
    guardian = {"name": GUARDIAN, "did": generate().did, "relation": "parent"}
    agency.post(f"/v1/performers/{child}/guardians", guardian)


def _go_wrong(stage: Stage, studio: Client, api_key: str, film: bytes) -> None:
    submit(stage, studio, new_cut(studio), b"no medium: " + PERFORMER.encode(), declaration())
    http = stage.http(api_key)
    for _ in range(2):
        http.post("/v1/uploads", content=film)
    for path, body in (
        ("/v1/submissions", {"cut_id": api_key, "upload_id": api_key}),
        ("/v1/works", {"title": 7, "level": api_key}),
    ):
        assert http.post(path, json=body).status_code >= 400
        assert http.post(path, content=api_key.encode()).status_code >= 400
    assert http.get("/v1/jobs", headers={"Authorization": f"Bearer {SECRET_HEADER}"}).is_error


def _rotate(stage: Stage) -> None:
    with open_registry(stage.settings) as world:
        rekeying.renew_all(world.vault)
        turning.begin_next(world.vault)
        assert rotating.reseal(world).rows > 0
        rotating.forget_old(world)


def _erase(stage: Stage, person: Person) -> None:
    enrolments = person.agency.get(f"/v1/performers/{person.id}/enrolments")
    for item in enrolments["items"]:
        person.agency.post(f"/v1/enrolments/{item['id']}/withdrawal")
    run_jobs(stage.settings)


def _copies(stage: Stage, folder: Path) -> None:
    """A backup of the database by SQLite itself, and one of the keystore."""
    folder.mkdir()
    # The library that the product uses: two in one process would take each other's locks away.
    source = sqlite.driver().connect(stage.settings.database_path)
    target = sqlite.driver().connect(folder / "backup.db")
    source.backup(target)
    source.close()
    target.close()
    with open_registry(stage.settings) as world:
        kek = file_kek(stage.settings.keys_dir / KEK_FILE)
        write_backup(world.vault, kek, folder / "keystore.backup")
