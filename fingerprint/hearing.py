"""The voices of a file: traces of a scanned span, or the template of an enrolment sample.

Sound is read span by span from the decoding process, so a film costs no more memory than a minute
of it. An enrolment sample is heard for five minutes at most: more speech moves the vector no more.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from fingerprint.excerpt import excerpt, typical
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import AudioBlock
from fingerprint.media.protocol import SOUND_TRACKS_MAX
from fingerprint.models import Modality, Reason, SampleReport, Span, Template, Trace, Vector
from fingerprint.proofing.bursts import bursts
from fingerprint.proofing.fineprint import FinePrint, fine_print
from fingerprint.quality import VoiceFigures, VoiceGates, measure, shortcomings
from fingerprint.soundtracks import further, joined
from fingerprint.voice.altered import altered_vectors
from fingerprint.voice.altering import channels
from fingerprint.voice.listening import Heard, Listener
from fingerprint.voice.mel import SAMPLE_RATE, Samples
from fingerprint.voice.turns import VoiceTurns
from fingerprint.voice.views import SCAN_MS_MAX

SAMPLE_MS_MAX = 300_000
FINE_MS_MAX = 120_000
_ALIKE_MIN = 0.80  # pooled; two people rarely agree as well, one reader always does
Reached = Callable[[int], None]
Heed = Callable[[tuple[Reason, ...]], None]


def voice_traces(
    listener: Listener,
    path: Path,
    limits: Limits,
    span: Span,
    model_id: str,
    *,
    reached: Reached | None = None,
    zero: Fraction | None = None,
    heed: Heed | None = None,
    tracks: int = 1,
) -> tuple[Trace, ...]:
    """One trace per voice that speaks in `span`, the one that speaks most first.

    `tracks` is `MediaInfo.n_audio_streams`: a film may carry other languages, or a track for each
    of its channels. A voice that speaks in several at once is given once. What the decoder could
    not read is said in each trace's reasons and told to `heed`. Raises BadMedia, and whatever
    `reached` raises when it is told the time that has been heard.
    """
    found: tuple[Trace, ...] = ()
    count = min(tracks, SOUND_TRACKS_MAX)
    for track in range(count):
        told = _share(reached, span, track, count)
        samples, heard, notes = hear(listener, path, limits, span, told, zero=zero, track=track)
        if heed is not None:
            heed(notes)
        said = notes + further(track)
        new = traces(listener, samples, heard, model_id, notes=said, start_ms=span.start_ms)
        found = joined(found, new)
    return found


def traces(
    listener: Listener,
    samples: Samples,
    heard: Heard,
    model_id: str,
    *,
    notes: tuple[Reason, ...] = (),
    start_ms: int = 0,
) -> tuple[Trace, ...]:
    """One trace per voice of a sound that was heard and begins at `start_ms` of the media.

    Where two speak at once, the time is both's; what they are known by is what each says alone.
    """
    quality = figures(samples, heard).quality
    vectors = listener.vectors(samples, heard, heard.voices, SCAN_MS_MAX)
    return tuple(
        Trace(
            Modality.VOICE,
            tuple(_later(turn, start_ms) for turn in voice.heard),
            _template(voice, vector, model_id, quality),
            None,
            notes + _overlap(voice),
            excerpt(samples, voice.lone or voice.spans),
        )
        for voice, vector in zip(heard.voices, vectors, strict=True)
    )


def voice_sample(
    listener: Listener,
    path: Path,
    limits: Limits,
    model_id: str,
    gates: VoiceGates,
    *,
    excerpted: bool = False,
) -> SampleReport:
    """The template of the voice that speaks most, or every reason why there is none.

    `excerpted` asks for a few seconds of it beside the template.
    """
    samples, heard, notes = hear(listener, path, limits, Span(0, SAMPLE_MS_MAX))
    found = measure(samples, heard.speech, _people_ms(heard))
    faults = shortcomings(found, gates)
    if faults:
        return SampleReport(Modality.VOICE, False, faults + notes, (), heard.speech)
    main = heard.voices[0]
    (vector,) = listener.vectors(samples, heard, heard.voices[:1], SAMPLE_MS_MAX)
    heard_so = altered_vectors(listener, samples, main.lone or main.spans, channels)[1:]
    template = _template(main, vector, model_id, found.quality)
    template = replace(template, channels=heard_so if len(heard_so) else None)
    kept = excerpt(samples, _typical(heard, main, vector)) if excerpted else None
    return SampleReport(Modality.VOICE, True, notes, (template,), main.spans, kept)


def fine_sample(path: Path, limits: Limits) -> FinePrint:
    """The fine print of a short recording's beginning."""
    return fine_print(_beginning(path, limits))


def bursts_of(path: Path, limits: Limits) -> tuple[tuple[Span, ...], int]:
    """Where sounds begin and end in a short recording, and how long it is, in ms."""
    samples = _beginning(path, limits)
    return bursts(samples), len(samples) * 1000 // SAMPLE_RATE


def on_film(path: Path, limits: Limits) -> tuple[Samples, int]:
    """The sound of a short film, and when it begins, in ms of the film's own clock."""
    with door.audio(path, limits, Span(0, FINE_MS_MAX)) as stream:
        blocks = list(stream)
    if not blocks:
        return np.zeros(0, np.float32), 0
    return np.concatenate([block.samples for block in blocks]), blocks[0].start_ms


def excerpt_of(path: Path, limits: Limits, spans: Sequence[Span]) -> bytes | None:
    """What a short recording says in `spans`, as it is kept for a person to hear."""
    return excerpt(_beginning(path, limits), spans)


def _beginning(path: Path, limits: Limits) -> Samples:
    return on_film(path, limits)[0]


def hear(
    listener: Listener,
    path: Path,
    limits: Limits,
    span: Span,
    reached: Reached | None = None,
    *,
    zero: Fraction | None = None,
    track: int = 0,
) -> tuple[Samples, Heard, tuple[Reason, ...]]:
    """The sound of a span, what is heard in it, and what the decoder has to say.

    `zero` and `track` as in `door.audio`.
    """
    with door.audio(path, limits, span, zero=zero, track=track) as stream:
        samples, heard = listener.listen(_told(stream, reached))
        return samples, heard, stream.end.notes if stream.end else ()


def _share(reached: Reached | None, span: Span, track: int, count: int) -> Reached | None:
    """Tells `reached` of one track's time as if all of them followed each other in the span."""
    if reached is None or count == 1:
        return reached
    return lambda at_ms: reached(
        span.start_ms + (track * span.duration_ms + at_ms - span.start_ms) // count
    )


def _told(blocks: Iterable[AudioBlock], reached: Reached | None) -> Iterator[Samples]:
    for block in blocks:
        yield block.samples
        if reached is not None:
            reached(block.start_ms + len(block.samples) * 1000 // SAMPLE_RATE)


def figures(samples: Samples, heard: Heard) -> VoiceFigures:
    """How usable what was heard is."""
    return measure(samples, heard.speech, [voice.speech_ms for voice in heard.voices])


def _people_ms(heard: Heard) -> list[int]:
    """Speech of each voice, the main one first; one much like the main one counts as it.

    A scan keeps such voices apart, as their prints can be joined later, but one reader in two moods
    must not be refused as two people.
    """
    if not heard.voices:
        return []
    main, *others = heard.voices
    vector = heard.vector(main)
    alike = [float(heard.vector(voice) @ vector) >= _ALIKE_MIN for voice in others]
    lengths = [voice.speech_ms for voice in others]
    own = sum(ms for ms, same in zip(lengths, alike, strict=True) if same)
    return [
        main.speech_ms + own,
        *(ms for ms, same in zip(lengths, alike, strict=True) if not same),
    ]


def _typical(heard: Heard, voice: VoiceTurns, vector: Vector) -> tuple[Span, ...]:
    places = sorted(voice.windows)
    windows = heard.windows
    spans = [Span(int(windows.start_ms[n]), int(windows.end_ms[n])) for n in places]
    return typical(voice.spans, spans, windows.vectors[places] @ vector)


def _overlap(voice: VoiceTurns) -> tuple[Reason, ...]:
    """That somebody else speaks at the same time, which the vector leaves out."""
    overlap_ms = sum(span.duration_ms for span in voice.overlaps)
    return (Reason("overlapping-speech", {"overlap_ms": overlap_ms}),) if overlap_ms else ()


def _template(voice: VoiceTurns, vector: Vector, model_id: str, quality: float) -> Template:
    return Template(Modality.VOICE, vector, model_id, voice.speech_ms, quality)


def _later(span: Span, start_ms: int) -> Span:
    return Span(span.start_ms + start_ms, span.end_ms + start_ms)
