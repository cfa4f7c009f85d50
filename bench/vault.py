"""Times sealing beside the bare cipher, and stored files beside a plain copy, in the same run.

    python -m bench.vault [--rows 2000] [--mib 64] [--rounds 5]

The vault reads a data key from the keystore for each row, so that an erasure by any process counts
at once; that, and not the cipher, is what a row costs. A file costs the cipher and the disk. Runs
take turns and medians are compared, because a busy machine slows both.
"""

import argparse
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.common import Figure, in_turns
from core.objects import Objects
from core.sealedstream import new_head, seal_pieces
from core.vault import Vault
from fingerprint.models import Modality, Template
from registry.service.seals import open_template, seal_template
from registry.store.printtemplates import SealedTemplate

ROWS_A_SECOND_MIN = 2000
STREAM_LEAST = 0.5
FILE_LEAST = 0.25
DIMENSION = 256


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--mib", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        vault = Vault.create(root)
        try:
            for figure in (
                *rows(vault, options.rows, options.rounds),
                stream(options.mib, options.rounds),
                *stored(vault, root, options.mib, options.rounds),
            ):
                print(figure)
        finally:
            vault.close()


def rows(vault: Vault, count: int, rounds: int) -> Iterator[Figure]:
    """Templates sealed and opened one by one, each of another performer."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(count, DIMENSION)).astype(np.float32)
    names = [f"enr_{number}" for number in range(count)]
    kept = [_sealed(vault, name, vector) for name, vector in zip(names, vectors, strict=True)]
    cipher, data = AESGCM(secrets.token_bytes(32)), vectors[0].tobytes() * 2
    nonce = bytes(12)
    closed = cipher.encrypt(nonce, data, b"bound")

    def ours_sealed() -> None:
        for name, vector in zip(names, vectors, strict=True):
            _sealed(vault, name, vector)

    def ours_opened() -> None:
        for row in kept:
            open_template(vault, row)

    def bare_sealed() -> None:
        for _ in names:
            cipher.encrypt(nonce, data, b"bound")

    def bare_opened() -> None:
        for _ in names:
            cipher.decrypt(nonce, closed, b"bound")

    for what, ours, bare in (
        ("sealed", ours_sealed, bare_sealed),
        ("opened", ours_opened, bare_opened),
    ):
        ours()
        mine = statistics.median(_cpu_seconds(ours) for _ in range(rounds))
        theirs = statistics.median(_cpu_seconds(bare) for _ in range(rounds))
        rate, bare_rate = count / mine, count / theirs
        limit = (
            f"limit {ROWS_A_SECOND_MIN} vectors/s of processor time "
            f"(AES-256-GCM alone {bare_rate:.0f}/s)"
        )
        ours_said = f"{rate:.0f} vectors/s of processor time, {1e6 * mine / count:.0f} us each"
        yield Figure(f"vectors {what}", ours_said, limit, rate / ROWS_A_SECOND_MIN, 1.0)


def _cpu_seconds(run: Callable[[], None]) -> float:
    """Processor time of this process: an absolute limit is not judged by how busy others are."""
    began = time.process_time()
    run()
    return time.process_time() - began


def stream(mib: int, rounds: int) -> Figure:
    """A stream sealed in memory, beside the cipher on the same pieces."""
    chunks = [os.urandom(1024 * 1024)] * mib
    key = secrets.token_bytes(32)

    def ours() -> None:
        for _ in seal_pieces(new_head(bytes(8)), key, b"bound", chunks):
            pass

    def bare() -> None:
        cipher = AESGCM(key)
        for number, chunk in enumerate(chunks):
            cipher.encrypt(number.to_bytes(12, "big"), chunk, None)

    mine, theirs = in_turns(ours, bare, rounds)
    return Figure(
        "stream sealed",
        f"{1000 * mib / mine:.0f} MiB/s",
        f"AES-256-GCM alone {1000 * mib / theirs:.0f} MiB/s",
        theirs / mine,
        STREAM_LEAST,
    )


def stored(vault: Vault, root: Path, mib: int, rounds: int) -> Iterator[Figure]:
    """A file stored and read, beside a plain copy that is synced as well."""
    Objects.create(root / "objects")
    objects = Objects.open(root / "objects", vault)
    source, copy = root / "film", root / "copy"
    content = bytearray(os.urandom(1024 * 1024) * mib)

    def fresh() -> None:
        content[:8] = os.urandom(8)
        source.write_bytes(content)

    def ours() -> None:
        fresh()
        objects.delete(objects.put_file(vault, "ten_bench", source).name)

    def plain() -> None:
        fresh()
        _copy(source, copy)

    mine, theirs = in_turns(ours, plain, rounds)
    yield _file_figure("file stored", mib, mine, theirs)
    name = objects.put_file(vault, "ten_bench", source).name

    def read_ours() -> None:
        with objects.opened(name):
            pass

    mine, theirs = in_turns(read_ours, lambda: _copy(source, copy, synced=False), rounds)
    yield _file_figure("file opened for reading", mib, mine, theirs)


def _sealed(vault: Vault, name: str, vector: np.ndarray) -> SealedTemplate:
    performer = name.replace("enr", "prf")
    template = Template(Modality.VOICE, vector, "bench", 1000, 1.0)
    sealed = seal_template(
        vault,
        template,
        tenant_id="ten_bench",
        performer_id=performer,
        consent_id=name,
        sha="0" * 64,
    )
    return SealedTemplate(
        name,
        "ten_bench",
        name,
        performer,
        name,
        Modality.VOICE,
        "bench",
        "0" * 64,
        1000,
        1.0,
        1,
        sealed,
    )


def _copy(source: Path, target: Path, *, synced: bool = True) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        while chunk := read.read(1024 * 1024):
            written.write(chunk)
        written.flush()
        if synced:
            os.fsync(written.fileno())


def _file_figure(name: str, mib: int, ours_ms: float, plain_ms: float) -> Figure:
    return Figure(
        name,
        f"{1000 * mib / ours_ms:.0f} MiB/s",
        f"plain copy {1000 * mib / plain_ms:.0f} MiB/s",
        plain_ms / ours_ms,
        FILE_LEAST,
    )


if __name__ == "__main__":
    main()
