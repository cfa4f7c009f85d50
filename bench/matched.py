"""Whether a fast scan names the people of the slice as long as a thorough one does.

Enrolled are the one person of the slice who is in other clips too, by those, and people who are not
in it at all. Everybody else of the slice is a stranger.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.common import Figure
from bench.people import faces, voices
from bench.slices import SHOTS, clips
from fingerprint.engine import Engine, Gallery
from fingerprint.gallery import GalleryEntry
from fingerprint.models import Decision, Modality, Span, Template, Trace

OTHERS = 12  # of each modality
_OWN_FILES = 3
OWN = "in the slice"
LEAST = 0.95


def enrolled(engine: Engine, media: Path) -> Gallery:
    """The prints; the person of the slice is `OWN`/modality."""
    used = {actor.clip for shot in SHOTS for actor in shot.actors}
    films = [path for path in clips(media) if path.parent.name == "grid_s1"]
    own = [path for number, path in enumerate(films) if number not in used][:_OWN_FILES]
    prints = [_print(engine, OWN, modality, own) for modality in Modality]
    for modality, people in ((Modality.VOICE, voices(media)), (Modality.FACE, faces(media))):
        known = [person for person in people if person.enrol][:OTHERS]
        prints += [_print(engine, one.identity, modality, one.enrol) for one in known]
    return Gallery(entry for entry in prints if entry is not None)


def _print(
    engine: Engine, name: str, modality: Modality, paths: Iterable[Path]
) -> GalleryEntry | None:
    made: list[Template] = []
    for path in paths:
        made += engine.embed(path, modality).templates
    if not made:
        return None
    return GalleryEntry(f"{name}/{modality}", modality, made[0].model_id, tuple(made))


def matched(
    engine: Engine, gallery: Gallery, thorough: Sequence[Trace], fast: Sequence[Trace]
) -> Figure:
    """Share of the thorough scan's seconds with a MATCH that the fast one gives the same print."""
    first, second = (_named(engine, gallery, traces) for traces in (thorough, fast))
    known = sum(_length_ms(spans) for spans in first.values())
    both = sum(_shared_ms(spans, second.get(name, [])) for name, spans in first.items())
    more = sum(_length_ms(spans) for spans in second.values()) - both
    wrong = sorted(name for name in {*first, *second} if not name.startswith(OWN))
    return Figure(
        f"seconds with a MATCH, {len(gallery)} prints, wrong names: {', '.join(wrong) or 'none'}",
        f"{both / 1000:.1f} s, and {more / 1000:.1f} s more",
        f"thorough {known / 1000:.1f} s",
        both / max(1, known),
        LEAST,
    )


def _named(engine: Engine, gallery: Gallery, traces: Sequence[Trace]) -> Mapping[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for trace, finding in zip(traces, engine.decide(traces, gallery), strict=True):
        if finding.print_id is not None and finding.decision is Decision.MATCH:
            found[finding.print_id] += trace.spans
    return found


def _length_ms(spans: Iterable[Span]) -> int:
    return sum(span.duration_ms for span in spans)


def _shared_ms(spans: Iterable[Span], others: Sequence[Span]) -> int:
    """Milliseconds of both; the spans of one print do not overlap each other."""
    return sum(
        max(0, min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms))
        for one in spans
        for other in others
    )
