"""What a trial of a manifest found: rates as a whole, per condition and per length of evidence.

A condition is judged at the threshold of the whole trial, because that is where it would be met:
a threshold of its own would hide that an attack lowers every score. Terms: ISO/IEC 19795-1.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from fingerprint.intervals import fnir_intervals
from fingerprint.models import Modality
from fingerprint.trials import FPIRS, Mated, Rates, Unmated, measurable, rates, threshold_at

# Least evidence in ms of each class that probes are counted in: net speech, or time on screen.
LENGTHS: Mapping[Modality, tuple[int, ...]] = {
    Modality.VOICE: (0, 3_000, 5_000, 10_000, 20_000),
    Modality.FACE: (0, 1, 1_500, 5_000),
}
_VALUES_MAX = 500  # a column with more values than this names files, not conditions


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no vector, and why: its reasons' codes, or an error's."""

    path: str
    role: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """One search of a trial; `evidence_ms` is None where the file gave no vector."""

    identity: str
    search: Mated | Unmated
    evidence_ms: int | None
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """The trial of one modality."""

    modality: Modality
    probes: tuple[Probe, ...]
    gallery: int

    @cached_property
    def mated(self) -> tuple[Mated, ...]:
        return tuple(p.search for p in self.probes if isinstance(p.search, Mated))

    @cached_property
    def unmated(self) -> tuple[Unmated, ...]:
        return tuple(p.search for p in self.probes if isinstance(p.search, Unmated))

    @cached_property
    def rates(self) -> Rates:
        return rates(self.mated, self.unmated)

    @property
    def genuine(self) -> int:
        return len(self.mated)

    @property
    def impostors(self) -> int:
        return len(self.unmated)

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float] | None]:
        """95 % interval of FNIR per FPIR, over resampled identities; None if not measurable."""
        mated = [(p.identity, p.search) for p in self.probes if isinstance(p.search, Mated)]
        unmated = [(p.identity, p.search) for p in self.probes if isinstance(p.search, Unmated)]
        return {
            f"{limit:g}": fnir_intervals(mated, unmated, limit)
            if measurable(self.impostors, limit)
            else None
            for limit in FPIRS
        }

    def group(self, probes: Sequence[Probe]) -> dict[str, Any]:
        """Counts and rates of some of the probes at the thresholds of the whole trial."""
        mated = [p.search for p in probes if isinstance(p.search, Mated)]
        unmated = [p.search for p in probes if isinstance(p.search, Unmated)]
        limits = {f"{fpir:g}": threshold_at(self.unmated, fpir) for fpir in FPIRS}
        return {
            "genuine": len(mated),
            "impostors": len(unmated),
            "rank1": _share([search.first for search in mated]),
            "fnir_at_fpir": {
                name: None
                if limit is None
                else _share([not (search.first and search.own >= limit) for search in mated])
                for name, limit in limits.items()
            },
            "fpir_at_fpir": {
                name: None if limit is None else _share([s.best >= limit for s in unmated])
                for name, limit in limits.items()
            },
        }

    def lengths(self) -> list[dict[str, Any]]:
        """Rates per class of evidence; files without a vector are in none of them."""
        edges = (*LENGTHS[self.modality], None)
        found = []
        for least, next_ms in itertools.pairwise(edges):
            assert least is not None
            probes = [
                p
                for p in self.probes
                if p.evidence_ms is not None
                and least <= p.evidence_ms
                and (next_ms is None or p.evidence_ms < next_ms)
            ]
            if probes:
                found.append(
                    {"evidence_ms_min": least, "evidence_ms_max": next_ms, **self.group(probes)}
                )
        return found

    def conditions(self) -> dict[str, dict[str, Any]]:
        """Rates per column and value, in the order of their names."""
        values: dict[str, dict[str, list[Probe]]] = {}
        for probe in self.probes:
            for column, value in probe.conditions.items():
                values.setdefault(column, {}).setdefault(value, []).append(probe)
        return {
            column: {value: self.group(groups[value]) for value in sorted(groups)}
            for column, groups in sorted(values.items())
            if len(groups) <= _VALUES_MAX
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The trial of a manifest: a part per modality, the files that failed, and how long it took."""

    parts: tuple[Part, ...]
    failures: tuple[Failure, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Rates as fractions of 1, `None` where nothing could be counted.

        `measurable` says which FPIR the impostor probes support (at least 3 / FPIR of them); a
        rate beside False is that of a threshold which hardly a stranger tested. A manifest of two
        modalities gives the means over its genuine probes, and `by_modality`.
        """
        limits = self.parts[0].rates.fnir_at_fpir
        document: dict[str, Any] = {
            "rank1": self._mean(lambda part: part.rates.rank1),
            "eer": self._mean(lambda part: part.rates.eer),
            "fnir_at_fpir": {limit: self._mean(_fnir(limit)) for limit in limits},
            "measurable": {
                limit: all(measurable(part.impostors, float(limit)) for part in self.parts)
                for limit in limits
            },
            "gallery": sum(part.gallery for part in self.parts),
            "genuine": sum(part.genuine for part in self.parts),
            "impostors": sum(part.impostors for part in self.parts),
            "det": [
                {"modality": part.modality.value, **asdict(point)}
                for part in self.parts
                for point in part.rates.det
            ],
            "seconds": round(self.seconds, 3),
            "failures": [asdict(failure) for failure in self.failures],
        }
        if len(self.parts) > 1:
            document["by_modality"] = {
                part.modality.value: Evaluation((part,), (), 0.0).to_json() for part in self.parts
            }
        else:
            part = self.parts[0]
            document["fnir_interval"] = part.intervals
            document["lengths"] = part.lengths()
            document["conditions"] = part.conditions()
        return document

    def _mean(self, value: Callable[[Part], float | None]) -> float | None:
        known = [(value(part), part.genuine) for part in self.parts]
        counted = [(figure, count) for figure, count in known if figure is not None and count]
        if not counted:
            return None
        return sum(f * count for f, count in counted) / sum(count for _, count in counted)


def _fnir(limit: str) -> Callable[[Part], float | None]:
    return lambda part: part.rates.fnir_at_fpir[limit]


def _share(answers: Sequence[bool]) -> float | None:
    return sum(answers) / len(answers) if answers else None
