"""Measures who is still found after media were altered to hide them, and whether strangers gain.

    python -m bench.evasion --models DIR [--modality voice|face] [--probes N] [--strangers N]
                            [--attacks TEXT] [--markdown FILE] [--json]

People of the media at EBENBILD_MEDIA are enrolled with two recordings, or one portrait; their other
recordings and portraits are altered and go the way of a submission, through `Engine.scan_segment`
and `Engine.decide` with the policy as shipped. Strangers are altered alike: an attack that lifts
them would show. `cosine` is the mean of the own print's, `first` the share of probes whose best
print is their own, `lost` that of probes that ended without a name. The limit beside every row is
the row without an attack, of the same run.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import wave
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from bench import attacks_picture, attacks_sound
from bench.people import Material, faces, voices
from fingerprint.engine import Engine
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Decision, Modality, Template, Trace

PROBE_S = 12
SIDE = 480
INTRO = """# Evasion: who is still found after media were altered to hide them

Written by `python -m bench.evasion --models DIR --markdown docs/evasion.md` on development media:
readings and portraits, altered and scanned as submissions, decided with the policy as shipped and
thresholds that are still provisional. *First* says whether the own print was the nearest one,
*lost* that nobody was named. Strangers were altered alike.

"""
Alter = Callable[[Path, Path], Path]


@dataclass(frozen=True, slots=True)
class Row:
    """One attack: shares of the enrolled people's probes, and how many strangers got a name."""

    modality: str
    attack: str
    probes: int
    cosine: float
    first: float
    match: float
    review: float
    lost: float
    strangers: int
    strangers_match: int
    strangers_review: int


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--modality", choices=[m.value for m in Modality])
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--markdown", type=Path, help="write the tables there too")
    parser.add_argument("--probes", type=int, default=4, help="at most, of each enrolled person")
    parser.add_argument("--strangers", type=int, default=100, help="at most")
    parser.add_argument("--attacks", default="", help="a regular expression; those it is found in")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    engine = Engine.open(asked.models, threads=asked.threads, limits=Limits())
    rows = []
    for modality in Modality:
        if asked.modality in (None, modality.value):
            people = chosen(modality, media, asked)
            for row in measure(engine, modality, people, asked.attacks):
                rows.append(row)
                if not asked.json:
                    print(line(row), flush=True)
    if asked.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    if asked.markdown:
        asked.markdown.write_text(markdown(rows), encoding="utf-8")


def chosen(modality: Modality, media: Path, asked: argparse.Namespace) -> list[Material]:
    """The people of `media`, no more of them than were asked for."""
    people = voices(media) if modality is Modality.VOICE else faces(media)
    known = [replace(p, probe=p.probe[: asked.probes]) for p in people if p.enrol]
    return known + [p for p in people if not p.enrol][: asked.strangers]


def measure(
    engine: Engine, modality: Modality, people: Sequence[Material], attacks: str = ""
) -> Iterator[Row]:
    """A row per attack on `people` in whose name the expression `attacks` is found."""
    every = sound_makers() if modality is Modality.VOICE else picture_makers()
    makers = {name: alter for name, alter in every.items() if re.search(attacks, name)}
    prints = {
        person.identity: tuple(enrolled(engine, modality, person))
        for person in people
        if person.enrol
    }
    model_id = engine.models[modality].model_id
    gallery = Gallery(
        GalleryEntry(identity, modality, model_id, templates)
        for identity, templates in prints.items()
    )
    with tempfile.TemporaryDirectory() as folder:
        for attack, alter in makers.items():
            answers = Answers(engine, modality, gallery, prints)
            for person in people:
                for number, source in enumerate(person.probe):
                    altered = alter(source, Path(folder) / f"{person.identity}-{number}")
                    answers.add(person.identity, altered)
            yield answers.row(attack)


def enrolled(engine: Engine, modality: Modality, person: Material) -> Iterator[Template]:
    """The templates of a person; a sample that is refused would make every figure doubtful."""
    for path in person.enrol:
        report = engine.embed(path, modality)
        if not report.accepted:
            sys.exit(f"{path.name} is refused: {[reason.code for reason in report.reasons]}")
        yield from report.templates


class Answers:
    """Collects what one attack's probes were answered."""

    def __init__(
        self,
        engine: Engine,
        modality: Modality,
        gallery: Gallery,
        prints: dict[str, tuple[Template, ...]],
    ) -> None:
        self._engine, self._modality = engine, modality
        self._gallery, self._prints = gallery, prints
        self._decisions: dict[bool, Counter[Decision]] = defaultdict(Counter)
        self._cosines: list[float] = []
        self._first = 0

    def add(self, identity: str, path: Path) -> None:
        """Scan one altered file; its trace of most evidence is the probe."""
        info = self._engine.probe(path)
        traces: list[Trace] = []
        for span in self._engine.segments(info):
            traces += self._engine.scan_segment(path, info, span, modalities=(self._modality,))
        mated = identity in self._prints
        if not traces:
            self._decisions[mated][Decision.UNKNOWN] += 1
            return
        trace = max(traces, key=lambda t: (t.template.evidence_ms, t.template.quality))
        (finding,) = self._engine.decide([trace], self._gallery)
        wrong = finding.print_id not in (None, identity)
        self._decisions[mated][Decision.UNKNOWN if mated and wrong else finding.decision] += 1
        if mated:
            self._mate(identity, trace)

    def _mate(self, identity: str, trace: Trace) -> None:
        scores = {
            who: float(trace.template.vector @ mean([t.vector for t in templates]))
            for who, templates in self._prints.items()
        }
        self._cosines.append(scores[identity])
        self._first += max(scores, key=lambda who: scores[who]) == identity

    def row(self, attack: str) -> Row:
        own, others = self._decisions[True], self._decisions[False]
        count = max(1, own.total())
        return Row(
            self._modality.value,
            attack,
            own.total(),
            round(float(np.mean(self._cosines)), 3) if self._cosines else 0.0,
            round(self._first / count, 3),
            round(own[Decision.MATCH] / count, 3),
            round(own[Decision.REVIEW] / count, 3),
            round(own[Decision.UNKNOWN] / count, 3),
            others.total(),
            others[Decision.MATCH],
            others[Decision.REVIEW],
        )


def mean(vectors: Sequence[np.ndarray]) -> np.ndarray:
    """The unit mean of vectors, as plain use of the encoders pools."""
    total = np.sum(vectors, axis=0)
    return total / np.linalg.norm(total)


def sound_makers() -> dict[str, Alter]:
    """A function per attack that writes an altered sound of up to 12 s."""

    def maker(attack: attacks_sound.Attack) -> Alter:
        def alter(source: Path, target: Path) -> Path:
            with door.audio(source, Limits()) as stream:
                sound = np.concatenate([block.samples for block in stream])
            altered = attack(sound[: PROBE_S * attacks_sound.RATE])
            target = target.with_suffix(".wav")
            with wave.open(str(target), "wb") as file:
                file.setparams((1, 2, attacks_sound.RATE, 0, "NONE", ""))
                file.writeframes((np.clip(altered, -1, 1) * 32767).astype("<i2").tobytes())
            return target

        return alter

    every = attacks_sound.attacks() | attacks_sound.beside()
    return {name: maker(attack) for name, attack in every.items()}


def picture_makers() -> dict[str, Alter]:
    """A function per attack that writes an altered picture, from one of 480 px."""

    def maker(attack: attacks_picture.Attack) -> Alter:
        def alter(source: Path, target: Path) -> Path:
            with Image.open(source) as picture:
                plain = picture.convert("RGB")
            plain.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            target = target.with_suffix(".png")
            attack(plain).save(target, compress_level=1)
            return target

        return alter

    return {name: maker(attack) for name, attack in attacks_picture.attacks().items()}


def line(row: Row) -> str:
    """One row as text."""
    return (
        f"{row.modality:5} {row.attack:28} probes {row.probes:3}  cosine {row.cosine:6.3f}  "
        f"first {row.first:6.1%}  MATCH {row.match:6.1%}  REVIEW {row.review:6.1%}  "
        f"lost {row.lost:6.1%}  strangers {row.strangers:3}: "
        f"{row.strangers_match} MATCH, {row.strangers_review} REVIEW"
    )


def markdown(rows: Sequence[Row]) -> str:
    """The tables of the page on evasion."""
    parts = [INTRO]
    for modality in dict.fromkeys(row.modality for row in rows):
        mine = [row for row in rows if row.modality == modality]
        parts.append(
            f"## {modality.capitalize()}: {mine[0].probes} probes of enrolled people, "
            f"{mine[0].strangers} of strangers\n\n"
            "| attack | mean cosine | own print first | MATCH | REVIEW | lost "
            "| strangers named (MATCH, REVIEW) |\n|---|---|---|---|---|---|---|\n"
        )
        parts += [
            f"| {r.attack} | {r.cosine:.2f} | {r.first:.0%} | {r.match:.0%} | {r.review:.0%} "
            f"| {r.lost:.0%} | {r.strangers_match}, {r.strangers_review} |\n"
            for r in mine
        ]
        parts.append("\n")
    return "".join(parts)


if __name__ == "__main__":
    main()
