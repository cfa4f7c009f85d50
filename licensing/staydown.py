"""When a recording counts as the noticed one, and how long its notice keeps it down.

Only the recording itself may be kept down, and only where the performer surely is in it. Sound
counts as the same where nothing was laid over it, for a voice over a recording is another work; a
picture where its movement goes together, which a crop or another voice does not change.
"""

from collections.abc import Iterable, Mapping, Sequence

from fingerprint.content.models import Link, Part
from fingerprint.models import Decision, Span
from licensing.models_enforcement import Outcome, Seen, Takedown, TakedownState
from licensing.models_staydown import Hit, Hold, Recording
from registry.carrying import moved_here, within, without
from registry.models.content import PART_OF
from registry.spans import merge, total_ms

# What is shorter may be the rim of a stretch beside the performer's.
HIT_MS_MIN = 1_000


def hold_of(notices: Sequence[Takedown]) -> tuple[Hold, Takedown | None]:
    """How far the notices about one clip keep it down, and the one that says so.

    One that was lost lifts it, one that is contested makes it a matter of people, whatever the
    others say: nobody's film is blocked while a platform was told that the claim is wrong.
    """
    told = sorted(notices, key=lambda item: (item.sent_at, item.id))
    if any(item.result is Outcome.RESTORED for item in told):
        return Hold.LIFTED, None
    contested = [item for item in told if item.state is TakedownState.COUNTERED]
    if contested:
        return Hold.CONTESTED, contested[0]
    standing = [item for item in told if _stands(item)]
    return (Hold.STANDS, standing[0]) if standing else (Hold.LIFTED, None)


def noticed_spans(seen: Iterable[Seen]) -> Mapping[Part, tuple[Span, ...]]:
    """Where the performer surely is in a clip: a voice in its sound, a face in its pictures."""
    sure = [item for item in seen if item.decision is Decision.MATCH]
    found = {
        part: merge(span for item in sure if item.modality is modality for span in item.spans)
        for modality, part in PART_OF.items()
    }
    return {part: spans for part, spans in found.items() if spans}


def hits(recording: Recording, links: Iterable[Link]) -> tuple[Hit, ...]:
    """Where the recording's own stretches are in a file with these links to it; one a part."""
    kept = list(links)
    made = (_hit(recording, part, [link for link in kept if link.part is part]) for part in Part)
    return tuple(hit for hit in made if hit is not None)


def same_bytes(recording: Recording) -> tuple[Hit, ...]:
    """The hits in a file that is the clip, byte for byte."""
    return tuple(
        Hit(recording.clip_id, recording.performer_id, part, spans, ())
        for part, spans in recording.spans.items()
    )


def _stands(item: Takedown) -> bool:
    return item.state is TakedownState.SENT or item.result is Outcome.UPHELD


def _hit(recording: Recording, part: Part, links: Sequence[Link]) -> Hit | None:
    wanted = recording.spans.get(part, ())
    again = merge(span for link in links for span in moved_here(wanted, link))
    exact = merge(
        span for link in links for span in within(moved_here(wanted, link), _untouched(link))
    )
    if total_ms(again) < HIT_MS_MIN:
        return None
    if total_ms(exact) < HIT_MS_MIN:
        exact = ()
    altered = tuple(left for span in again for left in without(span, exact))
    return Hit(recording.clip_id, recording.performer_id, part, exact, altered)


def _untouched(link: Link) -> tuple[Span, ...]:
    return (link.here,) if link.part is Part.PICTURE else link.intact
