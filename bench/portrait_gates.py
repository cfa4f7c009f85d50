"""Shows where the gates of an enrolment portrait lie, and what poorer portraits would do.

    python -m bench.portrait_gates --models DIR

Portraits of the media at EBENBILD_MEDIA are shrunk and blurred; each is compared with a second
portrait of the same person and with those of all others. A gate is right where strangers' scores
do not rise: below it a print would name them, above it a performer is sent away for nothing.
"""

import argparse
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from bench.people import faces
from fingerprint.face.quality import FaceGates, still_shortcomings
from fingerprint.face.watching import FaceWatcher
from fingerprint.weights.manifest import load_manifest

# Side in pixels, blur in pixels, JPEG quality: from a good portrait down to a thumbnail.
STEPS = ((480, 0.0, 95), (250, 0.0, 85), (250, 1.0, 75), (250, 2.0, 75), (250, 2.5, 60))
STEPS += ((250, 3.0, 60), (200, 0.0, 75), (160, 0.0, 75), (120, 0.0, 75))


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    asked = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    watcher = FaceWatcher.open(load_manifest(asked.models), 2)
    pairs = [person.enrol + person.probe for person in faces(media)]
    print(f"{len(pairs)} people; gates: {FaceGates()}")
    for line in lines(watcher, [pair for pair in pairs if len(pair) > 1]):
        print(line, flush=True)


def lines(watcher: FaceWatcher, pairs: Sequence[Sequence[Path]]) -> Iterator[str]:
    """A line per step."""
    others = np.stack([watcher.still(_picture(pair[1], *STEPS[0])).vectors[0] for pair in pairs])
    for step in STEPS:
        own, best, eyes, sharp = [], [], [], []
        refused: Counter[str] = Counter()
        for place, pair in enumerate(pairs):
            seen = watcher.still(_picture(pair[0], *step))
            refused.update(reason.code for reason in still_shortcomings(seen.faces, FaceGates()))
            if seen.faces:
                scores = others @ seen.vectors[0]
                own.append(float(scores[place]))
                best.append(float(np.delete(scores, place).max()))
                eyes.append(seen.faces[0].grade.eyes_px)
                sharp.append(seen.faces[0].grade.sharpness)
        yield (
            f"{step[0]:3} px, blur {step[1]:3.1f}, JPEG {step[2]}: eyes {np.median(eyes):4.0f} px, "
            f"sharpness {np.median(sharp):4.0f}, own {np.mean(own):.4f} (least {min(own):.4f}), "
            f"best stranger {np.mean(best):.4f} (most {max(best):.4f}), refused {dict(refused)}"
        )


def _picture(path: Path, side: int, blur: float, quality: int) -> np.ndarray:
    with Image.open(path) as file:
        picture = file.convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    picture = picture.filter(ImageFilter.GaussianBlur(blur))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return np.asarray(Image.open(data).convert("RGB"))


if __name__ == "__main__":
    main()
