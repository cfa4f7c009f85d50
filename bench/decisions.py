"""Who is found when a film is decided on as a whole, beside each trace decided on for itself.

    python -m bench.decisions --models DIR [--media DIR]

Each film holds all clips of one voice by one system and every stranger of the folder. The columns:
each trace searched alone as if it were the whole submission; alone, but at its share of the film's
false alarms; voices pooled over the film; and pooled with the enrolled person declared as cast.
Vectors and the mated clips are the same in every column. MATCH needs no person, found is MATCH or
REVIEW of the right print.
"""

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cast import VOICE, Cast, Clip, read
from fingerprint.engine import Context, Engine, Gallery, Policy
from fingerprint.media.limits import Limits
from fingerprint.models import Decision, Finding, Modality, Span, Trace

_PAUSE_MS = 1000
COLUMNS = ("alone", "alone, shared alarms", "pooled", "pooled, declared cast")


@dataclass(frozen=True, slots=True)
class Film:
    """All clips of one person by one system, followed by strangers."""

    title: str
    identity: str
    modality: Modality
    clips: tuple[Clip, ...]

    @property
    def print_id(self) -> str:
        return f"{self.identity}/{self.modality}"


@dataclass(slots=True)
class Count:
    """Answers for one set of traces: right ones, sure right ones, wrong names, wrong sure names."""

    traces: int = 0
    found: int = 0
    matched: int = 0
    misnamed: int = 0
    mismatched: int = 0

    def add(self, finding: Finding, expected: str | None) -> None:
        """Count one answer; `expected` is `None` for a stranger."""
        self.traces += 1
        if finding.print_id is None:
            return
        right, sure = finding.print_id == expected, finding.decision is Decision.MATCH
        self.found += right
        self.matched += right and sure
        self.misnamed += not right
        self.mismatched += not right and sure


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--media",
        type=Path,
        default=os.environ.get("EBENBILD_MEDIA"),
        required="EBENBILD_MEDIA" not in os.environ,
        help="folder with a MANIFEST.csv; $EBENBILD_MEDIA if not given",
    )
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    engine = Engine.open(asked.models, threads=2, limits=Limits())
    rows = measure(engine, read(engine, asked.media, "test"))
    if asked.json:
        print(json.dumps({title: [as_dict(c) for c in counts] for title, counts in rows.items()}))
    else:
        print("\n".join(report(rows)))


def measure(engine: Engine, cast: Cast) -> dict[str, list[Count]]:
    """Counts of each column by set of clips, strangers last."""
    gallery = Gallery(cast.prints)
    enrolled = {entry.print_id for entry in cast.prints}
    rows: dict[str, list[Count]] = defaultdict(lambda: [Count() for _ in COLUMNS])
    for film in films(cast, enrolled):
        for allowed in (enrolled, enrolled - {film.print_id}):
            answers = _answers(engine, gallery, film, allowed)
            for column, answer in enumerate(answers):
                for (clip, trace), finding in zip(timeline(film), answer, strict=True):
                    own = f"{clip.row.identity}/{trace.modality}"
                    if trace.modality is not film.modality and own in enrolled:
                        continue  # the same clip is counted in the film of its other modality
                    expected = own if own in allowed else None
                    title = film.title if expected else f"strangers, {trace.modality}"
                    rows[title][column].add(finding, expected)
    return dict(sorted(rows.items(), key=lambda row: row[0].startswith("strangers")))


def films(cast: Cast, enrolled: set[str]) -> list[Film]:
    """One per enrolled person, system and modality, each with all clips of people not enrolled."""
    strangers = [
        clip
        for clip in cast.clips
        if all(f"{clip.row.identity}/{modality}" not in enrolled for modality in Modality)
    ]
    groups: dict[tuple[str, str, Modality], list[Clip]] = defaultdict(list)
    for clip in cast.clips:
        for modality in {trace.modality for trace in clip.traces}:
            if f"{clip.row.identity}/{modality}" in enrolled:
                groups[clip.row.identity, clip.row.system or clip.row.kind, modality].append(clip)
    return [
        Film(_title(identity, system, modality), identity, modality, (*clips, *strangers))
        for (identity, system, modality), clips in groups.items()
    ]


def _title(identity: str, system: str, modality: Modality) -> str:
    if identity.startswith("LT_"):
        return "readers, other sentences"
    kind = "face" if modality is not VOICE else ("acting" if system == "real" else "cloned")
    name = identity.split("_")[0] if identity.startswith(("LON", "GRID")) else identity
    return f"{'London' if name.startswith('LON') else name}, {kind}"


def timeline(film: Film) -> list[tuple[Clip, Trace]]:
    """Every trace of a film at a time of its own, clip after clip."""
    found, start_ms = [], 0
    for clip in film.clips:
        end_ms = start_ms
        for trace in clip.traces:
            spans = tuple(Span(s.start_ms + start_ms, s.end_ms + start_ms) for s in trace.spans)
            found.append((clip, replace(trace, spans=spans)))
            end_ms = max([end_ms, *(span.end_ms for span in spans)])
        start_ms = end_ms + _PAUSE_MS
    return found


def _answers(
    engine: Engine, gallery: Gallery, film: Film, allowed: set[str]
) -> tuple[Sequence[Finding], ...]:
    traces = [trace for _, trace in timeline(film)]
    shared = replace(
        engine.policy,
        false_matches_per_submission=engine.policy.false_matches_per_submission / len(traces),
        false_reviews_per_submission=engine.policy.false_reviews_per_submission / len(traces),
    )
    cast = frozenset({f"{film.identity}/{modality}" for modality in Modality} & allowed)
    declared = Context(cast=cast, people=_people)

    def alone(policy: Policy) -> list[Finding]:
        return [engine.decide([t], gallery, allowed=allowed, policy=policy)[0] for t in traces]

    return (
        alone(engine.policy),
        alone(shared),
        engine.decide(traces, gallery, allowed=allowed, context=Context(people=_people)),
        engine.decide(traces, gallery, allowed=allowed, context=declared),
    )


def _people(print_ids: object) -> dict[str, str]:
    return {str(name): str(name).partition("/")[0] for name in print_ids}  # type: ignore[attr-defined]


def as_dict(count: Count) -> dict[str, int]:
    """A count as plain data."""
    return {name: getattr(count, name) for name in Count.__slots__}


def report(rows: dict[str, list[Count]]) -> list[str]:
    """A table, and whether the whole film found more without naming more strangers."""
    lines = [
        f"{'found / MATCH / wrong / wrong MATCH':38} {'traces':>6}  "
        + "".join(f"{c:>24}" for c in COLUMNS)
    ]
    for title, counts in rows.items():
        cells = "".join(
            f"{f'{c.found} / {c.matched} / {c.misnamed} / {c.mismatched}':>24}" for c in counts
        )
        lines.append(f"{title:38} {counts[0].traces:6}  {cells}")
    total = [
        (sum(row[n].found for row in rows.values()), sum(row[n].matched for row in rows.values()))
        for n in range(len(COLUMNS))
    ]
    named = max(row[n].mismatched for row in rows.values() for n in range(len(COLUMNS)))
    lines.append(f"right in all, found and MATCH: {', '.join(f'{f}/{m}' for f, m in total)}")
    better = total[2] >= total[1] and total[2][1] >= total[0][1]
    lines.append(
        "pooled finds at least what traces alone do at the same false alarms, with more MATCH, and "
        f"nobody is named wrongly: {'reached' if better and named == 0 else 'missed'}"
    )
    return lines


if __name__ == "__main__":
    main()
