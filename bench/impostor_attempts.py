"""The attempts of the impostor benchmark: what each of them hands in, drawn from the material."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench import impostor_pacing as pace
from bench.impostor_material import Material, Recording
from bench.impostor_pacing import Paced
from fingerprint.models import Modality, Template
from fingerprint.proofing.fineprint import fine_print, known_share
from fingerprint.proofing.posing import Pose
from registry.proofing.turning import MOVES, Move, drawn

SAMPLES = 2
WORDS = 10
_FADE = 80
Numbers = np.random.Generator
Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """What is handed in, and everybody else who is enrolled."""

    modality: Modality
    samples: Sequence[Template]
    answer: Template
    registry: Sequence[Template]
    known_shares: Sequence[float] = ()
    poses: Sequence[Pose] = ()
    asked: Sequence[Move] = field(default=())
    paced: Paced | None = None


def genuine_voices(known: Material, numbers: Numbers) -> Attempt | None:
    """Two recordings of a person as samples, a third as the answer, said as the words appear."""
    own = _person(known, numbers, SAMPLES + 1)
    made = _spoken(known, own[:SAMPLES], own[SAMPLES], own[0].identity)
    shown = pace.moments(numbers)
    pieces = pace.between_pauses([own[SAMPLES].sound], numbers)
    sound = pace.laid(pieces, pace.read_aloud(shown, numbers), numbers)
    return replace(made, paced=Paced.of(sound, shown))


def by_another(known: Material, numbers: Numbers) -> Attempt | None:
    """Two recordings of one person as samples; the thief answers with the own voice."""
    victim = _person(known, numbers, SAMPLES)
    thief = _person(known, numbers, 1, but=victim[0].identity)[0]
    return _spoken(known, victim, thief, victim[0].identity)


def prepared_clones(known: Material, numbers: Numbers) -> Attempt | None:
    """A clone of somebody not enrolled whose words were made before they were shown."""
    made = clones(enrolled=False)(known, numbers)
    if made is None:
        return None
    voices = [item for items in known.made.values() for item in items]
    source = next(item for item in voices if item.template is made.answer)
    shown, others = pace.moments(numbers), pace.moments(numbers)
    pieces = pace.between_pauses([source.sound], numbers)
    return replace(made, paced=Paced.of(pace.laid(pieces, others, numbers), shown))


def clones(*, enrolled: bool) -> Callable[[Material, Numbers], Attempt | None]:
    """Samples and answer come from one system that speaks with a performer's voice."""

    def make(known: Material, numbers: Numbers) -> Attempt | None:
        people = [name for name in sorted(known.made) if known.real.get(name)]
        name = people[numbers.integers(len(people))]
        systems = sorted({item.system for item in known.made[name]})
        system = systems[numbers.integers(len(systems))]
        made = [item for item in known.made[name] if item.system == system]
        chosen = [made[n] for n in numbers.permutation(len(made))[: SAMPLES + 1]]
        # Of some systems there is one recording of a person: it is sample and answer.
        samples, answer = chosen[:SAMPLES], chosen[-1]
        attempt = _spoken(known, samples, answer, name, compared=len(chosen) > SAMPLES)
        if not enrolled:
            return attempt
        real = [item.template for item in known.real[name][:SAMPLES]]
        return replace(attempt, registry=[*attempt.registry, *real])

    return make


def replays(known: Material, numbers: Numbers) -> Attempt | None:
    """The answer is one of the samples, quieter, cut at its beginning and coded again."""
    own = _person(known, numbers, SAMPLES)
    taken = own[numbers.integers(SAMPLES)]
    start = int(numbers.integers(0, 4_000))
    return _spoken(known, own, taken, taken.identity, sound=coded(taken.sound[start:], numbers))


def cuts(*, live: bool) -> Callable[[Material, Numbers], Attempt | None]:
    """Words cut from recordings of the person that were not handed in.

    Laid out beforehand as somebody may who knows the procedure and not the moments; or `live`, by a
    program that has all words and plays each as it appears.
    """

    def make(known: Material, numbers: Numbers) -> Attempt | None:
        own = _person(known, numbers, 2 * SAMPLES)
        samples, others = own[:SAMPLES], own[SAMPLES:]
        pieces = pace.cut_anywhere([item.sound for item in others], numbers)
        shown = pace.moments(numbers)
        starts = pace.played(shown, numbers) if live else pace.moments(numbers)
        sound = coded(pace.laid(pieces, starts, numbers), numbers)
        made = _spoken(known, samples, others[0], own[0].identity, sound=sound)
        return replace(made, paced=Paced.of(sound, shown))

    return make


def splices(known: Material, numbers: Numbers) -> Attempt | None:
    """Words cut from the samples, faded into each other."""
    own = _person(known, numbers, SAMPLES)
    sound = coded(spliced([item.sound for item in own], numbers), numbers)
    return _spoken(known, own, own[0], own[0].identity, sound=sound)


def turned(kind: str) -> Callable[[Material, Numbers], Attempt | None]:
    """A film of a person's own face that shows a photograph, or what was asked for before."""

    def make(known: Material, numbers: Numbers) -> Attempt | None:
        asked = _moves(numbers)
        shown = asked if kind in {"flat", "head"} else _moves(numbers)
        return _filmed(known, numbers, kind, shown=shown, asked=asked)

    return make


def genuine_faces(known: Material, numbers: Numbers) -> Attempt | None:
    """A person's portrait, and a film of the same head that does what is asked."""
    return turned("head")(known, numbers)


def other_faces(known: Material, numbers: Numbers) -> Attempt | None:
    """Another person's portraits; the thief's own head on film does what is asked."""
    asked = _moves(numbers)
    made = _filmed(known, numbers, "head", shown=asked, asked=asked)
    people = sorted(known.faces)
    victim, thief = (people[n] for n in numbers.permutation(len(people))[:2])
    answer = known.faces[thief][0]
    return replace(made, samples=known.faces[victim], answer=answer, registry=())


def centroids(modality: Modality) -> Callable[[Material, Numbers], Attempt | None]:
    """The mean of many people's vectors, which is near to all of them."""

    def make(known: Material, numbers: Numbers) -> Attempt | None:
        people = {
            Modality.VOICE: [[item.template for item in own] for own in known.real.values()],
            Modality.FACE: list(known.faces.values()),
        }[modality]
        every = [own[0] for own in people if own]
        chosen = numbers.permutation(len(every))[: int(numbers.integers(5, len(every)))]
        mean = np.mean([every[n].vector for n in chosen], axis=0)
        vector = (mean / np.linalg.norm(mean)).astype(np.float32)
        answer = replace(every[0], vector=vector)
        return Attempt(modality, [answer], answer, every)

    return make


def coded(sound: Sound, numbers: Numbers) -> Sound:
    """The sound through a lossy coder, quieter and with a little noise."""
    file = io.BytesIO()
    soundfile.write(file, 0.7 * sound, 16_000, format="OGG", subtype="VORBIS")
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    noise = numbers.normal(0, 3e-4, len(decoded))
    return np.asarray(decoded + noise, np.float32)


def spliced(sounds: Sequence[Sound], numbers: Numbers) -> Sound:
    """Pieces as long as words, one after the other, faded over 5 ms."""
    out = np.zeros(_FADE, np.float32)
    for _ in range(WORDS):
        sound = sounds[numbers.integers(len(sounds))]
        length = int(numbers.uniform(0.35, 0.7) * 16_000)
        start = int(numbers.integers(0, max(1, len(sound) - length)))
        word = sound[start : start + length].copy()
        word[:_FADE] *= np.linspace(0, 1, _FADE, dtype=np.float32)
        word[-_FADE:] *= np.linspace(1, 0, _FADE, dtype=np.float32)
        out = np.concatenate([out[:-_FADE], out[-_FADE:] + word[:_FADE], word[_FADE:]])
    return out


def _person(known: Material, numbers: Numbers, count: int, but: str = "") -> list[Recording]:
    """So many recordings of a person drawn among those who have them."""
    people = [name for name in sorted(known.real) if len(known.real[name]) >= count and name != but]
    own = known.real[people[numbers.integers(len(people))]]
    return [own[n] for n in numbers.permutation(len(own))[:count]]


def _spoken(
    known: Material,
    samples: Sequence[Recording],
    answer: Recording,
    claimed: str,
    *,
    sound: Sound | None = None,
    compared: bool = True,
) -> Attempt:
    """Samples and an answer; everybody but the claimed person and the speaker is enrolled."""
    fine = fine_print(answer.sound if sound is None else sound)
    shares = [known_share(fine, fine_print(item.sound)) for item in samples] if compared else []
    absent = {claimed, answer.identity}
    registry = [own[0].template for name, own in sorted(known.real.items()) if name not in absent]
    templates = [item.template for item in samples]
    return Attempt(Modality.VOICE, templates, answer.template, registry, shares)


def _filmed(
    known: Material,
    numbers: Numbers,
    kind: str,
    *,
    shown: Sequence[Move],
    asked: Sequence[Move],
) -> Attempt:
    """A person's portraits and a film put together from movements of the same head."""
    portraits = sorted({number for _, number, _ in known.poses})
    number = portraits[numbers.integers(len(portraits))]
    poses = [*known.poses[kind, number, "rest"]]
    for move in shown:
        poses += known.poses[kind, number, move]
    name = list(known.faces)[number]
    own = known.faces[name]
    registry = [faces[0] for other, faces in sorted(known.faces.items()) if other != name]
    return Attempt(Modality.FACE, own[:1], own[-1], registry, (), poses, asked)


def _moves(numbers: Numbers) -> tuple[Move, ...]:
    return drawn([int(number) for number in numbers.integers(0, 2**32, MOVES)])
