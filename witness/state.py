"""A witness's folder: its key, the logs it trusts, what it saw of each, and evidence against them.

What was seen is replaced as one file, synced before anything is answered, and only under a lock:
two requests at once must not take a log back. Evidence is never removed by the program.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from witness.notes import COSIGNER, LOG, Checkpoint, Key, Refused, key_from, read_checkpoint

KEY_FILE, NAME_FILE, LOGS_FILE = "witness.pem", "name", "logs.json"
EVIDENCE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Log:
    """A log that is watched: its keys, one name for all of them, and its address."""

    origin: str
    keys: tuple[Key, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one witness."""

    path: Path

    def begin(self, name: str) -> Key:
        """Make folder and key; raises Refused where there is one."""
        if (self.path / KEY_FILE).exists() or "+" in name or not name.isprintable() or " " in name:
            raise Refused("the folder has a witness already, or the name has spaces or plus signs")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._write(NAME_FILE, name.encode())
        self._write(KEY_FILE, pem)
        return self.key()

    def private(self) -> Ed25519PrivateKey:
        """The witness's secret key."""
        path = self.path / KEY_FILE
        if not path.is_file():
            raise Refused(f"no witness is in {self.path}: run `ebenbild-witness init` first")
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise Refused(f"{path} holds no Ed25519 key")
        return key

    def key(self) -> Key:
        """The witness's public key."""
        public = self.private().public_key().public_bytes_raw()
        return Key((self.path / NAME_FILE).read_text("utf-8"), COSIGNER, public)

    def logs(self) -> tuple[Log, ...]:
        """The logs that are watched."""
        path = self.path / LOGS_FILE
        found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        return tuple(
            Log(origin, tuple(key_from(vkey) for vkey in item["keys"]), item["url"])
            for origin, item in sorted(found.items())
        )

    def log(self, origin: str) -> Log | None:
        """The log of this origin, if it is watched."""
        return next((item for item in self.logs() if item.origin == origin), None)

    def trust(self, vkey: str, url: str) -> Log:
        """Watch a log, or take a further key of one; raises Refused for a key of no log."""
        key = key_from(vkey)
        if key.kind != LOG or not url.startswith(("https://", "http://")):
            raise Refused("give the key of a log, and its https address")
        with self.locked():
            known = {item.origin: item for item in self.logs()}
            keys = known[key.name].keys if key.name in known else ()
            kept = Log(key.name, (*(item for item in keys if item != key), key), url.rstrip("/"))
            known[key.name] = kept
            plain = {
                item.origin: {"keys": [each.vkey for each in item.keys], "url": item.url}
                for item in known.values()
            }
            self._write(LOGS_FILE, json.dumps(plain, indent=1).encode())
        return kept

    def seen(self, origin: str) -> Checkpoint | None:
        """The newest checkpoint of a log that this witness cosigned."""
        path = self.path / self._seen(origin)
        return read_checkpoint(path.read_text("utf-8")) if path.is_file() else None

    def keep(self, found: Checkpoint) -> None:
        """Remember a checkpoint as the newest; on the disk when this returns."""
        self._write(self._seen(found.origin), found.note.encode())

    def accuse(self, kind: str, offered: str, seen: Checkpoint | None, why: str) -> str:
        """Keep what was offered beside what was seen; the same again changes nothing."""
        digest = hashlib.sha256(f"{kind}\n{offered}\n{seen and seen.text}".encode()).hexdigest()
        name = f"evidence-{kind}-{digest[:16]}.json"
        if not (self.path / name).exists() and len(self.evidence()) < EVIDENCE_MAX:
            both = {"kind": kind, "why": why, "offered": offered, "seen": seen and seen.note}
            self._write(name, json.dumps(both, indent=1, ensure_ascii=False).encode())
        return name

    def evidence(self) -> list[str]:
        """Names of the files that hold evidence."""
        return sorted(path.name for path in self.path.glob("evidence-*.json"))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process and thread of this witness out."""
        handle = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _seen(self, origin: str) -> str:
        return f"seen-{hashlib.sha256(origin.encode()).hexdigest()[:32]}.note"

    def _write(self, name: str, data: bytes) -> None:
        part = self.path / f".{name}.part"
        handle = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self.path / name)
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
