"""How often somebody who is there is missed: measured where thresholds are, read at a decision's.

A person is missed who is neither named nor laid before anybody, so the review threshold counts.
Whatever a decision needs is looked up at the next stricter measured rate, which misses no fewer,
and where too few people had as much material, at less evidence, which says no more.
Terms: ISO/IEC 19795-1 (FNIR); interval: Wilson 1927, doi 10.1080/01621459.1927.10502953.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from fingerprint.calibration import Entries, digest_of, fmr
from fingerprint.tails import Floats

REAL, SYNTHETIC = "real", "synthetic"
# False match rates at which misses are counted: every half decade.
RATES = tuple(float(f"{digit}e-{power}") for power in range(2, 13) for digit in (3, 1))
_Z = 1.959964  # 95 %
_SOURCES_MAX = 400  # characters; more sources than this are cut off
_NUMBER = r"\d[\d.]*(?:e[+-]\d+)?"
_THRESHOLD = re.compile(
    rf"(?P<model>.+)/(?P<digest>[0-9a-f]{{12}})/from(?P<shortest>\d+)ms/[\w-]+/n(?P<prints>\d+)"
    rf"/s\d+/{_NUMBER}-(?P<review>{_NUMBER})/.*"
)


@dataclass(frozen=True, slots=True)
class MissRate:
    """Share of people missed at a threshold, as a fraction of 1, with its 95 % interval.

    `condition` is what was searched for them in, `real` or `synthetic` recordings, `evidence_ms`
    the least evidence that it was measured with, `source` where the material came from.
    """

    modality: str
    evidence_ms: int
    condition: str
    rate: float
    low: float
    high: float
    people: int
    probes: int
    source: str


Lookup = Callable[[str], tuple[MissRate, ...]]


def measure(scores: Mapping[str, Floats], tail: Mapping[str, Any]) -> dict[str, Any]:
    """Misses per false match rate, from scores of people with their own prints, by identity.

    Everybody counts alike, and as one trial: probes of one person agree, so that more of them
    would only feign a narrower interval.
    """
    limits = [_limit(tail, rate) for rate in RATES]
    known = [(rate, limit) for rate, limit in zip(RATES, limits, strict=True) if limit is not None]
    rows = []
    for rate, limit in known:
        missed = float(np.mean([np.mean(values < limit) for _, values in sorted(scores.items())]))
        low, high = wilson(missed, len(scores))
        shares = {"missed": missed, "low": low, "high": high}
        rows.append({"fmr": rate, **{name: round(value, 4) for name, value in shares.items()}})
    return {
        "people": len(scores),
        "probes": sum(len(values) for values in scores.values()),
        "at": rows,
    }


def wilson(share: float, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share seen in so many trials; never a single point."""
    spread = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    middle, scale = share + _Z**2 / (2 * trials), 1 + _Z**2 / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def lookup(load: Callable[[], Entries]) -> Lookup:
    """What calibration files say of a threshold by its id, loaded when asked; empty if nothing."""

    @cache
    def by_digest() -> Mapping[tuple[str, str], Mapping[str, Any]]:
        # What is measured on one's own media comes first, and stands.
        return {(item["model_id"], digest_of(item)): item for item in reversed(load())}

    def find(threshold_id: str) -> tuple[MissRate, ...]:
        found = _THRESHOLD.fullmatch(threshold_id)
        entry = by_digest().get((found["model"], found["digest"])) if found else None
        if found is None or entry is None:
            return ()
        accepted = fmr(float(found["review"]), int(found["prints"]))
        return tuple(_read(entry, int(found["shortest"]), accepted))

    return find


def _read(entry: Mapping[str, Any], shortest_ms: int, accepted: float) -> Iterable[MissRate]:
    """Of each condition what was measured with as much evidence, or else with less."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for tail in entry["tails"]:  # by rising evidence
        if tail["evidence_ms_min"] <= shortest_ms:
            found |= {m["condition"]: (tail["evidence_ms_min"], m) for m in tail.get("misses", ())}
    for evidence_ms, item in found.values():
        row = next((row for row in item["at"] if row["fmr"] <= accepted * (1 + 1e-9)), None)
        if row is not None:
            yield MissRate(
                modality=entry["modality"],
                evidence_ms=evidence_ms,
                condition=item["condition"],
                rate=row["missed"],
                low=row["low"],
                high=row["high"],
                people=item["people"],
                probes=item["probes"],
                source=_source(entry),
            )


def _limit(tail: Mapping[str, Any], rate: float) -> float | None:
    """The lowest score that strangers reach at most this often, as a decision takes it."""
    pairs = zip(tail["scores"], tail["rates"], strict=True)
    return next((score for score, reached in pairs if reached <= rate), None)


def _source(entry: Mapping[str, Any]) -> str:
    material = entry.get("provenance", {}).get("material", ())
    return ", ".join(sorted({item["source"] for item in material}))[:_SOURCES_MAX]
