"""How people's words on finds stood up: how many there were, and how many were overturned since.

Pure: words with what the machine said of their find in, counts out, by month, part of a likeness
and how rare such a score is by chance. Nobody is named: who decided is no matter here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from math import sqrt
from operator import attrgetter

from fingerprint.models import Modality
from registry.models.reviews import ReviewVerdict

ENOUGH = 20
NEEDLESS_FROM, VAIN_TO, UNSTEADY_FROM = 0.9, 0.1, 0.05
_Z = 1.96  # of a 95 % interval
_ANSWERS = (ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED)
_BANDS = (100, 1_000, 10_000)


class Fate(StrEnum):
    """What became of a word: it stands, or who overturned it."""

    STANDS = "stands"
    SECOND = "second"
    OTHER_SIDE = "other_side"
    TAKEN_BACK = "taken_back"


class Says(StrEnum):
    """What the words of a band say about the thresholds around it."""

    TOO_FEW = "too-few"
    NEEDLESS = "needless"
    VAIN = "vain"
    UNSTEADY = "unsteady"
    FITS = "fits"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word of either side on a match, and how often a stranger scores as high as that match."""

    id: str
    match_id: str
    modality: Modality
    fpir: float
    verdict: ReviewVerdict
    own_side: bool
    undoes: str
    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """Words of one month, part and band; `band` is how many searches give one such score at least.

    `confirmed` of the `decided` said that it is the performer; `fates` count all of them.
    """

    month: str
    modality: Modality
    band: int
    decided: int
    confirmed: int
    fates: Mapping[Fate, int]

    @property
    def overturned(self) -> int:
        """How many do not stand."""
        return self.decided - self.fates[Fate.STANDS]


def tallies(words: Iterable[Spoken]) -> tuple[Tally, ...]:
    """Counts by month, the newest first, part and band; only a studio's own answers are counted."""
    found: dict[tuple[str, Modality, int], list[tuple[bool, Fate]]] = defaultdict(list)
    ordered = sorted(words, key=lambda word: (word.match_id, word.seq))
    for _, of_match in groupby(ordered, key=attrgetter("match_id")):
        told = list(of_match)
        for place, word in enumerate(told):
            if word.own_side and word.verdict in _ANSWERS:
                key = (f"{word.recorded_at:%Y-%m}", word.modality, band(word.fpir))
                confirmed = word.verdict is ReviewVerdict.CONFIRMED
                found[key].append((confirmed, _fate(word, told[place + 1 :])))
    made = [_tally(*key, counted) for key, counted in found.items()]
    by_part = sorted(made, key=lambda each: (each.modality, each.band))
    return tuple(sorted(by_part, key=attrgetter("month"), reverse=True))


def together(found: Iterable[Tally]) -> tuple[Tally, ...]:
    """The same over all months, whose name is then empty."""
    summed: dict[tuple[Modality, int], list[Tally]] = defaultdict(list)
    for each in found:
        summed[each.modality, each.band].append(each)
    return tuple(
        Tally(
            "",
            modality,
            limit,
            sum(each.decided for each in group),
            sum(each.confirmed for each in group),
            sum((Counter(each.fates) for each in group), Counter()),
        )
        for (modality, limit), group in sorted(summed.items())
    )


def says(tally: Tally) -> Says:
    """What a band's words mean, where there are enough that chance does not explain it."""
    if tally.decided < ENOUGH:
        return Says.TOO_FEW
    if _interval(tally.overturned, tally.decided)[0] >= UNSTEADY_FROM:
        return Says.UNSTEADY
    low, high = _interval(tally.confirmed, tally.decided)
    if low >= NEEDLESS_FROM:
        return Says.NEEDLESS
    return Says.VAIN if high <= VAIN_TO else Says.FITS


def band(fpir: float) -> int:
    """Of how many searches at least one gives such a score by chance: 1, 100, 1,000 or 10,000."""
    rarer = [limit for limit in _BANDS if fpir * limit <= 1]
    return max(rarer, default=1)


def _fate(word: Spoken, later: Sequence[Spoken]) -> Fate:
    for each in later:
        if each.undoes == word.id:
            return Fate.TAKEN_BACK
        if each.verdict in _ANSWERS and each.verdict is not word.verdict:
            return Fate.SECOND if each.own_side else Fate.OTHER_SIDE
    return Fate.STANDS


def _tally(
    month: str, modality: Modality, limit: int, counted: Sequence[tuple[bool, Fate]]
) -> Tally:
    return Tally(
        month,
        modality,
        limit,
        len(counted),
        sum(confirmed for confirmed, _ in counted),
        Counter(fate for _, fate in counted),
    )


def _interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's interval of a share (https://doi.org/10.1080/01621459.1927.10502953)."""
    share = hits / of
    middle = share + _Z**2 / (2 * of)
    wide = _Z * sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    whole = 1 + _Z**2 / of
    return (middle - wide) / whole, (middle + wide) / whole
