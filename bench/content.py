"""Finds distorted media again and tells different takes, mixes and cuts apart, by content prints.

    python -m bench.content --media DIR [--pairs 2000] [--sounds 24] [--only false]

Recall is the share of a file's time that is linked to its original, at the right offset and speed;
`intact` is the share on which an earlier scan may be used again. The peer is what identifies files
without a fingerprint, a hash of the bytes. False is: two takes linked at all, or a mix or a
recording of something else trusted as intact. Files that a system made out of another file of the
set (codec resynthesis, prompt and its continuation) are counted apart.
"""

import argparse
import hashlib
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from bench import content_material as material
from bench.content_material import Sounds
from bench.distortions import RATE, Samples
from fingerprint.content.hearing import find_sound
from fingerprint.content.models import Link, PicturePrint
from fingerprint.content.seeing import find_pictures

PAIRS_MIN = 1000
PARTS = ("sound", "pictures", "false")
OFFSET_MS_MAX = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    material.add_arguments(parser)
    parser.add_argument("--only", choices=PARTS, help="one of the three tables")
    asked = parser.parse_args()
    parts = (asked.only,) if asked.only else PARTS
    media = material.read_media(parser, asked, sounds=parts != ("pictures",))
    with tempfile.TemporaryDirectory() as folder:
        if "sound" in parts:
            _sound_table(media.chosen, Path(folder))
        if "pictures" in parts:
            _picture_table(media.films, Path(folder))
    if "false" in parts:
        films = {str(path): material.film_print(path) for path in media.films}
        _false(media.samples, films, asked.pairs)


def _sound_table(originals: Mapping[str, Samples], folder: Path) -> None:
    known = {path: material.printed(sound, (1.0,))[0] for path, sound in originals.items()}
    print(f"sound: {len(originals)} recordings, {sum(map(len, originals.values())) / RATE:.0f} s")
    _heading()
    around = next(iter(originals.values()))
    for name, (change, speed, offset_ms) in material.sound_changes(folder).items():
        results = []
        for path, sound in originals.items():
            made = change(sound)
            links = find_sound(material.printed(made), known[path])
            same = hashlib.sha256(made.tobytes()).digest() == hashlib.sha256(sound).digest()
            results.append((links, len(made) / RATE * 1000, speed, offset_ms, same))
        _row(name, results)
    results = []
    for path, sound in originals.items():
        inside = np.concatenate([around[: 4 * RATE], sound, around[4 * RATE : 8 * RATE]])
        links = [
            link
            for link in find_sound(material.printed(inside), known[path])
            if path != next(iter(originals))
        ]
        if path != next(iter(originals)):
            results.append((links, len(sound) / RATE * 1000, 1.0, -4000.0, False))
    _row("inside another file", results)


def _picture_table(paths: Sequence[Path], folder: Path) -> None:
    originals = material.films_to_distort(paths)
    known = [material.refilm(pictures, folder, Fraction(25), 18) for pictures in originals]
    seconds = sum(map(len, originals)) / 25
    print(f"\npictures: {len(originals)} films, {seconds:.0f} s, all but one 3 s long")
    _heading()
    for name, (change, rate, crf, offset_ms) in material.picture_changes().items():
        results = []
        for pictures, original in zip(originals, known, strict=True):
            made = change(pictures)
            links = find_pictures(material.refilm(made, folder, rate, crf), original)
            length_ms = float(len(made) / rate * 1000)
            results.append(
                (links, length_ms, float(rate) / 25 if rate > 20 else 1.0, offset_ms, False)
            )
        _row(name, results)


Result = tuple[Sequence[Link], float, float, float, bool]


def _heading() -> None:
    print(
        f"{'distortion':26} {'found':>8} {'recall':>7} {'intact':>7} {'worst offset':>13} "
        f"{'same bytes':>10}"
    )


def _row(name: str, results: Iterable[Result]) -> None:
    found = total = 0
    linked, trusted, worst_ms, same = [], [], 0.0, 0
    for links, length_ms, speed, offset_ms, equal in results:
        right = [link for link in links if _astray_ms(link, speed, offset_ms) <= OFFSET_MS_MAX]
        worst_ms = max([worst_ms, *(_astray_ms(link, speed, offset_ms) for link in links)])
        total, found, same = total + 1, found + bool(right), same + equal
        linked.append(min(1.0, sum(link.here.duration_ms for link in right) / length_ms))
        safe = sum(span.duration_ms for link in right for span in link.intact)
        trusted.append(min(1.0, safe / length_ms))
    print(
        f"{name:26} {found:3}/{total:<4} {np.mean(linked):7.1%} {np.mean(trusted):7.1%} "
        f"{worst_ms:10.0f} ms {same:3}/{total}",
        flush=True,
    )


def _astray_ms(link: Link, speed: float, offset_ms: float) -> float:
    """How far the middle of a link is from where it belongs."""
    here = (link.here.start_ms + link.here.end_ms) / 2
    there = (link.there.start_ms + link.there.end_ms) / 2
    return abs(here * speed + offset_ms - there)


def _false(samples: Mapping[str, Samples], films: Mapping[str, PicturePrint], pairs: int) -> None:
    sounds = {path: material.printed(sound) for path, sound in samples.items()}
    print("\ndifferent recordings taken for the same")
    related = [pair for pair in itertools.combinations(sounds, 2) if material.made_from(*pair)]
    same_words, drawn = material.unrelated(sounds, pairs)
    counts = [
        _count("two takes of the same words", _linked(sounds, same_words)),
        _count("other recordings", _linked(sounds, drawn)),
        _count(
            "pictures: other clips of the room",
            (bool(find_pictures(films[a], films[b])) for a, b in itertools.permutations(films, 2)),
        ),
        _count("mixes, trusted as intact", _trusted(samples, sounds)),
        _count("cuts, linked beyond their pieces", _beyond(samples, sounds)),
    ]
    _count("made from the other (apart)", _linked(sounds, related))
    wrong, tried = (sum(count[part] for count in counts) for part in range(2))
    word = "reached" if wrong == 0 and tried >= PAIRS_MIN else "missed"
    print(f"{'all':36} {wrong:4} of {tried:5}   limit 0 of {PAIRS_MIN:,}   {word}")


def _count(name: str, outcomes: Iterable[bool]) -> tuple[int, int]:
    found = list(outcomes)
    print(f"{name:36} {sum(found):4} of {len(found):5}", flush=True)
    return sum(found), len(found)


def _linked(sounds: Sounds, pairs: Iterable[tuple[str, str]]) -> Iterable[bool]:
    return (bool(find_sound(sounds[one], material.kept(sounds[other]))) for one, other in pairs)


def _trusted(samples: Mapping[str, Samples], sounds: Sounds) -> Iterator[bool]:
    for made, path in material.mixes(samples):
        yield any(link.intact for link in find_sound(made, material.kept(sounds[path])))


def _beyond(samples: Mapping[str, Samples], sounds: Sounds) -> Iterator[bool]:
    (first_ms, last_ms), spare_ms = material.CUT_MS, material.CUT_SPARE_MS
    start_ms, end_ms = first_ms - spare_ms, last_ms + spare_ms
    for made, path in material.cuts(samples):
        links = find_sound(made, material.kept(sounds[path]))
        yield any(link.here.start_ms < start_ms or link.here.end_ms > end_ms for link in links)


if __name__ == "__main__":
    main()
