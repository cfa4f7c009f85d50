"""Voice and face of one performer at the same time: agreement counts, contradiction is said.

Two finds that a person would have to look at may together be sure, because strangers would have to
be alike in both. A voice of one performer over the face of another is no error to be smoothed away:
a dub, a face swap and a cloned voice look just like that. Pure: traces and findings in, findings
out. Log likelihood ratios of independent evidence add up (Good 1950, Probability and the Weighing
of Evidence).
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fingerprint.calibration import fpir
from fingerprint.matching import Rates
from fingerprint.models import (
    Basis,
    Decision,
    Finding,
    Modality,
    Reason,
    SearchPath,
    Span,
    Trace,
)

OVERLAP_MS_MIN = 1000
LLR_MAX = math.log(1e6)  # nothing is surer: nobody has measured how far voice and face go together
_CONTRADICTED_SHARE = 0.5  # of a voice's time; less is a glance at somebody who listens
_CHANCE = "chance-too-high"
_ABOUT_THE_THRESHOLD = frozenset({_CHANCE, "provisional-threshold"})


@dataclass(frozen=True, slots=True)
class _Pair:
    """A named voice and a named face that share time: their places, and that time in ms."""

    voice: int
    face: int
    overlap_ms: int


def fuse(
    traces: Sequence[Trace],
    findings: Sequence[Finding],
    people: Callable[[Collection[str]], Mapping[str, str]],
    accepted: Rates,
) -> tuple[Finding, ...]:
    """The findings, surer where voice and face agree, with a reason more where they differ.

    `people` gives an opaque name of the person behind each print id; prints without are nobody's.
    """
    pairs = _pairs(traces, findings)
    if not pairs:
        return tuple(findings)
    named = {findings[place].print_id or "" for pair in pairs for place in (pair.voice, pair.face)}
    person_of = people(named)
    fused = list(findings)
    for pair in pairs:
        voice, face = fused[pair.voice], fused[pair.face]
        heard, seen = (person_of.get(found.print_id or "") for found in (voice, face))
        if heard is None or seen is None:
            continue
        if heard == seen:
            fused[pair.voice], fused[pair.face] = _agreed(voice, face, accepted)
        elif _contradicted(traces, fused, pair):
            reason = Reason("voice-and-face-differ", {"seconds": round(pair.overlap_ms / 1000, 1)})
            fused[pair.voice], fused[pair.face] = _noted(voice, reason), _noted(face, reason)
    return tuple(fused)


def _pairs(traces: Sequence[Trace], findings: Sequence[Finding]) -> list[_Pair]:
    """Longest common time first, so that an answer does not hang on the order of traces."""
    named = [place for place, found in enumerate(findings) if found.print_id is not None]
    voices = [place for place in named if traces[place].modality is Modality.VOICE]
    faces = [place for place in named if traces[place].modality is Modality.FACE]
    pairs = [
        _Pair(voice, face, _common_ms(traces[voice].spans, traces[face].spans))
        for voice in voices
        for face in faces
        if traces[voice].spans and traces[face].spans
    ]
    found = [pair for pair in pairs if pair.overlap_ms >= OVERLAP_MS_MIN]
    return sorted(found, key=lambda pair: (-pair.overlap_ms, pair.voice, pair.face))


def _agreed(voice: Finding, face: Finding, accepted: Rates) -> tuple[Finding, Finding]:
    """Both as a MATCH where only chance spoke against each, and hardly against both at once."""
    if not (_only_chance_left(voice) and _only_chance_left(face)):
        return voice, face
    heard, seen = voice.basis, face.basis
    if heard is None or seen is None or min(heard.llr, seen.llr) <= 0:
        return voice, face
    llr = min(LLR_MAX, heard.llr + seen.llr)
    # Of strangers, at most a share exp(-llr) has a likelihood ratio that high.
    rate = fpir(math.exp(-llr), max(heard.prints, seen.prints))
    if rate > accepted.match:
        return voice, face
    return _sure(voice, heard, rate, llr), _sure(face, seen, rate, llr)


def _sure(found: Finding, basis: Basis, rate: float, llr: float) -> Finding:
    reasons = tuple(reason for reason in found.reasons if reason.code != _CHANCE)
    return replace(
        found,
        decision=Decision.MATCH,
        fpir=rate,
        threshold_id=f"{found.threshold_id}/{SearchPath.BOTH}",
        reasons=(*reasons, Reason("voice-and-face-agree", {})),
        basis=replace(basis, path=SearchPath.BOTH, llr=round(llr, 2)),
    )


def _only_chance_left(found: Finding) -> bool:
    codes = {reason.code for reason in found.reasons}
    return found.decision is Decision.REVIEW and _CHANCE in codes and codes <= _ABOUT_THE_THRESHOLD


def _contradicted(traces: Sequence[Trace], findings: Sequence[Finding], pair: _Pair) -> bool:
    """Whether a sure voice speaks mostly while one other, sure face alone is to be seen."""
    if any(findings[n].decision is not Decision.MATCH for n in (pair.voice, pair.face)):
        return False
    voice = traces[pair.voice].spans
    if pair.overlap_ms < _CONTRADICTED_SHARE * sum(span.duration_ms for span in voice):
        return False
    together = _common(voice, traces[pair.face].spans)
    return not any(
        _common_ms(together, trace.spans) >= OVERLAP_MS_MIN
        for place, trace in enumerate(traces)
        if trace.modality is Modality.FACE and place != pair.face
    )


def _noted(found: Finding, reason: Reason) -> Finding:
    if any(known.code == reason.code for known in found.reasons):
        return found
    return replace(found, reasons=(*found.reasons, reason))


def _common(one: Iterable[Span], other: Sequence[Span]) -> list[Span]:
    both = [Span(max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms)) for a in one for b in other]
    return [span for span in both if span.duration_ms > 0]


def _common_ms(one: Iterable[Span], other: Sequence[Span]) -> int:
    return sum(span.duration_ms for span in _common(one, other))
