"""A witness beside a registry: it cosigns what grew, and keeps evidence of what did not."""

import base64
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from api.app import create_app
from api.schema import upgrade
from api.transport import LocalTransport
from core import checkpoints, keys, log, logwitnesses, merkle, receipts, witnesspost
from core.checkpoint import Checkpoint, log_key, parse_checkpoint
from core.clock import utc_now
from core.consistency import consistency_from
from core.init import World, initialise, open_world
from core.messagesettings import WebhookSettings
from core.principal import Principal
from core.settings import Settings
from core.signednote import Note, parse_note, sign_text
from core.tenants import OPERATOR
from core.tlogpolicy import reached
from core.tlogproof import parse_proof
from tests.fixtures import TestWorld
from tests.schemas import copied
from witness import main as program
from witness.judging import add_checkpoint, watch
from witness.notes import Refused, key_from
from witness.serving import server
from witness.state import Folder, Log
from witness.trees import check_growth, growth_from_tiles

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
ORIGIN = "log.example/a"
SECRET = keys.from_seed(b"s" * 32)


def leaves(size: int, word: str = "leaf") -> list[bytes]:
    return [merkle.leaf_hash(f"{word} {number}".encode()) for number in range(size)]


def note(hashes: list[bytes], private: keys.PrivateKey = SECRET, origin: str = ORIGIN) -> str:
    text = Checkpoint(origin, len(hashes), merkle.root(hashes)).text
    return Note(text, (sign_text(text, origin, private),)).full


def request(old: int, hashes: list[bytes], proof: list[bytes] | None = None) -> str:
    nodes = merkle.complete_subtrees(hashes)
    reader: merkle.NodeReader = lambda level, at: nodes[level, at] if level else hashes[at]  # noqa: E731
    if proof is None:
        proof = consistency_from(old, len(hashes), reader) if old else []
    lines = "".join(base64.b64encode(item).decode() + "\n" for item in proof)
    return f"old {old}\n{lines}\n{note(hashes)}"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "witness")
    made.begin("witness.example/w1")
    made.trust(log_key(ORIGIN, SECRET.public).vkey, "https://log.example/a")
    return made


def append(world: World, count: int) -> None:
    with world.db.write() as session:
        for number in range(count):
            log.append(session, kind="a.b", subject_id="x_1", payload={"n": number}, at=AT)


def test_what_only_grows_is_cosigned_step_by_step(folder: Folder) -> None:
    hashes, seen = leaves(700), 0
    for size in (1, 2, 3, 8, 255, 256, 257, 512, 699, 700, 700):
        answer = add_checkpoint(folder, request(seen, hashes[:size]))
        assert answer.status == 200, answer
        assert answer.body.startswith("— witness.example/w1 ")
        seen = size
    assert folder.evidence() == []


def test_a_witness_that_starts_anew_goes_on_from_what_it_saw(folder: Folder) -> None:
    add_checkpoint(folder, request(0, leaves(5)))
    again = Folder(folder.path)
    answer = add_checkpoint(again, request(0, leaves(9)))
    assert (answer.status, answer.body) == (409, "5\n")
    assert add_checkpoint(again, request(5, leaves(9))).status == 200


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (lambda: "", 400),
        (lambda: "old 05\n\n" + note(leaves(9)), 400),
        (lambda: f"old {'9' * 5000}\n\n" + note(leaves(9)), 400),
        (lambda: "old 5\n?\n\n" + note(leaves(9)), 400),
        (lambda: "old 5\n\nno checkpoint\n", 400),
        (lambda: "old 10\n\n" + note(leaves(9)), 400),
        (lambda: "old 5\n" + "AAAA\n" * 64 + "\n" + note(leaves(9)), 400),
        (lambda: "old 5\n\n" + note(leaves(9), origin="other.example"), 404),
        (lambda: "old 5\n\n" + note(leaves(9), keys.generate()), 403),
        (lambda: "old 0\n\n" + note(leaves(9)), 409),
        (lambda: request(4, leaves(9)), 409),
        (lambda: request(5, leaves(9), []), 422),
        (lambda: request(5, leaves(9), [leaves(1)[0]] * 3), 422),
        (lambda: "old 5\n\n" + note(leaves(5, "other")), 409),
    ],
)
def test_anything_else_is_refused_with_its_status(
    folder: Folder, made: Callable[[], str], status: int
) -> None:
    add_checkpoint(folder, request(0, leaves(5)))
    assert add_checkpoint(folder, made()).status == status
    seen = folder.seen(ORIGIN)
    assert seen is not None and seen.root == merkle.root(leaves(5))


def test_a_split_view_leaves_both_signed_notes_as_evidence(folder: Folder) -> None:
    add_checkpoint(folder, request(0, leaves(5)))
    answer = add_checkpoint(folder, "old 5\n\n" + note(leaves(5, "other")))
    assert answer.evidence in folder.evidence()
    held = json.loads((folder.path / answer.evidence).read_bytes())
    assert held["kind"] == "split-view"
    one, two = (parse_note(held[side]) for side in ("seen", "offered"))
    assert parse_checkpoint(one.text).size == parse_checkpoint(two.text).size == 5
    assert one.text != two.text
    assert program.main(["show", str(folder.path)]) == program.CAUGHT


def test_proofs_of_growth_agree_with_the_registrys_and_forged_ones_do_not() -> None:
    hashes = leaves(90)
    nodes = merkle.complete_subtrees(hashes)
    for new in range(1, 91, 3):
        for old in range(1, new + 1):
            proof = consistency_from(
                old, new, lambda level, at: nodes[level, at] if level else hashes[at]
            )
            roots = merkle.root(hashes[:old]), merkle.root(hashes[:new])
            check_growth(old, new, *roots, proof)
            for wrong in ([*proof, hashes[0]], proof[1:], proof[::-1]):
                if wrong != proof:
                    with pytest.raises(Refused):
                        check_growth(old, new, *roots, wrong)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TestWorld]:
    settings = Settings(data_dir=tmp_path / "data")
    report = initialise(settings, copied(upgrade))
    operator = Principal(report.operator_tenant_id or "", "test", frozenset({"*"}), OPERATOR)
    with open_world(settings) as opened:
        yield TestWorld(
            world=opened, root=tmp_path, first=operator, second=operator, operator=operator
        )


@pytest.fixture
def registry(world: TestWorld) -> Iterator[httpx2.Client]:
    append(world.world, 3)
    app = create_app(world.settings)
    with httpx2.Client(transport=LocalTransport(app), base_url="http://local") as client:
        yield client
    app.state.world.close()


def fetch_from(client: httpx2.Client) -> Callable[[str], bytes]:
    def fetch(path: str) -> bytes:
        answer = client.get(f"/log/{path}")
        if answer.is_error:
            raise OSError(f"{path}: {answer.status_code}")
        return answer.content

    return fetch


def watching(client: httpx2.Client, path: Path) -> tuple[Folder, Log]:
    folder = Folder(path)
    folder.begin("w.example")
    vkey = client.get("/log").json()["keys"][0]["vkey"]
    return folder, folder.trust(vkey, "https://registry.invalid/log")


def test_a_registry_is_watched_by_its_tiles_and_gets_its_cosignature(
    world: TestWorld, registry: httpx2.Client, tmp_path: Path
) -> None:
    folder, watched = watching(registry, tmp_path / "w")
    with world.db.write() as session:
        logwitnesses.add_witness(
            session, world.operator, folder.key().vkey, "", loopback=False, now=utc_now()
        )
    for more in (0, 1, 250, 3, 300):
        append(world.world, more)
        offered, answer = watch(folder, watched, fetch_from(registry))
        assert answer.status == 200, answer
        text = f"{offered.text}\n{answer.body}"
        sent = registry.post(
            "/log/cosignatures", content=text, headers={"Content-Type": "text/plain"}
        )
        assert sent.status_code == 200, sent.text
    with world.db.read() as session:
        offered_policy = logwitnesses.policy(session, 0)
        proof = parse_proof(
            receipts.receipt(session, log.leaf(session, 2), offered_policy, opened=False)
        )
        assert len(reached(offered_policy, proof.checkpoint)) == 1
    assert folder.evidence() == []


def test_a_registry_put_back_to_an_older_state_is_caught(
    world: TestWorld, registry: httpx2.Client, tmp_path: Path
) -> None:
    folder, watched = watching(registry, tmp_path / "w")
    copy = Settings(data_dir=tmp_path / "copy")
    world.db.checkpoint()
    shutil.copytree(world.settings.data_dir, copy.data_dir)
    append(world.world, 4)
    assert watch(folder, watched, fetch_from(registry))[1].status == 200
    with served(copy) as old:
        offered, answer = watch(folder, watched, fetch_from(old))
        assert (answer.status, json_of(folder, answer.evidence)["kind"]) == (409, "rollback")
        with open_world(copy) as rewritten:
            append(rewritten, 4 + 3 - offered.size + 3)
        with served(copy) as other:
            answer = watch(folder, watched, fetch_from(other))[1]
            assert json_of(folder, answer.evidence)["kind"] in {"split-view", "unproven"}
    seen = folder.seen(watched.origin)
    with world.db.read() as session:
        assert seen is not None and seen.text == checkpoints.newest(session).text


@contextmanager
def served(settings: Settings) -> Iterator[httpx2.Client]:
    app = create_app(settings)
    with httpx2.Client(transport=LocalTransport(app), base_url="http://local") as client:
        yield client
    app.state.world.close()


def json_of(folder: Folder, name: str) -> dict[str, str]:
    assert name, "there is no evidence"
    found: dict[str, str] = json.loads((folder.path / name).read_bytes())
    return found


def test_a_stale_checkpoint_is_no_evidence(
    world: TestWorld, registry: httpx2.Client, tmp_path: Path
) -> None:
    folder, watched = watching(registry, tmp_path / "w")
    stale = registry.get("/log/checkpoint").content
    append(world.world, 4)
    watch(folder, watched, fetch_from(registry))
    fetch = fetch_from(registry)
    answer = watch(folder, watched, lambda path: stale if path == "checkpoint" else fetch(path))[1]
    assert (answer.status, answer.evidence) == (409, "")


def test_the_registry_asks_a_witness_over_the_network(
    world: TestWorld, registry: httpx2.Client, tmp_path: Path
) -> None:
    folder, _ = watching(registry, tmp_path / "w")
    listening = server(folder, "127.0.0.1", 0)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    how = WebhookSettings(loopback=True, timeout_seconds=60)
    try:
        url = f"http://127.0.0.1:{listening.server_address[1]}"
        with world.db.write() as session:
            logwitnesses.add_witness(
                session, world.operator, folder.key().vkey, url, loopback=True, now=utc_now()
            )
        for more in (0, 5, 300):
            append(world.world, more)
            (asked,) = witnesspost.ask_all(world.db, how)
            assert asked.fault == ""
        assert witnesspost.ask_all(world.db, how) == ()
        # A witness that knows more than the registry remembers is asked from where it is.
        append(world.world, 2)
        with world.db.read() as session:
            text = checkpoints.newest(session).full
        assert add_checkpoint(folder, body_for(world, folder, text)).status == 200
        append(world.world, 2)
        (asked,) = witnesspost.ask_all(world.db, how)
        assert asked.fault == ""
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
    (gone,) = ask_again(world, how)
    assert gone.fault


def ask_again(world: TestWorld, how: WebhookSettings) -> tuple[witnesspost.Asked, ...]:
    append(world.world, 1)
    return witnesspost.ask_all(world.db, how)


def body_for(world: TestWorld, folder: Folder, text: str) -> str:
    found = parse_checkpoint(parse_note(text).text)
    seen = folder.seen(found.origin)
    assert seen is not None
    with world.db.read() as session:
        proof = log.consistency(session, seen.size, found.size)
    return witnesspost.request_body(seen.size, proof, parse_note(text)).decode()


def test_a_proof_made_of_tiles_is_the_registrys_own(
    world: TestWorld, registry: httpx2.Client
) -> None:
    append(world.world, 600)
    with world.db.read() as session:
        for old in (1, 2, 3, 255, 256, 257, 511, 512, 600, 602):
            wanted = log.consistency(session, old, 603)
            assert growth_from_tiles(old, 603, fetch_from(registry)) == wanted


def test_the_program_starts_a_witness_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = str(tmp_path / "w")
    assert program.main(["show", state]) == program.FAILED
    assert "init" in capsys.readouterr().err
    assert program.main(["init", state, "--name", "w.example", "--json"]) == program.DONE
    vkey = json.loads(capsys.readouterr().out)["key"]
    assert key_from(vkey).name == "w.example"
    assert program.main(["init", state, "--name", "w.example"]) == program.FAILED
    assert program.main(["trust", state, vkey, "https://log.example"]) == program.FAILED
    assert program.main(["show", state]) == program.DONE
