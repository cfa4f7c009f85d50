"""What a noticed recording keeps down: distorted copies of it, and never takes, mixes or cuts.

    python -m bench.staydown --media DIR [--pairs 2000] [--sounds 24] [--only wrong]

Runs what workers run: links by content print, then the rule that says which stretches are the very
recording (`refused`) and which a person compares (`person`). Both are shares of the time that was
noticed; `missed` are copies of which nothing was found. Wrong is a refusal of a moment that is no
part of the noticed recording as it was: another take, another clip of the room, a recording under
another voice, the rest of a cut. The peer is what knew noticed files before, a hash of the bytes.
"""

import argparse
import itertools
import tempfile
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from bench import content_material as material
from bench.content_material import Sounds
from bench.distortions import RATE, Samples
from fingerprint.content.hearing import find_sound
from fingerprint.content.models import PICTURE_HOP_MS, SOUND_HOP_MS, Part, PicturePrint
from fingerprint.content.seeing import find_pictures
from fingerprint.models import Span
from licensing.models_staydown import Hit, Recording
from licensing.staydown import hits
from registry.carrying import without
from registry.spans import total_ms

WRONG_PAIRS_MIN = 1000
PARTS = ("sound", "pictures", "wrong")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    material.add_arguments(parser)
    parser.add_argument("--only", choices=PARTS, help="one of the three tables")
    asked = parser.parse_args()
    parts = (asked.only,) if asked.only else PARTS
    media = material.read_media(parser, asked, sounds=parts != ("pictures",))
    with tempfile.TemporaryDirectory() as folder:
        if "sound" in parts:
            _sound(media.chosen, Path(folder))
        if "pictures" in parts:
            _pictures(media.films, Path(folder))
    if "wrong" in parts:
        films = {str(path): material.film_print(path) for path in media.films}
        _wrong(media.samples, films, asked.pairs)


def _sound(originals: dict[str, Samples], folder: Path) -> None:
    known = {path: material.printed(sound, (1.0,))[0] for path, sound in originals.items()}
    print(f"sound: {len(originals)} noticed recordings")
    _heading()
    for name, (change, _, _) in material.sound_changes(folder).items():
        rows = []
        for path, sound in originals.items():
            made = change(sound)
            links = find_sound(material.printed(made), known[path])
            noticed = _noticed(Part.SOUND, len(sound) / RATE * 1000)
            rows.append(
                (hits(noticed, links), len(made) / RATE * 1000, np.array_equal(made, sound))
            )
        _row(name, rows)


def _pictures(paths: Sequence[Path], folder: Path) -> None:
    originals = material.films_to_distort(paths)
    known = [material.refilm(pictures, folder, Fraction(25), 18) for pictures in originals]
    print(f"\npictures: {len(originals)} noticed films")
    _heading()
    for name, (change, rate, crf, _) in material.picture_changes().items():
        rows = []
        for pictures, original in zip(originals, known, strict=True):
            made = change(pictures)
            links = find_pictures(material.refilm(made, folder, rate, crf), original)
            noticed = _noticed(Part.PICTURE, len(pictures) * 40)
            rows.append((hits(noticed, links), float(len(made) / rate * 1000), False))
        _row(name, rows)


def _wrong(samples: dict[str, Samples], films: dict[str, PicturePrint], pairs: int) -> None:
    sounds = {path: material.printed(sound) for path, sound in samples.items()}
    print("\nrefused though it is not the noticed recording       refused   person")
    takes, drawn = material.unrelated(sounds, pairs)
    counts = [
        _count("two takes of the same words", _between(sounds, takes)),
        _count("other recordings", _between(sounds, drawn)),
        _count("pictures: other clips of the room", _rooms(films)),
        _count("mixes with another voice", _mixed(samples, sounds)),
        _count("cuts: beyond the noticed piece", _around_cuts(samples, sounds)),
    ]
    wrong, tried = (sum(count[part] for count in counts) for part in range(2))
    word = "reached" if wrong == 0 and tried >= WRONG_PAIRS_MIN else "missed"
    print(f"{'all':36} {wrong:4} of {tried:5}   limit 0 of {WRONG_PAIRS_MIN:,}   {word}")


def _between(sounds: Sounds, pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[Hit, ...]]:
    for one, other in pairs:
        known = material.kept(sounds[other])
        yield hits(_noticed(Part.SOUND, len(known) * SOUND_HOP_MS), find_sound(sounds[one], known))


def _rooms(films: dict[str, PicturePrint]) -> Iterable[tuple[Hit, ...]]:
    for one, other in itertools.permutations(films, 2):
        noticed = _noticed(Part.PICTURE, films[other].steps * PICTURE_HOP_MS)
        yield hits(noticed, find_pictures(films[one], films[other]))


def _mixed(samples: dict[str, Samples], sounds: Sounds) -> Iterable[tuple[Hit, ...]]:
    for made, path in material.mixes(samples):
        known = material.kept(sounds[path])
        yield hits(_noticed(Part.SOUND, len(known) * SOUND_HOP_MS), find_sound(made, known))


def _around_cuts(samples: dict[str, Samples], sounds: Sounds) -> Iterable[tuple[Hit, ...]]:
    """What of each hit lies beyond the piece, with some time to spare at both ends."""
    start_ms, end_ms = material.CUT_MS
    allowed = Span(start_ms - material.CUT_SPARE_MS, end_ms + material.CUT_SPARE_MS)
    for made, path in material.cuts(samples):
        known = material.kept(sounds[path])
        found = hits(_noticed(Part.SOUND, len(known) * SOUND_HOP_MS), find_sound(made, known))
        yield tuple(hit for hit in found if any(without(span, [allowed]) for span in hit.exact))


def _noticed(part: Part, length_ms: float) -> Recording:
    """A clip in which the performer is all the time."""
    return Recording("clp", "ten", "prf", "", {part: (Span(0, round(length_ms)),)}, {})


def _heading() -> None:
    print(f"{'distortion':26} {'refused':>8} {'person':>7} {'missed':>7} {'same bytes':>10}")


def _row(name: str, rows: Sequence[tuple[tuple[Hit, ...], float, bool]]) -> None:
    refused = np.mean([_share(found, length_ms, "exact") for found, length_ms, _ in rows])
    person = np.mean([_share(found, length_ms, "altered") for found, length_ms, _ in rows])
    missed, same = sum(not found for found, _, _ in rows), sum(row[2] for row in rows)
    print(
        f"{name:26} {refused:8.1%} {person:7.1%} {missed:3}/{len(rows):<3} {same:6}/{len(rows)}",
        flush=True,
    )


def _share(found: Sequence[Hit], length_ms: float, which: str) -> float:
    spans = [span for hit in found for span in getattr(hit, which)]
    return min(1.0, total_ms(spans) / length_ms)


def _count(name: str, outcomes: Iterable[tuple[Hit, ...]]) -> tuple[int, int]:
    tried = [tuple(found) for found in outcomes]
    refused = sum(any(hit.exact for hit in found) for found in tried)
    person = sum(any(hit.altered for hit in found) for found in tried)
    print(f"{name:36} {refused:4} of {len(tried):5} {person:20}", flush=True)
    return refused, len(tried)


if __name__ == "__main__":
    main()
