"""Who of a folder of media is enrolled with what, and probed with what, the same in every bench.

Reads the MANIFEST.csv of a media folder; takes every file whose kind is real, in the order of the
manifest, so that figures can be compared from run to run.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

VOICE_ENROL, FACE_ENROL, VOICE_PROBES = 2, 1, 4
ENROLLED_SHARE = 0.5  # of the people with portraits; the others are strangers
SOUNDS = (".flac", ".wav", ".mp3", ".ogg")
PICTURES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class Material:
    """One person: files to enrol, none for a stranger, and files to probe with."""

    identity: str
    enrol: tuple[Path, ...]
    probe: tuple[Path, ...]


def voices(media: Path) -> list[Material]:
    """Speakers: those with more than two recordings are enrolled with their first two."""
    found = []
    for identity, paths in sorted(_real(media, "voice", SOUNDS).items()):
        if len(paths) > VOICE_ENROL:
            probes = tuple(paths[VOICE_ENROL : VOICE_ENROL + VOICE_PROBES])
            found.append(Material(identity, tuple(paths[:VOICE_ENROL]), probes))
        else:
            found.append(Material(identity, (), tuple(paths[:1])))
    return found


def faces(media: Path) -> list[Material]:
    """People with two portraits and more: half of them are enrolled with their first one."""
    pairs = [(i, paths) for i, paths in sorted(_real(media, "face", PICTURES).items())]
    pairs = [(identity, paths) for identity, paths in pairs if len(paths) > FACE_ENROL]
    enrolled = round(len(pairs) * ENROLLED_SHARE)
    return [
        Material(identity, tuple(paths[:FACE_ENROL]), tuple(paths[FACE_ENROL : FACE_ENROL + 1]))
        if number < enrolled
        else Material(identity, (), tuple(paths[:1]))
        for number, (identity, paths) in enumerate(pairs)
    ]


def _real(media: Path, modality: str, suffixes: tuple[str, ...]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            path = media / row["path"]
            known = row["identity"] not in ("", "NOBODY") and "," not in row["identity"]
            real = row["kind"] in ("", "real") and "diarization" not in row["path"]
            if row["modality"] == modality and known and real and path.suffix.lower() in suffixes:
                found[row["identity"]].append(path)
    return found
