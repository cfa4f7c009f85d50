"""Searches everybody in a submission and decides on each: the half of the engine without media.

Voices are pooled over the file before they are searched, the declared cast is searched for beside
the whole gallery, and both share the false alarms that one submission may cause. The same call
serves a fresh scan and every later search from kept traces, so it takes values only.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fingerprint import fusing, matching
from fingerprint.calibration import Calibration
from fingerprint.gallery import Gallery
from fingerprint.matching import Candidate, Policy, Rates, Search
from fingerprint.models import Decision, Finding, Modality, SearchPath, Trace
from fingerprint.normalising import PLAIN_COSINE
from fingerprint.speakers import Speaker, speakers, without

_CANDIDATES = 5
_ORDER = (Decision.UNKNOWN, Decision.REVIEW, Decision.MATCH)
People = Callable[[Collection[str]], Mapping[str, str]]


def nobody(_print_ids: Collection[str]) -> Mapping[str, str]:
    """For callers who do not know which prints are of one person."""
    return {}


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about a submission beside its media.

    cast: print ids of the performers whom its declaration names. earlier: traces of earlier cuts of
    the same series. people: opaque names of the people behind print ids, so that a voice and a face
    can be known to be one performer's.
    """

    cast: frozenset[str] = frozenset()
    earlier: tuple[Trace, ...] = ()
    people: People = field(default=nobody)


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class _Group:
    """All traces of one encoder: their places in the submission, and how they are searched."""

    gallery: Gallery
    modality: Modality
    model_id: str
    places: tuple[int, ...]
    traces: tuple[Trace, ...]
    measured: Calibration | None

    def search(
        self, found: Sequence[Speaker], allowed: Collection[str] | None
    ) -> tuple[Search, ...]:
        """The candidates of each speaker; a search's index is that of the speaker."""
        queries = np.stack([speaker.template.vector for speaker in found])
        rows, prints = self.gallery.search(
            self.modality,
            self.model_id,
            queries,
            top=_CANDIDATES,
            allowed=allowed,
            scoring=self.measured.scoring if self.measured else PLAIN_COSINE,
        )
        return tuple(
            _search(number, speaker, prints, row)
            for number, (speaker, row) in enumerate(zip(found, rows, strict=True))
        )


def decide(
    traces: Sequence[Trace],
    gallery: Gallery,
    calibrations: Mapping[str, Calibration | None],
    policy: Policy,
    *,
    allowed: Collection[str] | None = None,
    context: Context = NO_CONTEXT,
) -> tuple[Finding, ...]:
    """One finding per trace, in their order; only `allowed` print ids are searched if given."""
    groups = _groups(traces, gallery, calibrations)
    cast = context.cast if allowed is None else context.cast & set(allowed)
    open_rates = matching.rates(policy, len(traces), SearchPath.OPEN, cast=bool(cast))
    voices = [
        _apart(group, _together(group, context.earlier), allowed, policy, open_rates)
        for group in groups
    ]
    searches = sum(len(found) for found in voices)
    open_rates, cast_rates = (
        matching.rates(policy, searches, path, cast=bool(cast))
        for path in (SearchPath.OPEN, SearchPath.CAST)
    )
    answers: dict[int, Finding] = {}
    for group, found in zip(groups, voices, strict=True):
        wide = group.search(found, allowed)
        near = group.search(found, cast) if cast else (None,) * len(found)
        for speaker, among_all, among_cast in zip(found, wide, near, strict=True):
            finding = matching.decide(among_all, group.measured, policy, open_rates)
            if among_cast is not None:
                verified = _verified(among_all, among_cast, group.measured, policy, cast_rates)
                finding = _better(finding, verified)
            for place in speaker.places:
                number = group.places[place]
                answers[number] = replace(finding, trace_index=number)
    ordered = tuple(answers[number] for number in range(len(traces)))
    return fusing.fuse(traces, ordered, context.people, open_rates)


def _groups(
    traces: Sequence[Trace], gallery: Gallery, calibrations: Mapping[str, Calibration | None]
) -> list[_Group]:
    places: dict[tuple[Modality, str], list[int]] = {}
    for place, trace in enumerate(traces):
        places.setdefault((trace.modality, trace.template.model_id), []).append(place)
    return [
        _Group(
            gallery,
            modality,
            model_id,
            tuple(numbers),
            tuple(traces[number] for number in numbers),
            calibrations.get(model_id),
        )
        for (modality, model_id), numbers in places.items()
    ]


def _together(group: _Group, earlier: Sequence[Trace]) -> tuple[Speaker, ...]:
    kin = [t for t in earlier if t.template.model_id == group.model_id]
    return speakers(group.traces, kin, group.measured)


def _apart(
    group: _Group,
    found: Sequence[Speaker],
    allowed: Collection[str] | None,
    policy: Policy,
    accepted: Rates,
) -> tuple[Speaker, ...]:
    """The same speakers, but without traces that alone point clearly to somebody else."""
    several = [speaker for speaker in found if len(speaker.places) > 1]
    if not several:
        return tuple(found)
    named = {
        speaker.places: search.candidates[0].print_id
        for speaker, search in zip(several, group.search(several, allowed), strict=True)
        if search.candidates
    }
    inside = [place for speaker in several for place in speaker.places]
    alone = [Speaker((place,), group.traces[place].template) for place in inside]
    pointed = {
        place: _clear(matching.decide(search, group.measured, policy, accepted))
        for place, search in zip(inside, group.search(alone, allowed), strict=True)
    }
    kept: list[Speaker] = []
    for speaker in found:
        name = named.get(speaker.places)
        leaving = frozenset(p for p in speaker.places if pointed.get(p) not in (None, name))
        kept += without(speaker, group.traces, leaving) if leaving else [speaker]
    return tuple(kept)


def _clear(finding: Finding) -> str | None:
    """Whom a trace names beyond doubt of another print; nobody where it is close."""
    close = any(reason.code == "close-runner-up" for reason in finding.reasons)
    return None if close else finding.print_id


def _verified(
    among_all: Search,
    among_cast: Search,
    measured: Calibration | None,
    policy: Policy,
    accepted: Rates,
) -> Finding | None:
    """The answer for the best of the declared cast, beside everybody else who is enrolled.

    None where an open search leads by the margin a match needs: a declaration explains nobody away.
    """
    if not among_cast.candidates or measured is None:
        return None
    best = among_cast.candidates[0]
    others = [c for c in among_all.candidates if c.print_id != best.print_id]
    evidence_ms = min(among_cast.evidence_ms, best.evidence_ms)
    deviation = measured.on(best.scale).tail(evidence_ms).deviation
    if others and others[0].score - best.score >= policy.margin_min * deviation:
        return None
    search = replace(among_cast, candidates=(best, *others))
    return matching.decide(search, measured, policy, accepted)


def _better(open_finding: Finding, verified: Finding | None) -> Finding:
    """The surer of both answers; the open search's where they are equally sure."""
    if verified is None or _ORDER.index(verified.decision) <= _ORDER.index(open_finding.decision):
        return open_finding
    return verified


def _search(number: int, speaker: Speaker, prints: int, candidates: Sequence[Candidate]) -> Search:
    template = speaker.template
    return Search(
        number,
        template.modality,
        template.evidence_ms,
        prints,
        candidates,
        template.quality,
        speaker.stretches,
        speaker.earlier,
    )
