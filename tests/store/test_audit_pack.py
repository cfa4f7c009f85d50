"""An audit pack is recomputed by a program that shares nothing with ours, and tampering is seen."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core import integrity, log, logwitnesses, receipts
from core.errors import BadInput, NotAllowed
from core.keys import from_seed
from core.principal import Principal
from royalties.auditpack import Sampler, digest_of
from royalties.runbegin import Wanted
from royalties.service.auditpacks import Order, write_pack
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared
from tests.store.royalties_stage import found as heard
from tests.store.test_accruals_by_tariff import agree, publish
from tests.store.test_runs import Money
from tests.unit.royalties.worlds import tariff

OUTSIDER = Path(__file__).parents[1] / "peers/recompute_pack.py"
KEY = from_seed(bytes(32))
NOW = datetime(2026, 12, 10, tzinfo=UTC)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as made:
        yield made


def packed(office: Office, *, seed: str = "7 11 23", sample: int = 2) -> bytes:
    target = io.BytesIO()
    with office.shared.read() as session:
        offered = logwitnesses.policy(session, 0)

        def receipt(index: int) -> bytes:
            return receipts.receipt(
                session, log.leaf(session, index), offered, opened=True
            ).encode()

        write_pack(session, office.clerk, target, Order(KEY, receipt, seed, sample, NOW))
    return target.getvalue()


def lived(office: Office) -> str:
    """Claims at both simple prices, one of them taken back, in a month that is closed."""
    for term in (tariff("per_view", 3_300), tariff("per_minute", 12_500)):
        cut_id, _ = cleared(office.stage, term)
        office.stage.import_lines(f"{cut_id},DE,2026-10,100", f"{cut_id},AT,2026-10,7")
    office.stage.accrue()
    with office.shared.read() as session:
        from royalties.service import periods

        (month,) = [one.month for one in periods.list_periods(session, office.clerk)]
    office.close(month, at=NOW)
    return month


def recomputed(data: bytes, folder: Path) -> dict[str, Any]:
    file = folder / "pack.zip"
    file.write_bytes(data)
    run = subprocess.run(
        [sys.executable, "-I", str(OUTSIDER), str(file)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.stdout, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    assert run.returncode == bool(found["faults"])
    return found


def test_what_a_line_called_its_title_is_in_the_pack_and_nothing_of_people(office: Office) -> None:
    cut_id, _ = cleared(office.stage, tariff("per_view", 3_300))
    head = "cut_id,isrc,isni,territory,period,views"
    isrc, isni = "USUM70600055", "0000000121032683"
    office.stage.import_lines(f"{cut_id},{isrc},{isni},DE,2026-10,100", head=head)
    office.stage.accrue()
    with zipfile.ZipFile(io.BytesIO(packed(office))) as pack:
        told = pack.read("titles.tsv").decode().splitlines()
        head, line = (one.split("\t") for one in told)
        assert (head, line[1:]) == (["usage_line", "scheme", "value"], ["isrc", isrc])
        assert line[0].encode() in pack.read("claims.jsonl")
        assert not any(isni.encode() in pack.read(one) for one in pack.namelist())


def test_an_outsider_recomputes_all_of_it(office: Office, tmp_path: Path) -> None:
    lived(office)
    found = recomputed(packed(office), tmp_path)
    assert found["faults"] == []
    assert (found["months"], found["claims"], found["drawn"]) == (1, 4, 2)
    assert found["receipts"] == 1


def test_the_same_books_moment_and_seed_give_the_same_bytes(office: Office) -> None:
    lived(office)
    assert packed(office) == packed(office)
    assert packed(office) != packed(office, seed="another")


def test_the_manifest_names_every_file_under_the_registrys_proof(office: Office) -> None:
    month = lived(office)
    with zipfile.ZipFile(io.BytesIO(packed(office))) as pack:
        manifest = json.loads(pack.read("manifest.json"))
        names = set(pack.namelist())
        assert b"lottery" not in pack.read("README.txt")
    integrity.verify(manifest, expected={KEY.verification_method})
    assert set(manifest["files"]) == names - {"manifest.json"}
    assert {f"receipts/{month}.txt", "rules/deductions/online.json", "facts.jsonl"} <= names


def changed(data: bytes, name: str, old: bytes, new: bytes, *, restate: bool) -> bytes:
    """The pack with one file edited, and its digest as well where `restate` says so."""
    import hashlib

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as pack, zipfile.ZipFile(out, "w") as copy:
        files = {one: pack.read(one) for one in pack.namelist()}
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
        if restate:
            manifest = json.loads(files["manifest.json"])
            manifest["files"][name] = hashlib.sha256(files[name]).hexdigest()
            files["manifest.json"] = json.dumps(manifest).encode()
        for one, content in files.items():
            copy.writestr(one, content)
    return out.getvalue()


def test_an_outsider_divides_a_line_by_points(office: Office, tmp_path: Path) -> None:
    stage = office.stage
    term, people = agree(stage, publish(stage)), [stage.performer() for _ in range(3)]
    for who in people[:2]:
        stage.licence(who, term)
    cut_id = stage.cut()
    stage.clear(cut_id, *(heard(cut_id, who, (0, 30_000)) for who in people))
    stage.import_lines(f"{cut_id},DE,2026-10,1")
    stage.accrue()
    data = packed(office)
    found = recomputed(data, tmp_path)
    assert (found["faults"], found["claims"]) == ([], 3)
    wrong = changed(data, "claims.jsonl", b'"points_total": "', b'"points_total": "1', restate=True)
    assert any(one.startswith("claim") for one in recomputed(wrong, tmp_path)["faults"])


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("transactions.tsv", b'"330000"', b'"330001"', "month"),
        ("postings.tsv", b"\t330000\n", b"\t330001\n", "transaction"),
        ("claims.jsonl", b'"rate_micro": 3300', b'"rate_micro": 3301', "claim"),
        ("sample.tsv", b"1\ttxn_", b"1\ttxm_", "sample"),
        ("balances.tsv", b"\tEUR\t", b"\tUSD\t", "account"),
        ("periods.json", b'"root": "', b'"root": "0', "receipt"),
        ("receipts/MONTH.json", b'"transactions":', b'"transactions":1', "receipt"),
    ],
    ids=["root", "posting", "views", "sample", "balance", "closed root", "commitment"],
)
def test_what_was_edited_is_named(
    office: Office, tmp_path: Path, name: str, old: bytes, new: bytes, fault: str
) -> None:
    name = name.replace("MONTH", lived(office))
    data = packed(office)
    found = recomputed(changed(data, name, old, new, restate=False), tmp_path)
    assert f"file {name}" in found["faults"]
    restated = recomputed(changed(data, name, old, new, restate=True), tmp_path)
    assert any(one.startswith(fault) for one in restated["faults"]), restated


def test_wrong_orders_are_refused(office: Office) -> None:
    for seed, sample in (("", 1), ("x", 1001), ("x", -1), ("a\nb", 1)):
        with pytest.raises(BadInput):
            packed(office, seed=seed, sample=sample)
    with office.shared.read() as session, pytest.raises(NotAllowed):
        clerk = Principal(office.book, "test", frozenset({"usage"}), "operator")
        write_pack(session, clerk, io.BytesIO(), Order(KEY, lambda _: b"", "x", 1, NOW))


def test_an_empty_book_is_a_pack_too(office: Office, tmp_path: Path) -> None:
    assert recomputed(packed(office), tmp_path)["faults"] == []


def test_a_sample_is_the_lowest_digests_in_any_order() -> None:
    names = [f"txn_{number}" for number in range(200)]
    expected = sorted(names, key=lambda name: digest_of("seed", name))[:10]
    for order in (names, names[::-1]):
        drawing = Sampler("seed", 10)
        for name in order:
            drawing.see(name)
        assert list(drawing.drawn()) == expected
    assert Sampler("seed", 0).drawn() == ()


def test_an_outsider_recomputes_a_run(office: Office, tmp_path: Path) -> None:
    money = Money(office)
    for views, country in ((10_007, "DE"), (333, "US"), (4_001, "")):
        money.earn(views, taxed=country)
    money.receive(2, 3)
    first = money.run()
    money.run(Wanted(follows_id=first.id))
    data = packed(office)
    found = recomputed(data, tmp_path)
    assert found["faults"] == []
    assert found["run_lines"] >= 3 and found["receipts"] == 2
    wrong = changed(data, "runs/0001.jsonl", b'"cost_micro":"', b'"cost_micro":"1', restate=True)
    faults = recomputed(wrong, tmp_path)["faults"]
    assert any("run hash" in one for one in faults)
    assert any("run line" in one for one in faults)
