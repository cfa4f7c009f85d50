"""Who is found through telephones, noise, rooms and at other pitches, by prints that know these.

    python -m bench.channels --models DIR [--windows N]

People of the media at EBENBILD_MEDIA whom no calibration saw are enrolled with two recordings; the
others' and strangers' are altered as in `bench.evasion`, in ways that the prints were not, and
decided with the policy as shipped. Beside every row stands the same without channels, of the same
vectors in the same run. A probe is up to 8 s of speech, or N windows of 1.6 s, 0.8 s apart.

"Nearer" is the share of everybody else's prints that lie nearer than the own one by cosine, first
as they are, then by the better of that and the channels that the probe is searched through: a
search scores the hundred nearest of each, so a share of 1 % is lost among ten thousand.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench import attacks_sound
from bench.cast import IDENTITIES
from bench.evasion import enrolled
from bench.people import Material, voices
from fingerprint import deciding, opening
from fingerprint.calibration import Calibration
from fingerprint.calibrationmaterial import read_identities
from fingerprint.engine import Engine
from fingerprint.gallery import Gallery, GalleryEntry, channel_vectors, search_vector
from fingerprint.hearing import hear
from fingerprint.matching import Policy
from fingerprint.media.forking import forking
from fingerprint.media.limits import Limits
from fingerprint.models import Decision, Modality, Span, Template, Trace, Vector
from fingerprint.normalising import Scoring
from fingerprint.voice.encoder import pooled
from fingerprint.voice.listening import Listener
from fingerprint.voice.mel import SAMPLE_RATE
from fingerprint.voice.views import chosen
from fingerprint.weights.manifest import VOICE_ENCODER, load_manifest

HEARD_MS = 8_000
QUALITY = 0.8
LEFT_OUT = ("speed", "MP3", "AAC", "Opus", "clipped")


@dataclass(slots=True)
class Seen:
    """What enrolled people's probes and strangers' were answered under one alteration."""

    own: Counter[str] = field(default_factory=Counter)
    strangers: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        """Shares of the enrolled, and how many strangers got a name."""
        total = self.own.total()
        shares = [f"{name} {self.own[name] / total:4.0%}" for name in ("MATCH", "REVIEW", "lost")]
        named = self.strangers["MATCH"] + self.strangers["REVIEW"]
        return f"{'  '.join(shares)}  strangers {named} of {self.strangers.total()}"


class Crowd:
    """The prints of everybody, (C + 1, N, D): as they are, then through each channel."""

    def __init__(self, prints: dict[str, GalleryEntry]) -> None:
        self._places = {name: place for place, name in enumerate(prints)}
        rows = [[search_vector(one), *channel_vectors(one)] for one in prints.values()]
        self._vectors = np.swapaxes(np.array(rows), 0, 1)

    def nearer(self, probes: Sequence[tuple[str, Vector]], scoring: Scoring) -> str:
        """Mean shares of others that lie nearer to (D,) probes: as they are, through channels."""
        plain, best = [], []
        for who, vector in probes:
            cosines = self._vectors @ vector
            own = cosines[:, self._places[who], np.newaxis]
            shares = (cosines > own).sum(axis=1) / (len(self._places) - 1)
            through = [0, *(channel + 1 for channel in scoring.channels_of(vector))]
            plain.append(shares[0])
            best.append(shares[through].min())
        return f"{np.mean(plain):.1%} {np.mean(best):.1%}"


def main() -> None:
    """Parse, hear everybody, print a row for each alteration."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=0)
    asked = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    files = load_manifest(asked.models)
    measured = opening.calibrations(files)[VOICE_ENCODER]
    if measured is None or not measured.scoring.channels:
        sys.exit("No channels were measured for this encoder.")
    tested = set(read_identities(IDENTITIES)["test"]["voice"])
    with forking():
        engine = Engine.open(asked.models, threads=1, limits=Limits())
        listener = opening.listener(files, 1, VOICE_ENCODER)
        people = [person for person in voices(media) if person.identity in tested]
        everybody = dict(_prints(engine, voices(media)))
        prints = {p.identity: everybody[p.identity] for p in people if p.enrol}
        crowd = Crowd(everybody)
        for attack, alter in attacks_sound.attacks().items():
            if not attack.startswith(LEFT_OUT):
                probes = list(_probes(listener, people, alter, asked.windows))
                rows = [_seen(prints, probes, one) for one in _ways(measured)]
                own = [(who, vector) for who, vector, _ in probes if who in prints]
                print(
                    f"{attack:26} without: {rows[0].told()}  | with: {rows[1].told()}"
                    f"  | nearer {crowd.nearer(own, measured.scoring)}",
                    flush=True,
                )


def _prints(engine: Engine, people: Sequence[Material]) -> Iterator[tuple[str, GalleryEntry]]:
    """Prints of the enrolled, and of strangers whose first recording would do."""
    for person in people:
        if person.enrol:
            templates = tuple(enrolled(engine, Modality.VOICE, person))
        else:
            templates = engine.embed(person.probe[0], Modality.VOICE).templates
        if templates:
            entry = GalleryEntry(person.identity, Modality.VOICE, VOICE_ENCODER, templates)
            yield person.identity, entry


def _ways(measured: Calibration) -> tuple[Calibration, Calibration]:
    return replace(measured, scoring=replace(measured.scoring, channels=())), measured


def _probes(
    listener: Listener, people: Sequence[Material], alter: attacks_sound.Attack, size: int
) -> Iterator[tuple[str, Vector, int]]:
    """Who speaks, the vector (D,), and how much speech is behind it in ms."""
    for person in people:
        for path in person.probe[:2]:
            samples, heard, _ = hear(listener, path, Limits(), Span(0, 12_000))
            spans = chosen(heard.speech, HEARD_MS)
            if not spans:
                continue
            first, last = (ms * SAMPLE_RATE // 1000 for ms in (spans[0].start_ms, spans[-1].end_ms))
            sound = np.concatenate([np.zeros(first, np.float32), alter(samples[first:last].copy())])
            windows = listener.viewed(sound.astype(np.float32), spans).vectors
            step = size or len(windows)
            speech_ms = 1600 + 800 * (step - 1)
            for start in range(0, len(windows) - step + 1, step):
                yield person.identity, pooled(windows[start : start + step]), speech_ms


def _seen(
    prints: dict[str, GalleryEntry],
    probes: Sequence[tuple[str, Vector, int]],
    measured: Calibration,
) -> Seen:
    gallery, seen = Gallery(prints.values()), Seen()
    for who, vector, speech_ms in probes:
        template = Template(Modality.VOICE, vector, VOICE_ENCODER, speech_ms, QUALITY)
        trace = Trace(Modality.VOICE, (Span(0, speech_ms),), template, None, ())
        (found,) = deciding.decide([trace], gallery, {VOICE_ENCODER: measured}, Policy())
        wrong = who in prints and found.print_id not in (None, who)
        lost = wrong or found.decision is Decision.UNKNOWN
        name = "lost" if lost else found.decision.name
        (seen.own if who in prints else seen.strangers)[name] += 1
    return seen


if __name__ == "__main__":
    main()
