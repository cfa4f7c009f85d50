"""Notes, checkpoints, receipts and policies: what others wrote is read, what is forged is not."""

import base64
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import keys, merkle
from core.checkpoint import Checkpoint, cosign, cosignatures, log_key, open_checkpoint
from core.clock import to_text
from core.errors import BadInput, BadProof
from core.signednote import (
    COSIGNATURE,
    Note,
    NoteKey,
    key_from_vkey,
    parse_note,
    sign_text,
    signers,
)
from core.tilepath import Tile, parse_tile, tile_path
from core.tlogpolicy import Policy, format_policy, parse_policy, reached
from core.tlogproof import format_proof, parse_proof, verify_proof

# The example of the Go package that the format comes from (golang.org/x/mod/sumdb/note).
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
GOSUM = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
COSIGNED = json.loads(
    (Path(__file__).parents[2] / "vectors" / "cosigned_checkpoint.json").read_text("utf-8")
)
ORIGIN = "log.example/a"
LOG = keys.from_seed(b"l" * 32)
AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
WITNESSES = {f"w{n}.example": keys.from_seed(bytes([n]) * 32) for n in range(1, 5)}


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


def signed(size: int = 5) -> Note:
    text = Checkpoint(ORIGIN, size, merkle.root(leaves(size))).text
    return Note(text, (sign_text(text, ORIGIN, LOG),))


def cosigned(*names: str) -> Note:
    note = signed()
    lines = (cosign(note.text, name, WITNESSES[name], AT) for name in names)
    return Note(note.text, (*note.signatures, *lines))


def witness_key(name: str) -> NoteKey:
    return NoteKey(name, WITNESSES[name].public, COSIGNATURE)


def policy(least: int) -> Policy:
    names = sorted(WITNESSES)
    lines = [f"log {log_key(ORIGIN, LOG.public).vkey}  https://log.example/a", "# ours", ""]
    lines += [f"witness {name} {witness_key(name).vkey}" for name in names]
    lines += [f"group all-of-them {least} {' '.join(names)}", "quorum all-of-them"]
    return parse_policy("\n".join(lines) + "\n")


def test_a_note_of_another_implementation_is_read_and_verified() -> None:
    key = key_from_vkey(NEUMANN)
    note = parse_note(SAID)
    assert signers(note, [key]) == (key,)
    assert note.full == SAID
    with pytest.raises(BadProof):
        signers(parse_note(SAID.replace("problem is", "problem was")), [key])


def test_a_witness_of_another_implementation_is_verified_under_a_log_of_another() -> None:
    note = parse_note(COSIGNED["note"])
    witness = key_from_vkey(COSIGNED["witness"])
    assert open_checkpoint(note, [key_from_vkey(COSIGNED["log"])]).size == 1_432_088_532
    (found,) = cosignatures(note, [witness])
    assert to_text(found.at) == COSIGNED["cosigned_at"]
    with pytest.raises(BadProof):
        cosignatures(parse_note(COSIGNED["note"].replace("1432088532", "1432088533")), [witness])


@pytest.mark.parametrize("vkey", [NEUMANN, GOSUM])
def test_a_key_of_another_implementation_is_read_and_written(vkey: str) -> None:
    assert key_from_vkey(vkey).vkey == vkey


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        NEUMANN[:-4],
        NEUMANN.replace("PeterNeumann", "Peter Neumann"),
        "n+00000000+" + base64.b64encode(b"\x02" + b"\x05" * 32).decode(),
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadProof):
        key_from_vkey(vkey)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n\n",
        "a\n\n— n AAAA\n",
        "a\n\n- n AAAAAAAA\n",
        "a\n\n— n AAAAAAAA",
        "a\t\n\n— n AAAAAAAA\n",
        "a\n\n— n+ AAAAAAAA\n",
        "a\n\n" + "— n AAAAAAAA\n" * 65,
        "a" * 70_000 + "\n\n— n AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(BadProof):
        parse_note(text)


def test_lines_of_unknown_keys_are_passed_over() -> None:
    note = cosigned("w1.example")
    assert open_checkpoint(note, [log_key(ORIGIN, LOG.public)]).size == 5
    assert cosignatures(note, [witness_key("w2.example")]) == ()


def test_a_checkpoint_counts_only_under_a_key_of_its_own_origin() -> None:
    stranger = keys.generate()
    text = signed().text
    note = Note(text, (sign_text(text, "other.example", stranger),))
    with pytest.raises(BadProof):
        open_checkpoint(note, [log_key("other.example", stranger.public)])


@pytest.mark.parametrize(
    "text",
    [
        "o\n5\n",
        "o\n05\nAAAA\n",
        "o\n-1\nAAAA\n",
        "o\n5\nAAAA\n",
        f"o\n{10**19}\n{'A' * 43}=\n",
        f"o\n5\n{'A' * 42}B=\n",
        "\n5\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    note = Note(text, (sign_text(text, "o", LOG),))
    with pytest.raises(BadProof):
        open_checkpoint(note, [log_key("o", LOG.public)])


def test_a_cosignature_says_when_and_holds_for_no_other_time_or_text() -> None:
    note = cosigned("w1.example")
    (found,) = cosignatures(note, [witness_key("w1.example")])
    assert found.at == AT
    line = note.signatures[-1]
    later = type(line)(line.name, line.key_id, (1).to_bytes(8, "big") + line.data[8:])
    for bad in (Note(note.text, (later,)), Note(signed(4).text, (line,))):
        with pytest.raises(BadProof):
            cosignatures(bad, [witness_key("w1.example")])


def test_a_quorum_is_reached_by_exactly_enough_witnesses() -> None:
    for count in range(len(WITNESSES) + 1):
        for names in itertools.combinations(WITNESSES, count):
            if count >= 3:
                assert len(reached(policy(3), cosigned(*names))) == count
            else:
                with pytest.raises(BadProof):
                    reached(policy(3), cosigned(*names))


def test_a_policy_is_written_as_it_was_read() -> None:
    assert parse_policy(format_policy(policy(2))).groups == policy(2).groups
    assert parse_policy("quorum none\n") == Policy(())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum nobody\n",
        "quorum none\nquorum none\n",
        "log x\nquorum none\n",
        f"log {NEUMANN}\nlog {NEUMANN}\nquorum none\n",
        f"witness none {witness_key('w1.example').vkey}\nquorum none\n",
        f"witness a {NEUMANN}\nquorum a\n",
        f"witness a {witness_key('w1.example').vkey}\ngroup g 2 a\nquorum g\n",
        f"witness a {witness_key('w1.example').vkey}\ngroup g any a a\nquorum g\n",
        f"witness a {witness_key('w1.example').vkey}\ngroup g 0 a\nquorum g\n",
        "hello\nquorum none\n",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="line"):
        parse_policy(text)


@given(st.integers(1, 60), st.data())
def test_a_receipt_is_read_as_it_was_written_and_holds(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    extra = data.draw(st.binary(max_size=20))
    path = merkle.inclusion_proof(leaves(size), index)
    text = format_proof(index=index, hashes=path, checkpoint=signed(size).full, extra=extra)
    proof = parse_proof(text)
    assert (proof.index, list(proof.hashes), proof.extra) == (index, path, extra)
    logs = [log_key(ORIGIN, LOG.public)]
    assert verify_proof(proof, leaf=leaves(size)[index], logs=logs).size == size
    with pytest.raises(BadProof):
        verify_proof(proof, leaf=merkle.leaf_hash(b"other"), logs=logs)
    with pytest.raises(BadProof):
        verify_proof(proof, leaf=leaves(size)[index], logs=[])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + SAID,
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" + SAID,
        "c2sp.org/tlog-proof@v1\nindex -1\n\n" + SAID,
        "c2sp.org/tlog-proof@v1\nextra ?\nindex 0\n\n" + SAID,
        "c2sp.org/tlog-proof@v1\nindex 0\n?\n\n" + SAID,
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "AAAA\n" * 64 + "\n" + SAID,
    ],
)
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(BadProof):
        parse_proof(text)


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("0/000", Tile(0, 0, 256)),
        ("0/x001/x234/067", Tile(0, 1234067, 256)),
        ("1/000.p/17", Tile(1, 0, 17)),
        ("entries/x273/000.p/112", Tile(-1, 273000, 112)),
        ("63/999", Tile(63, 999, 256)),
    ],
)
def test_tiles_have_their_standard_names(path: str, tile: Tile) -> None:
    assert parse_tile(path) == tile
    assert tile_path(tile) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "00/000",
        "64/000",
        "0/00",
        "0/0000",
        "0/x000/001",
        "0/000/001",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "-1/000",
        "entries/../000",
        "0/٠٠٠",
        "0/" + "x001/" * 40 + "001",
    ],
)
def test_no_other_name_is_a_tile(path: str) -> None:
    assert parse_tile(path) is None
