"""How often a stranger scores this high by chance: false match rates measured per encoder.

A threshold is no constant: it follows from the false alarms that are accepted per search, from how
many prints are searched, and from how much speech or footage stands behind the score. Rates are
upper confidence bounds, and whatever is rounded is rounded to the safe side. Terms: ISO/IEC
19795-1 (FMR, FPIR).
"""

import bisect
import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import Broken
from fingerprint.models import Modality, Scale, Vector
from fingerprint.normalising import PLAIN_COSINE, Channel, Matrix, Scoring

Entries = tuple[Mapping[str, Any], ...]

FORMAT = "ebenbild-calibration/1"
CALIBRATION_FILE = "calibration.json"
_SHIPPED = Path(__file__).parent / "data" / CALIBRATION_FILE
# Fewer calibration identities than this, and every finding says that its threshold is provisional.
_IDENTITIES_SETTLED = 400
_THREE_FIGURES = Context(prec=3, rounding=ROUND_CEILING)
_ALIKE_DEVIATIONS_MAX = 2.0  # prints that are more alike than this on average are of one kind
_LENGTH_MAX = 1.001  # of a unit vector that was rounded
_FPIR_MIN = 1e-12  # nobody has measured anything rarer


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How much likelier a score is from the same person than from a stranger, as natural log.

    offset + slope * (score - stranger) / deviation, at most `limit` and at least minus
    `limit_against`, as `fingerprint.likelihood` fitted it on `mates` people. `quality_full` is the
    quality of evidence from which on all of it counts.
    """

    offset: float
    slope: float
    limit: float
    limit_against: float
    quality_full: float
    mates: int

    def llr(self, deviations: float, quality: float) -> float:
        """Natural log of the likelihood ratio; poorer evidence says less for the same person."""
        if math.isnan(deviations):  # a score that is no number says nothing
            return 0.0
        found = self.offset + self.slope * deviations
        found = max(-self.limit_against, min(self.limit, found))
        share = min(1.0, max(0.0, quality) / self.quality_full)
        return found * share if found > 0 else found


@dataclass(frozen=True, slots=True)
class Tail:
    """False match rate by score for one amount of evidence, from `evidence_ms_min` on.

    `scores` rise and `rates` fall beside them: what share of comparisons with strangers reaches the
    score, at most. `stranger` and `deviation` are mean and standard deviation of such scores.
    """

    evidence_ms_min: int
    scores: tuple[float, ...]
    rates: tuple[float, ...]
    stranger: float
    deviation: float
    comparisons: int
    identities: int
    likelihood: Likelihood | None = None

    def fmr(self, score: float) -> float:
        """False match rate at a score: that of the next lower known score, so never too small."""
        if not score >= self.scores[0]:  # also for a score that is no number
            return 1.0
        return self.rates[bisect.bisect_right(self.scores, score) - 1]

    def in_deviations(self) -> "Tail":
        """The same tail for scores counted in deviations above the mean of strangers."""
        scores = tuple((score - self.stranger) / self.deviation for score in self.scores)
        return replace(self, scores=scores, stranger=0.0, deviation=1.0)

    def threshold(self, fmr: float) -> float:
        """The lowest known score whose false match rate is at most `fmr`; infinite if none is."""
        place = bisect.bisect_left(self.rates, -fmr, key=lambda rate: -rate)
        return self.scores[place] if place < len(self.scores) else math.inf


@dataclass(frozen=True, slots=True)
class Calibration:
    """The measured tails of one encoder, shortest evidence first, for plain scores or for all.

    What is asked of a calibration is answered on the plain scale; `on` gives the same questions
    to the scores of another.
    """

    model_id: str
    modality: Modality
    tails: tuple[Tail, ...]
    digest: str
    scoring: Scoring = PLAIN_COSINE

    def on(self, scale: Scale) -> "Calibration":
        """The same calibration for scores of `scale`.

        A normalised score counts deviations above strangers, so the measured tails hold for it
        once they are counted in deviations too.
        """
        if scale is Scale.PLAIN:
            return self
        return replace(self, tails=tuple(tail.in_deviations() for tail in self.tails))

    @property
    def provisional(self) -> bool:
        """Whether the rates rest on too few identities to be settled."""
        return self.identities < _IDENTITIES_SETTLED

    @property
    def identities(self) -> int:
        return min(tail.identities for tail in self.tails)

    def tail(self, evidence_ms: int) -> Tail:
        """The tail for this much evidence; less than any was measured with gets the shortest."""
        places = [tail.evidence_ms_min for tail in self.tails]
        return self.tails[max(0, bisect.bisect_right(places, evidence_ms) - 1)]

    def fpir(self, score: float, *, evidence_ms: int, prints: int) -> float:
        """Share of strangers' searches of `prints` prints whose best score reaches `score`."""
        return fpir(self.tail(evidence_ms).fmr(score), prints)

    def threshold(self, fpir_max: float, *, evidence_ms: int, prints: int) -> float:
        """The lowest score that keeps a search of `prints` prints within `fpir_max`."""
        return self.tail(evidence_ms).threshold(fmr(fpir_max, prints))

    def llr(self, score: float, *, evidence_ms: int, quality: float) -> float:
        """Natural log of how much likelier the same person is than a stranger, at this score.

        Rises with the score, is bounded on both sides, and is 0 where it was never measured.
        """
        tail = self.tail(evidence_ms)
        if tail.likelihood is None:
            return 0.0
        return tail.likelihood.llr((score - tail.stranger) / tail.deviation, quality)


def fpir(fmr_value: float, prints: int) -> float:
    """1 - (1 - FMR)^N, rounded up in the third figure, at most 1."""
    if fmr_value >= 1.0:
        return 1.0 if prints else 0.0
    return _rounded_up(-math.expm1(prints * math.log1p(-fmr_value)))


def fmr(fpir_max: float, prints: int) -> float:
    """The false match rate a comparison may have where a search of `prints` may have `fpir_max`."""
    if fpir_max >= 1.0:
        return 1.0
    return -math.expm1(math.log1p(-fpir_max) / max(1, prints))


def entries(document: bytes) -> Entries:
    """The entries of a calibration file as they stand in it; raises Broken for another format."""
    content = json.loads(document)
    if content.get("format") != FORMAT:
        raise Broken(f"A calibration file of another format than {FORMAT}.")
    return tuple(content["models"])


def known_entries(models_dir: Path) -> Entries:
    """What was measured on one's own media, then what was shipped."""
    own = models_dir / CALIBRATION_FILE
    paths = (own, _SHIPPED) if own.is_file() else (_SHIPPED,)
    return tuple(entry for path in paths for entry in entries(path.read_bytes()))


def for_model(
    known: Entries, *, sha256: str, source_sha256: str, converter: str
) -> Calibration | None:
    """The calibration measured with this very model file, or with the same weights converted alike.

    `None` where the encoder was never measured: its scores then mean nothing.
    """
    for entry in known:
        origin = (entry["source_sha256"], entry["converter"])
        if entry["sha256"] == sha256 or origin == (source_sha256, converter):
            return parse(entry)
    return None


def parse(entry: Mapping[str, Any]) -> Calibration:
    """A calibration from its entry; raises Broken where its points do not rise and fall."""
    tails = _tails(entry["tails"])
    scoring = _scoring(entry["scoring"], tails[-1]) if "scoring" in entry else PLAIN_COSINE
    modality = Modality(entry["modality"])
    return Calibration(entry["model_id"], modality, tails, digest_of(entry), scoring)


def digest_of(entry: Mapping[str, Any]) -> str:
    """Names all of an entry that decides; how often people are missed decides nothing."""
    tails = [{name: tail[name] for name in tail if name != "misses"} for tail in entry["tails"]]
    text = json.dumps({**entry, "tails": tails}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _scoring(item: Mapping[str, Any], tail: Tail) -> Scoring:
    """How scores were made when `tail`, the one of most evidence, was measured."""
    centre = None if item["centre"] is None else np.array(item["centre"], np.float32)
    if centre is not None and not bool(np.all(np.isfinite(centre))):
        raise Broken("The centre of a calibration must be finite.")
    plain = Scoring(
        centre=centre,
        centre_people=item["centre_people"],
        nuisance=_nuisance(item.get("nuisance"), centre),
        cohort_min=item["cohort_min"],
        cohort_top=item["cohort_top"],
        print_share=item["print_share"],
        alike_max=tail.stranger + _ALIKE_DEVIATIONS_MAX * tail.deviation,
    )
    channels = tuple(_channel(told, plain) for told in item.get("channels", ()))
    return replace(plain, channels=channels)


def _channel(item: Mapping[str, Any], plain: Scoring) -> Channel:
    """How voices through a channel are compared; files written before there were any have none."""
    centre = np.array([float(value) for value in item["centre"].split()], np.float32)
    if plain.centre is None or centre.shape != plain.centre.shape:
        raise Broken("A channel of a calibration needs a centre of as many dimensions.")
    offset, slope = float(item["offset"]), float(item["slope"])
    if not (math.isfinite(offset) and slope > 0 and bool(np.all(np.isfinite(centre)))):
        raise Broken("A channel of a calibration needs finite figures and a rising score.")
    return Channel(centre, replace(plain, centre=centre), offset, slope)


def _nuisance(rows: Sequence[str] | None, centre: Vector | None) -> Matrix | None:
    """The directions to take away; files written before there were any have none."""
    if not rows:
        return None
    found = np.array([[float(value) for value in row.split()] for row in rows], np.float32)
    if centre is None or found.shape != (len(rows), len(centre)):
        raise Broken("The nuisance of a calibration needs a centre of as many dimensions.")
    if not bool(np.all(np.linalg.norm(found, axis=1) <= _LENGTH_MAX)):
        raise Broken("Directions of nuisance are of unit length at most.")
    return found


def _tails(items: Sequence[Mapping[str, Any]]) -> tuple[Tail, ...]:
    tails = tuple(_tail(item) for item in items)
    places = [tail.evidence_ms_min for tail in tails]
    if not tails or places != sorted(set(places)):
        raise Broken("A calibration lists its tails by rising evidence.")
    return tails


def _tail(item: Mapping[str, Any]) -> Tail:
    scores, rates = tuple(item["scores"]), tuple(item["rates"])
    rising = all(a < b for a, b in itertools.pairwise(scores))
    falling = all(a > b > 0 for a, b in itertools.pairwise(rates))
    if len(scores) < 2 or len(scores) != len(rates) or not (rising and falling):
        raise Broken("A tail needs rising scores with falling rates.")
    return Tail(
        item["evidence_ms_min"],
        scores,
        rates,
        item["stranger"],
        item["deviation"],
        item["comparisons"],
        item["identities"],
        Likelihood(**item["likelihood"]) if item.get("likelihood") else None,
    )


def _rounded_up(value: float) -> float:
    if value < _FPIR_MIN:
        return _FPIR_MIN if value > 0.0 else 0.0
    return min(1.0, float(_THREE_FIGURES.create_decimal(value)))
