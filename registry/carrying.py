"""What an earlier scan says about a file that holds the same recording, and what is left to scan.

A finding is carried over only where its own part of the recording is intact: a voice where the
sound is, a face where the picture is. So of a dub the sound is scanned and the picture is not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from fingerprint.content.models import Link, Part
from fingerprint.models import Modality, Reason, Span, Trace
from registry.models.content import PART_OF, Carried, ContentLink
from registry.spans import merge, total_ms

CARRIED = "carried-over"
LEAST_MS = 2000
_AROUND_MS = 500
_TRACE_MS_MIN = 200
_SAMPLE_MS = 2000
_SAME_FACE = 0.9


def within(spans: Iterable[Span], bounds: Sequence[Span]) -> tuple[Span, ...]:
    """The parts of `spans` that lie in `bounds`, in order."""
    cut = (
        Span(max(span.start_ms, bound.start_ms), min(span.end_ms, bound.end_ms))
        for span in spans
        for bound in bounds
    )
    return merge(span for span in cut if span.duration_ms > 0)


def without(span: Span, known: Iterable[Span]) -> tuple[Span, ...]:
    """The parts of `span` that lie in none of `known`, in order."""
    left, at_ms = [], span.start_ms
    for gone in within(known, [span]):
        left.append(Span(at_ms, gone.start_ms))
        at_ms = gone.end_ms
    left.append(Span(at_ms, span.end_ms))
    return tuple(part for part in left if part.duration_ms > 0)


def to_scan(segment: Span, known: Iterable[Span]) -> tuple[Span, ...]:
    """What of a segment must be scanned, with a margin, and never so short that it says nothing."""
    parts = []
    for part in without(segment, known):
        spare = max(_AROUND_MS, (LEAST_MS - part.duration_ms + 1) // 2)
        parts.append(Span(part.start_ms - spare, part.end_ms + spare))
    return within(parts, [segment])


def apart(links: Iterable[ContentLink]) -> Iterator[ContentLink]:
    """The links with each moment of a part intact in one of them only, the first."""
    taken: dict[Part, tuple[Span, ...]] = {}
    for item in links:
        before = taken.get(item.link.part, ())
        intact = tuple(part for span in item.link.intact for part in without(span, before))
        taken[item.link.part] = merge((*before, *intact))
        yield replace(item, link=replace(item.link, intact=intact))


def carried(link: Link, traces: Iterable[Trace], lost: Iterable[Span], *, source: str) -> Carried:
    """Who is in the intact spans of `link` by `traces` of the known file's scan.

    `lost` are spans there of people whose vectors are no longer kept: those are scanned again.
    """
    gone = tuple(_here(span, link) for span in lost)
    intact = tuple(part for span in link.intact for part in without(span, gone))
    modality = next(key for key, part in PART_OF.items() if part is link.part)
    moved = tuple(
        found
        for trace in traces
        if trace.modality is modality and (found := _moved(trace, link, intact, source))
    )
    if modality is Modality.VOICE:
        return Carried(voice=intact, traces=moved)
    return Carried(face=intact, traces=moved)


def without_voices(known: Carried) -> Carried:
    """What is known of the picture alone: prints tell of the default sound track, not of others."""
    faces = tuple(trace for trace in known.traces if trace.modality is Modality.FACE)
    return replace(known, voice=(), traces=faces)


def together(parts: Sequence[Carried], *, identical: bool) -> Carried:
    """All that is carried over from links that are `apart`."""
    return Carried(
        merge(span for part in parts for span in part.voice),
        merge(span for part in parts for span in part.face),
        tuple(trace for part in parts for trace in part.traces),
        identical,
    )


def in_segment(known: Carried, modality: Modality, segment: Span) -> tuple[Trace, ...]:
    """The carried traces of a segment, cut to it."""
    kept = []
    for trace in known.traces:
        spans = within(trace.spans, [segment]) if trace.modality is modality else ()
        if spans:
            evidence_ms = min(trace.template.evidence_ms, total_ms(spans))
            template = replace(trace.template, evidence_ms=evidence_ms)
            kept.append(replace(trace, spans=spans, template=template))
    return tuple(kept)


def sample_of(faces: Sequence[Trace], known: Sequence[Span]) -> Span | None:
    """Two seconds to look at once more, where carried faces are seen longest; None without any."""
    spans = [span for trace in faces for span in trace.spans] or list(known)
    longest = max(spans, key=lambda span: span.duration_ms, default=None)
    if longest is None:
        return None
    start_ms = (longest.start_ms + longest.end_ms - min(_SAMPLE_MS, longest.duration_ms)) // 2
    return Span(start_ms, start_ms + min(_SAMPLE_MS, longest.duration_ms))


def confirmed(faces: Sequence[Trace], seen: Sequence[Trace], at: Span) -> bool:
    """Whether the faces seen again `at` a sample are those that were carried over, and none else.

    A replaced face may leave the blocks of a content print as they were; its vector changes.
    """
    there = [trace for trace in faces if within(trace.spans, [at])]
    if not there or not seen:
        return not seen and not any(total_ms(within(t.spans, [at])) > LEAST_MS // 2 for t in there)
    vectors = np.stack([trace.template.vector for trace in there])
    return all(float((vectors @ trace.template.vector).max()) >= _SAME_FACE for trace in seen)


def _moved(trace: Trace, link: Link, intact: Sequence[Span], source: str) -> Trace | None:
    spans = within((_here(span, link) for span in trace.spans), intact)
    still = all(span.duration_ms <= 1 for span in trace.spans)
    if total_ms(spans) < (1 if still else _TRACE_MS_MIN):
        return None
    reason = Reason(CARRIED, {"cut": source, "at_ms": trace.spans[0].start_ms})
    return replace(trace, spans=spans, reasons=(*trace.reasons, reason))


def to_here(spans: Iterable[Span], link: Link) -> tuple[Span, ...]:
    """Spans of the known file in the time of the file at hand, as far as nothing was changed."""
    return within((_here(span, link) for span in spans), link.intact)


def moved_here(spans: Iterable[Span], link: Link) -> tuple[Span, ...]:
    """Spans of the known file in the time of the file at hand, changed or not."""
    return within((_here(span, link) for span in spans), [link.here])


def to_there(spans: Iterable[Span], link: Link) -> tuple[Span, ...]:
    """Spans of the file at hand in the time of the known one, as far as nothing was changed."""
    return merge(_there(span, link) for span in within(spans, link.intact))


def _there(span: Span, link: Link) -> Span:
    start, end = (
        link.there.start_ms + round((at_ms - link.here.start_ms) * link.speed)
        for at_ms in (span.start_ms, span.end_ms)
    )
    return Span(start, end)


def _here(span: Span, link: Link) -> Span:
    """A span of the known file in the time of the file at hand."""
    start, end = (
        link.here.start_ms + round((at_ms - link.there.start_ms) / link.speed)
        for at_ms in (span.start_ms, span.end_ms)
    )
    return Span(start, end)
