"""Looks at a registry's health without changing anything: one line per finding.

Each check answers for itself, so one fault never hides the others.
"""

import importlib
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from api.condition import DISK_LOW_BYTES, DISK_RESERVE_BYTES, is_behind
from api.conditionfacts import grown_at
from api.doctorsettings import LOOPBACK, changed, doubtful, unusable
from api.schema import standing
from core import audit, log, sqlite
from core.clock import to_text, utc_now
from core.db import Database
from core.errors import EbenbildError
from core.init import is_unfinished, missing, open_world
from core.keksource import backup_kek, keks_of
from core.settings import Settings
from core.vault import Vault
from migrations import HEAD
from registry.service.sealcheck import check_seals

GOOD, WARN, BAD = "ok", "warn", "bad"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
PACKAGES = ("av", "pillow", "onnxruntime", "faiss-cpu", "numpy", "fastapi", "cryptography")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `state` is ok, warn or bad; `next_step` is empty when all is well."""

    name: str
    state: str
    found: str
    next_step: str = ""


def examine(settings: Settings) -> list[Check]:
    """All checks in order; a check that fails to run is itself a bad finding.

    What has one cause is said once: nothing is looked at inside of a registry that is not whole.
    """
    whole = not missing(settings) and not is_unfinished(settings)
    found: dict[tuple[str, ...], Check] = {}
    for name, check in _checks(whole):
        made = _guarded(name, check, settings)
        same = (made.found, made.next_step) if made.state == BAD else (name,)
        found.setdefault(same, made)
    return list(found.values())


def _checks(whole: bool) -> Iterator[tuple[str, Callable[[Settings], Check]]]:
    yield from (
        ("versions", _versions),
        ("settings", _settings),
        ("sqlite", _sqlite),
        ("registry", _registry),
    )
    if whole:
        yield from (
            ("schema", _schema),
            ("key files", _keys),
            ("key-encryption key", _kek),
            ("seals", _seals),
            ("log", _log),
            ("audit log", _audit),
            ("clock", _clock),
        )
    yield from (
        ("two people", _two_people),
        ("models", _models),
        ("providers", _providers),
        ("media sandbox", _sandbox),
        ("disk", _disk),
    )


def _guarded(name: str, check: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return check(settings)
    except EbenbildError as error:
        return Check(name, BAD, error.message, error.next_step)


def _versions(_settings: Settings) -> Check:
    found = [f"python {python_version()}"]
    missing = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        return Check("versions", BAD, f"not installed: {', '.join(missing)}", "Install ebenbild.")
    return Check("versions", GOOD, ", ".join(found))


def _settings(settings: Settings) -> Check:
    """Which settings are not at their default, or what is wrong with them."""
    bad, weak = unusable(settings), doubtful(settings)
    if bad or weak:
        mend = "Mend the named settings; docs/settings.md says what each takes."
        return Check("settings", BAD if bad else WARN, "; ".join([*bad, *weak]), mend)
    return Check("settings", GOOD, ", ".join(changed(settings)) or "every one has its default")


def _sqlite(_settings: Settings) -> Check:
    module = sqlite.driver()
    used = f"{module.__name__} {module.sqlite_version}, {sqlite.journal_mode(module)}"
    if sqlite.wal_is_safe(module.sqlite_version_info):
        return Check("sqlite", GOOD, used)
    return Check(
        "sqlite",
        WARN,
        f"{used}: this version can corrupt WAL databases, so WAL is off",
        "Install pysqlite3 0.6.1 or newer.",
    )


def _registry(settings: Settings) -> Check:
    with open_world(settings) as world:
        wal = world.db.path.with_name(world.db.path.name + "-wal")
        size = wal.stat().st_size if wal.is_file() else 0
        return Check(
            "registry",
            GOOD,
            f"`{settings.data_dir}`: opens, journal {world.db.journal_mode}, WAL {size} bytes",
        )


def _schema(settings: Settings) -> Check:
    database = Database.open(settings.database_path)
    try:
        revision = standing(database)
    finally:
        database.close()
    if revision == HEAD:
        return Check("schema", GOOD, f"revision {revision}")
    return Check("schema", BAD, f"revision {revision}, needed {HEAD}", "Run `ebenbild init`.")


def _keys(settings: Settings) -> Check:
    loose = [
        path
        for path in [settings.keys_dir, *sorted(settings.keys_dir.glob("*"))]
        if path.stat().st_mode & OTHERS
    ]
    if not loose:
        return Check("key files", GOOD, "readable by their owner alone")
    names = ", ".join(path.name for path in loose)
    return Check("key files", BAD, f"open to others: {names}", _chmod(loose))


def _kek(settings: Settings) -> Check:
    """Whether the key-encryption key can be had and opens the keystore."""
    vault = Vault.open(settings.keys_dir, keks_of(settings))
    try:
        keys, roots = len(vault.keystore.key_ids()), len(vault.keystore.roots())
    finally:
        vault.close()
    found = f"{backup_kek(settings).name} opens {keys} data keys"
    if roots == 1:
        return Check("key-encryption key", GOOD, found)
    return Check(
        "key-encryption key",
        WARN,
        f"{found}, but its rotation has not ended",
        "Run `ebenbild keys rotate-kek` again.",
    )


def _seals(settings: Settings) -> Check:
    """Whether what is sealed has its keys: a restored keystore may be older than the database."""
    with open_world(settings) as world, world.db.read() as session:
        found = check_seals(session, world.vault, world.objects)
    said = f"{found.seals} seals"
    if found.unknown:
        return Check(
            "seals",
            BAD,
            f"{said}, {found.unknown} of them need keys that this keystore never had",
            "Restore a newer backup of the keystore: `ebenbild keys restore`.",
        )
    if found.erased:
        return Check(
            "seals",
            WARN,
            f"{said}, {found.erased} of them with an erased key: nobody can read those",
            "Let the worker end the erasure; after a restore it is as it should be.",
        )
    return Check("seals", GOOD, f"{said}, every one has its key")


def _chmod(paths: list[Path]) -> str:
    return "Run `chmod go= " + " ".join(str(path) for path in paths) + "`."


def _log(settings: Settings) -> Check:
    with open_world(settings) as world, world.db.read() as session:
        wrong = log.faults(session)
    if wrong:
        return Check("log", BAD, "; ".join(wrong[:5]), "Compare with your last backup.")
    return Check("log", GOOD, "every leaf and the root agree")


def _audit(settings: Settings) -> Check:
    with open_world(settings) as world, world.db.read() as session:
        wrong = audit.faults(session)
    if wrong:
        return Check("audit log", BAD, "; ".join(wrong[:5]), "Compare with your last backup.")
    return Check("audit log", GOOD, "every entry, and the log's leaf of each, agree")


def _two_people(settings: Settings) -> Check:
    if not settings.single_operator:
        return Check("two people", GOOD, "decisions that need two people have two")
    alone = "one person decides alone, and everything recorded says so"
    if settings.server.host in LOOPBACK and settings.base_url.endswith(".invalid"):
        return Check("two people", GOOD, alone)
    return Check(
        "two people",
        WARN,
        f"{alone}, while others can reach this registry",
        "Invite a second administrator, then set EBENBILD_OPERATOR_MODE=organisation.",
    )


def _models(settings: Settings) -> Check:
    manifest = importlib.import_module("fingerprint.weights.manifest")
    found = manifest.load_manifest(settings.models_path)
    return Check("models", GOOD, f"{len(found.models)} files, all with the sha256 of their stamp")


def _providers(settings: Settings) -> Check:
    """What a session of the present models really runs on, and what was wanted before it."""
    runtime = importlib.import_module("fingerprint.runtime")
    manifest = importlib.import_module("fingerprint.weights.manifest")
    runtime.want(settings.providers)
    wanted = runtime.providers()
    try:
        path = manifest.load_manifest(settings.models_path).path(manifest.FACE_DETECTOR)
    except EbenbildError:  # which the line above says
        return Check("providers", GOOD, f"{settings.providers}: {wanted[0]} is tried first")
    used = runtime.session(path, 1).get_providers()[0]
    if used == wanted[0]:
        return Check("providers", GOOD, f"{settings.providers}: {used} computes")
    return Check(
        "providers",
        WARN,
        f"{settings.providers}: {wanted[0]} does not work here, {used} computes",
        "Install the driver libraries that it names in the log, or set EBENBILD_PROVIDERS=cpu.",
    )


def _sandbox(_settings: Settings) -> Check:
    """What holds the process that decodes media here, as tried by such a process."""
    sandbox = importlib.import_module("fingerprint.media.sandbox")
    started, forked = sandbox.examine(), sandbox.examine(forked=True)
    layers = [layer for layer in started.layers if layer in forked.layers]
    holds = f"layers: {', '.join(layers) or 'limits alone'}"
    open_to = sorted({*started.open, *forked.open})
    if not open_to:
        nothing = "a decoder, started or forked, can open, send and start nothing"
        return Check("media sandbox", GOOD, f"{holds}; {nothing}")
    return Check(
        "media sandbox",
        WARN,
        f"{holds}; a decoder that is taken over could still: {', '.join(open_to)}",
        "Run on Linux 5.13 or newer, in a container that allows seccomp and Landlock.",
    )


def _clock(settings: Settings) -> Check:
    """Whether this machine's time is before that of the newest entry of the log."""
    with open_world(settings) as world, world.db.read() as session:
        written_at = grown_at(session, log.size(session))
    now = utc_now()
    if not is_behind(now, written_at):
        return Check("clock", GOOD, f"{to_text(now)}, no entry of the log is later")
    return Check(
        "clock",
        BAD,
        f"{to_text(now)}, but the log's newest entry is of {to_text(written_at or now)}",
        "Stop what runs, set this machine's clock, and have it kept right (NTP).",
    )


def _disk(settings: Settings) -> Check:
    folder = settings.data_dir.absolute()
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    found = f"{free // 1024**2} MiB free"
    if free >= DISK_LOW_BYTES:
        return Check("disk", GOOD, found)
    return Check(
        "disk",
        BAD if free < DISK_RESERVE_BYTES else WARN,
        found,
        f"Free disk space; below {DISK_RESERVE_BYTES // 1024**2} MiB no upload is taken in.",
    )
