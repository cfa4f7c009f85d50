"""How often a mouth that does not say what is heard passes, at the bar in use.

    python -m bench.synchrony [--media DIR] [--models DIR] [--attempts 300] [--cache DIR]
                              [--fit FILE]

The folder `av` of EBENBILD_MEDIA holds films of few people. For each of them the axes are fitted on
all others, and the bar is set by what the others' own answers reach, so nobody is judged by what
was learned from him. Each answer is a phrase of seven pieces of sentences
(`bench.synchrony_material`). The first interval is Wilson's, as if attempts did not share people;
the second draws the people anew. Whether the film is in one piece is `bench.onepiece`.
`--fit` writes the axes that all films give, as they are shipped.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.impostor_material import Kit
from bench.impostor_pacing import moments, played
from bench.impostors import Row
from bench.synchrony_material import (
    Clip,
    Numbers,
    filmed,
    heard,
    held_still,
    judged,
    laid,
    load,
    others,
    pieces,
    speakers,
    spoken,
)
from fingerprint.engine import Engine
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.proofing.bursts import SAMPLE_RATE
from fingerprint.proofing.lips import FRAME_MS
from fingerprint.proofing.synchrony import Agreement, Axes, mouth_figures, shape_of, sound_figures
from registry.proofing import mouths
from registry.proofing.phrase import WORDS

SHAPES, AXES = 12, 4
_RIDGE = 0.1  # of a figure's variance: few films must not be learned by heart
REACHED, LEFT = 0.05, 0.7  # the bar lies at so much of what all but so many of people reach
_SHIFT_MS = 400
SOUNDS, VOICES = (".flac", ".mp3", ".wav"), 40


@dataclass(frozen=True, slots=True)
class Scene:
    """One attempt: who is seen, all films, stills and made voices, and when words are said."""

    own: Sequence[Clip]
    every: Sequence[Clip]
    stills: dict[str, Clip]
    voices: Sequence[np.ndarray]
    shown: tuple[int, ...]
    numbers: Numbers


Answer = Callable[[Scene, Axes], float]


def genuine(scene: Scene, axes: Axes) -> float:
    """Own mouth and own voice, from the same moments."""
    said = pieces(scene.own, scene.numbers, WORDS)
    return _score(scene, said, said, scene.shown, axes)


def still(scene: Scene, axes: Axes) -> float:
    """A photograph of the person that is held before the camera."""
    said = pieces(scene.own, scene.numbers, WORDS)
    photo = scene.stills[said[0].clip.name]
    held = [type(piece)(photo, piece.first, piece.count) for piece in said]
    return _score(scene, held, said, scene.shown, axes)


def prepared(scene: Scene, axes: Axes) -> float:
    """A film of the same person saying other words at other moments."""
    said = pieces(scene.own, scene.numbers, WORDS)
    other = others(said, scene.own, scene.numbers)
    return _score(scene, other, said, moments(scene.numbers), axes)


def shifted(scene: Scene, axes: Axes) -> float:
    """The right film, and the sound later than it."""
    said = pieces(scene.own, scene.numbers, WORDS)
    late = tuple(moment + _SHIFT_MS for moment in scene.shown)
    return _score(scene, said, said, scene.shown, axes, sound_at=late)


def paced(scene: Scene, axes: Axes) -> float:
    """A program cuts a film of the same person to the words as they appear; it has other words."""
    said = pieces(scene.own, scene.numbers, WORDS)
    return _score(scene, others(said, scene.own, scene.numbers), said, scene.shown, axes)


def another(scene: Scene, axes: Axes) -> float:
    """The same with a film of another person."""
    strangers = [clip for clip in scene.every if clip.speaker != scene.own[0].speaker]
    said = pieces(strangers, scene.numbers, WORDS)
    return _score(scene, others(said, scene.own, scene.numbers), said, scene.shown, axes)


def cloned(scene: Scene, axes: Axes) -> float:
    """The same with words that a voice cloner made."""
    said = pieces(scene.own, scene.numbers, WORDS)
    voices = [scene.voices[n] for n in scene.numbers.integers(0, len(scene.voices), WORDS)]
    sounds = []
    for piece, voice in zip(said, voices, strict=True):
        length = piece.count * FRAME_MS * SAMPLE_RATE // 1000
        first = int(scene.numbers.integers(0, max(1, len(voice) - length)))
        sounds.append(voice[first : first + length])
    sound = laid(sounds, scene.shown, scene.numbers)
    return _worth(judged(filmed(said, scene.shown, scene.numbers), sound, axes))


ROWS: tuple[tuple[str, Answer, bool], ...] = (
    ("genuine: own mouth and own voice", genuine, True),
    ("photograph of the person held before the camera", still, False),
    ("older film of the person, other words", prepared, False),
    (f"own film, sound {_SHIFT_MS} ms late", shifted, False),
    ("film of the person, other words as they appear", paced, False),
    ("film of another person, words as they appear", another, False),
    ("cloned words beside a film cut to their moments", cloned, False),
)


def fitted(clips: Sequence[Clip]) -> Axes:
    """The axes on which mouth and sound of these films go together most (Hotelling 1936)."""
    films = [spoken(clip) for clip in clips]
    shapes = np.concatenate([shape_of(film) - shape_of(film).mean(axis=0) for film, _, _ in films])
    spanned = np.linalg.svd(shapes, full_matrices=False)[2][:SHAPES]
    mouth, sound = [], []
    for film, samples, _ in films:
        times = film.at_ms
        mouth.append(_whitened(mouth_figures(film, times, spanned)))
        sound.append(_whitened(sound_figures(samples, times)))
    seen, said = np.concatenate(mouth), np.concatenate(sound)
    one, two = _root(seen), _root(said)
    left, strengths, right = np.linalg.svd(one @ (seen.T @ said / len(seen)) @ two)
    weights = np.sqrt(strengths[:AXES])
    return Axes(spanned, one @ left[:, :AXES] * weights, two @ right[:AXES].T * weights)


def _whitened(figures: np.ndarray) -> np.ndarray:
    return (figures - figures.mean(axis=0)) / (figures.std(axis=0) + 1e-9)


def _root(figures: np.ndarray) -> np.ndarray:
    """The inverse square root of what figures have in common."""
    size = figures.shape[1]
    values, vectors = np.linalg.eigh(figures.T @ figures / len(figures) + _RIDGE * np.eye(size))
    return vectors @ np.diag(values**-0.5) @ vectors.T


def _score(scene, seen, said, film_at, axes, *, sound_at=None):  # type: ignore[no-untyped-def]
    film = filmed(seen, film_at, scene.numbers)
    sound = heard(said, sound_at or scene.shown, scene.numbers)
    return _worth(judged(film, sound, axes))


def _worth(agreed: Agreement) -> float:
    """The score, or the least there is where the mouth does not move as a mouth that speaks."""
    return agreed.score if agreed.motion >= mouths.MOTION_MIN else -1.0


def scores(clips, stills, voices, attempts):  # type: ignore[no-untyped-def]
    """Scores by row and speaker, each by axes that were fitted without the speaker."""
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name, _, _ in ROWS}
    people = list(speakers(clips))
    each = -(-attempts // len(people))
    for speaker, own in people:
        axes = fitted([clip for clip in clips if clip.speaker != speaker])
        for name, answer, _ in ROWS:
            made = []
            for n in range(each):
                numbers = np.random.default_rng([11, n, len(made), sum(map(ord, speaker))])
                shown = tuple(played(moments(numbers), numbers))
                made.append(answer(Scene(own, clips, stills, voices, shown, numbers), axes))
            found[name][speaker] = np.array(made)
    return found


def bar_without(found: dict[str, dict[str, np.ndarray]], speaker: str | None) -> float:
    """The bar by the answers of all people but one."""
    own = found[ROWS[0][0]]
    others = np.concatenate([own[x] for x in own if x != speaker])
    return LEFT * float(np.quantile(others, REACHED))


def redrawn(passed: Sequence[np.ndarray], times: int = 2000) -> tuple[float, float]:
    """Where the rate lies 19 times of 20 when the people are drawn anew."""
    numbers = np.random.default_rng(5)
    rates = np.array([one.mean() for one in passed])
    means = [rates[numbers.integers(0, len(rates), len(rates))].mean() for _ in range(times)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def better(genuine: np.ndarray, attack: np.ndarray) -> float:
    """How often a person's own answer scores above an attack (area under the ROC curve)."""
    return float((genuine[:, None] > attack[None]).mean())


def main() -> None:
    """Print every row at bars that were set without the person, and the bar that is shipped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--media", type=Path, default=os.environ.get("EBENBILD_MEDIA"))
    parser.add_argument("--models", type=Path, default=os.environ.get("EBENBILD_MODELS"))
    parser.add_argument("--attempts", type=int, default=300)
    parser.add_argument("--cache", type=Path, help="keep what was measured here")
    parser.add_argument("--fit", type=Path, help="write the axes of all films to this file")
    asked = parser.parse_args()
    media, engine = Path(asked.media), Kit.open(asked.models).engine
    clips = load(media, engine, asked.cache)
    if asked.fit:
        axes = fitted(clips)
        parts = {"shapes": axes.shapes, "mouth": axes.mouth, "sound": axes.sound}
        np.savez(asked.fit, **{name: part.astype(np.float32) for name, part in parts.items()})
        return
    films(media, engine, clips, asked.attempts)


def films(media: Path, engine: Engine, clips: Sequence[Clip], attempts: int) -> None:
    """Print every row, so many attempts each."""
    numbers = np.random.default_rng(3)
    stills = {clip.name: held_still(media, clip, engine, numbers) for clip in clips}
    report(scores(clips, stills, voices_of(media), attempts))


def voices_of(media: Path) -> list[np.ndarray]:
    """What voice cloners made, from the folder `clones`."""
    found = []
    files = sorted(path for path in (media / "clones").rglob("*.*") if path.suffix in SOUNDS)
    for path in files[:: max(1, len(files) // VOICES)]:
        with door.audio(path, Limits()) as stream:
            found.append(np.concatenate([block.samples for block in stream]))
    return [sound for sound in found if len(sound) > SAMPLE_RATE]


def report(found: dict[str, dict[str, np.ndarray]]) -> None:
    """Print the rows."""
    own = np.concatenate([*found[ROWS[0][0]].values()])
    for name, _, is_genuine in ROWS:
        by_speaker = {x: made >= bar_without(found, x) for x, made in found[name].items()}
        passed = np.concatenate([*by_speaker.values()])
        row = Row(name, len(passed), int(passed.sum()), is_genuine)
        low, high = redrawn([*by_speaker.values()])
        area = better(own, np.concatenate([*found[name].values()]))
        tail = "" if is_genuine else f", AUC {area:.3f}"
        print(f"{row}; people drawn anew [{low:.1%}, {high:.1%}]{tail}", flush=True)
    bar = bar_without(found, None)
    print(f"bar of the score: {bar:.3f}, in use: {mouths.SCORE_MIN}")


if __name__ == "__main__":
    main()
