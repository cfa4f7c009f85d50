"""Which unknown voices and faces of a scan are one, and which were seen before.

The same cautious linking that pools voices: strangers are as much alike in at most
`speakers.LINK_FMR` of comparisons. What no calibration can judge stays alone.
"""

from collections.abc import Mapping, Sequence

from fingerprint.calibration import Calibration
from fingerprint.models import Modality, Trace
from fingerprint.speakers import EVIDENCE_MS_MIN, link


def likenesses(
    traces: Sequence[Trace],
    present: int,
    calibrations: Mapping[str, Calibration | None],
) -> tuple[tuple[int, ...], ...]:
    """Groups of places, each with one of the first `present` traces at least, in order.

    The others are known already and are grouped with those only.
    """
    by_encoder: dict[tuple[Modality, str], list[int]] = {}
    for place, trace in enumerate(traces):
        by_encoder.setdefault((trace.modality, trace.template.model_id), []).append(place)
    groups: list[tuple[int, ...]] = []
    for (_, model_id), places in by_encoder.items():
        measured = calibrations.get(model_id)
        fit = [place for place in places if measured is not None and _enough(traces[place])]
        groups += [(place,) for place in places if place < present and place not in fit]
        if measured is not None:
            first = sum(place < present for place in fit)
            found = link([traces[place].template for place in fit], first, measured)
            groups += [tuple(fit[number] for number in members) for members in found]
    return tuple(sorted(groups))


def _enough(trace: Trace) -> bool:
    return trace.modality is Modality.FACE or trace.template.evidence_ms >= EVIDENCE_MS_MIN
