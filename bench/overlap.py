"""Measures who is found, and whose time is whose, where people speak at once.

    python -m bench.overlap --models DIR [--count 100] [--half 1] [--json]

Mixtures of two and three real voices (`bench.overlap_material`), none, one or two of them enrolled,
overlapping by 0 to 100 %, the second 10 dB below to 10 dB above the first, music 10 dB beneath half
of them. They go the way of a scanned segment and are decided with the policy as shipped among all
prints. Half 0 of the people chose the figures of `fingerprint.voice.overlap`; half 1 is looked at.

found: share of an enrolled person's speech that lies in a lane with the person's name, MATCH or
REVIEW. at once: the same of what is said while somebody else speaks. seen: people with a lane at
all. wrong: share of named lanes in which that person is silent, half a second around it left out.
false: people named who are in no part of the mixture. hidden: people, enrolled or not, who speak
only where a MATCH names somebody else, so that nobody looks; in a film: the same where the enrolled
speak elsewhere in it too, as their enrolment recordings do, and lend a mixture their evidence. Each
beside *one at a time*, the same traces where a moment belongs to one voice. Intervals are 95 %,
people drawn again.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.overlap_material import Mixture, mixtures, speakers
from bench.people import Material, voices
from bench.scenes import RATE
from fingerprint import deciding, hearing, opening
from fingerprint.calibration import Calibration
from fingerprint.engine import Engine
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.matching import Policy
from fingerprint.media.limits import Limits
from fingerprint.models import Decision, Finding, Modality, Span, Trace
from fingerprint.voice.listening import Heard, Listener
from fingerprint.weights.manifest import VOICE_ENCODER, load_manifest

FIRST = {0: 0, 1: 1000}  # numbers of the mixtures of each half
WRONG_MAX, FALSE_MAX = 0.03, 0
_GRID_MS, _COLLAR, _REACHED_MS = 10, 50, 1000
_ELSEWHERE = Span(600_000, 612_000)
_DRAWS, _SEED = 400, 20260101
_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Person:
    """An enrolled person in one mixture: ms said, ms of it found, both while others speak too."""

    name: str
    speech: int
    found: int
    at_once: int
    at_once_found: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What one mixture gave; `lanes` and `wrong` in ms, the others in people."""

    mixture: Mixture
    people: tuple[Person, ...]
    lanes: int
    wrong: int
    false: int
    hidden: int
    hidden_in_film: int


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--half", type=int, default=1, choices=(0, 1))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    people = voices(media)
    made = mixtures(speakers(people, asked.half), asked.count, FIRST[asked.half])
    ways = measure(asked.models, people, made)
    if asked.json:
        print(json.dumps({way: figures(found) for way, found in ways.items()}, indent=1))
        return
    for name, part in parts(ways["ours"]).items():
        print(line(name, part))
    print(line("one at a time", ways["one at a time"]))
    verdict(figures(ways["ours"]), figures(ways["one at a time"]))


def measure(
    models: Path, people: Sequence[Material], made: Iterable[Mixture]
) -> dict[str, list[Answer]]:
    """The answers of both ways of giving time to voices, mixture by mixture."""
    files = load_manifest(models)
    listener, measured = Listener.open(files, threads=1), opening.calibrations(files)
    prints = enrolled(Engine.open(models, threads=1, limits=Limits()), people)
    judge = Judge(Gallery(prints.values()), prints, measured)
    ways: dict[str, list[Answer]] = {"ours": [], "one at a time": []}
    for mixture in made:
        samples, heard = listener.listen([mixture.samples])
        traces = hearing.traces(listener, samples, heard, VOICE_ENCODER)
        ways["ours"].append(judge.answer(mixture, traces))
        ways["one at a time"].append(judge.answer(mixture, _alone(traces, heard)))
    return ways


def enrolled(engine: Engine, people: Sequence[Material]) -> dict[str, GalleryEntry]:
    """A print of everybody who has something to enrol with, by name."""
    made = {
        person.identity: tuple(
            template
            for path in person.enrol
            for template in engine.embed(path, Modality.VOICE).templates
        )
        for person in people
    }
    return {
        name: GalleryEntry(name, Modality.VOICE, VOICE_ENCODER, templates)
        for name, templates in made.items()
        if templates
    }


@dataclass(frozen=True, slots=True)
class Judge:
    """Prints, what is measured of their encoder, and the lanes that both give."""

    gallery: Gallery
    prints: dict[str, GalleryEntry]
    measured: dict[str, Calibration | None]

    def answer(self, mixture: Mixture, traces: Sequence[Trace]) -> Answer:
        """Lanes by name, held against who really speaks."""
        size = len(mixture.samples) * 1000 // RATE // _GRID_MS + 200
        spoken = {name: _mask(spans, size) for name, spans in mixture.turns.items()}
        found = self._found(traces, (), size)
        lanes: dict[str, _Mask] = {}
        for finding, mask in found:
            if finding.print_id is not None:
                lanes[finding.print_id] = lanes.get(finding.print_id, np.zeros_like(mask)) | mask
        named = {name: lane for name, lane in lanes.items() if name in mixture.enrolled}
        in_film = self._found(traces, self._elsewhere(mixture), size)
        return Answer(
            mixture,
            tuple(_person(name, spoken, lanes) for name in sorted(mixture.enrolled)),
            sum(_ms(lane) for lane in named.values()),
            sum(_ms(lane & ~_around(spoken[name])) for name, lane in named.items()),
            len(lanes) - len(named),
            sum(_hidden(name, mask, found) for name, mask in spoken.items()),
            sum(_hidden(name, mask, in_film) for name, mask in spoken.items()),
        )

    def _found(
        self, traces: Sequence[Trace], others: Sequence[Trace], size: int
    ) -> list[tuple[Finding, _Mask]]:
        findings = deciding.decide((*traces, *others), self.gallery, self.measured, Policy())
        return [
            (finding, _mask(trace.spans, size))
            for trace, finding in zip(traces, findings[: len(traces)], strict=True)
        ]

    def _elsewhere(self, mixture: Mixture) -> list[Trace]:
        """What the enrolled of a mixture say in other minutes of a film."""
        return [
            Trace(Modality.VOICE, (_ELSEWHERE,), template, None, ())
            for name in sorted(mixture.enrolled)
            for template in self.prints[name].templates
        ]


def _person(name: str, spoken: dict[str, _Mask], lanes: dict[str, _Mask]) -> Person:
    own = spoken[name]
    lane = lanes.get(name, np.zeros_like(own))
    both = own & np.any([mask for other, mask in spoken.items() if other != name], axis=0)
    return Person(name, _ms(own), _ms(own & lane), _ms(both), _ms(both & lane))


def _hidden(name: str, spoken: _Mask, found: Sequence[tuple[Finding, _Mask]]) -> bool:
    """Whether all traces of somebody's speech are a MATCH of another person."""
    reached = [finding for finding, mask in found if _ms(mask & spoken) >= _REACHED_MS]
    others = [one.decision is Decision.MATCH and one.print_id != name for one in reached]
    return bool(reached) and all(others)


def _alone(traces: Sequence[Trace], heard: Heard) -> list[Trace]:
    return [
        replace(trace, spans=voice.spans) for trace, voice in zip(traces, heard.voices, strict=True)
    ]


def parts(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    """All answers, then those of each overlap, level, cast and bed."""
    sides: dict[str, Callable[[Mixture], str]] = {
        "overlap": lambda one: f"{one.share:.0%}",
        "second at": lambda one: f"{one.level_db:+d} dB",
        "enrolled": lambda one: one.cast,
        "bed": lambda one: one.bed,
    }
    found = {"all": list(answers)}
    for side, value in sides.items():
        order = sorted({_key(value(one.mixture)) for one in answers})
        for _, name in order:
            found[f"{side} {name}"] = [one for one in answers if value(one.mixture) == name]
    return found


def _key(name: str) -> tuple[int, str]:
    digits = name.split()[0].rstrip("%")
    return (int(digits), name) if digits.lstrip("+-").isdigit() else (0, name)


def figures(answers: Sequence[Answer]) -> dict[str, float | list[float]]:
    """Shares as the module's docstring names them, with intervals where people are counted."""
    people = [person for one in answers for person in one.people]
    lanes = sum(one.lanes for one in answers)
    return {
        "mixtures": len(answers),
        "people": len(people),
        "found": _share(people, lambda one: (one.found, one.speech)),
        "at_once": _share(people, lambda one: (one.at_once_found, one.at_once)),
        "seen": _share(people, lambda one: (int(one.found > 0), 1)),
        "wrong": round(sum(one.wrong for one in answers) / max(1, lanes), 4),
        "false": sum(one.false for one in answers),
        "speakers": sum(len(one.mixture.turns) for one in answers),
        "hidden": sum(one.hidden for one in answers),
        "hidden_in_film": sum(one.hidden_in_film for one in answers),
    }


def _share(people: Sequence[Person], count: Callable[[Person], tuple[int, int]]) -> list[float]:
    """Share, and its interval when people are drawn again with all they were found in."""
    names = sorted({person.name for person in people})
    if not names:
        return [0.0, 0.0, 0.0]
    sums = np.zeros((len(names), 2))
    for person in people:
        sums[names.index(person.name)] += count(person)
    drawn = np.random.default_rng(_SEED).integers(0, len(names), (_DRAWS, len(names)))
    got = sums[drawn].sum(axis=1)
    low, high = np.quantile(got[:, 0] / np.maximum(got[:, 1], 1), [0.025, 0.975])
    mean = sums[:, 0].sum() / max(float(sums[:, 1].sum()), 1.0)
    return [round(float(value), 3) for value in (mean, low, high)]


def line(name: str, answers: Sequence[Answer]) -> str:
    """One row as text."""
    found = figures(answers)
    return (
        f"{name:20} {found['mixtures']:3} mixtures, {found['people']:3} people: "
        f"found {_text(found['found'])}, at once {_text(found['at_once'])}, "
        f"seen {_text(found['seen'])}; wrong {found['wrong']:.1%}, false {found['false']}, "
        f"hidden {found['hidden']}, in a film {found['hidden_in_film']}, of {found['speakers']}"
    )


def _text(share: object) -> str:
    mean, low, high = share if isinstance(share, list) else (0.0, 0.0, 0.0)
    return f"{mean:.0%} [{low:.0%}, {high:.0%}]"


def verdict(ours: dict[str, float | list[float]], peer: dict[str, float | list[float]]) -> None:
    """What was to be reached, each beside its limit."""
    more = np.ravel(ours["at_once"])[0] / max(float(np.ravel(peer["at_once"])[0]), 1e-9)
    reached = {
        f"speech at once that is found, ours against one at a time: {more:.2f} x (above 1)": more
        > 1,
        f"named lanes in which that person is silent: {ours['wrong']:.1%} (at most "
        f"{WRONG_MAX:.0%})": np.all(np.less_equal(ours["wrong"], WRONG_MAX)),
        f"people named who are not there: {ours['false']} (at most {FALSE_MAX})": np.all(
            np.less_equal(ours["false"], FALSE_MAX)
        ),
    }
    for text, good in reached.items():
        print(f"{text}: {'reached' if good else 'missed'}")


def _mask(spans: Iterable[Span], size: int) -> _Mask:
    mask = np.zeros(size, np.bool_)
    for span in spans:
        mask[span.start_ms // _GRID_MS : span.end_ms // _GRID_MS] = True
    return mask


def _around(mask: _Mask) -> _Mask:
    return np.convolve(mask, np.ones(2 * _COLLAR + 1), "same") > 0


def _ms(mask: _Mask) -> int:
    return int(mask.sum()) * _GRID_MS


if __name__ == "__main__":
    main()
