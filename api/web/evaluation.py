"""The page of an evaluation: rates, their intervals, a DET curve, and tables per condition.

One file without scripts or anything to load, so that it can be mailed and kept. A DET curve is
drawn on axes of normal deviates, where two normal distributions give a straight line
(https://doi.org/10.21437/Eurospeech.1997-504).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from api.web.texts import seconds, text

LOWEST, HIGHEST = 0.0005, 0.99
TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95)
SIDE = 420
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Det:
    """A DET curve ready to draw: SVG polyline points per modality, and (place, label) of ticks."""

    curves: Mapping[str, str]
    ticks: tuple[tuple[float, str], ...]
    side: int = SIDE


def page(document: Mapping[str, Any], *, lang: str, manifest: str) -> str:
    """The evaluation `document` (`Evaluation.to_json`) as one HTML file."""
    from api.web.pages import render  # noqa: PLC0415 - commands that draw no page need no Jinja

    parts = document.get("by_modality") or {document_modality(document): document}
    return render(
        "evaluation.html",
        lang=lang,
        title=text(lang, "evaluate.page.title"),
        manifest=manifest,
        document=document,
        parts=parts,
        det=det(document["det"], lang),
        percent=lambda rate: percent(rate, lang),
        length=lambda row: length(row, lang),
        rate_at=lambda part, limit: rate_at(part, limit, lang),
    )


def document_modality(document: Mapping[str, Any]) -> str:
    """The one modality of a document that is not split by modality."""
    points: Sequence[Mapping[str, Any]] = document["det"]
    return str(points[0]["modality"]) if points else "voice"


def det(points: Sequence[Mapping[str, Any]], lang: str) -> Det:
    """The curve of each modality in the square of normal deviates."""
    curves: dict[str, list[str]] = {}
    for point in points:
        place = f"{_place(point['fpir']):.1f},{SIDE - _place(point['fnir']):.1f}"
        line = curves.setdefault(point["modality"], [])
        if not line or line[-1] != place:
            line.append(place)
    ticks = tuple((round(_place(tick), 1), percent(tick, lang)) for tick in TICKS)
    return Det({name: " ".join(line) for name, line in curves.items()}, ticks)


def rate_at(part: Mapping[str, Any], limit: str, lang: str) -> str:
    """FNIR at an FPIR, or that the trial's strangers are too few to say."""
    if not part["measurable"][limit]:
        return text(lang, "evaluate.not_measurable")
    shown = percent(part["fnir_at_fpir"][limit], lang)
    interval = (part.get("fnir_interval") or {}).get(limit)
    if interval is None:
        return shown
    return f"{shown} ({percent(interval[0], lang)} – {percent(interval[1], lang)})"


def percent(rate: float | None, lang: str) -> str:
    """A fraction of 1 in percent with the language's decimal mark; a dash where it is unknown."""
    if rate is None:
        return "–"
    figure = f"{rate * 100:.3g}" if rate < 1 else "100"
    return f"{figure.replace('.', ',') if lang == 'de' else figure} %"


def length(row: Mapping[str, Any], lang: str) -> str:
    """A class of evidence in words: seconds from and to, or a still, which lasts no time."""
    if row["evidence_ms_max"] == 1:
        return text(lang, "evaluate.page.still")
    least = seconds(lang, row["evidence_ms_min"])
    if row["evidence_ms_max"] is None:
        return text(lang, "evaluate.page.from", seconds=least)
    most = seconds(lang, row["evidence_ms_max"])
    return text(lang, "evaluate.page.between", least=least, most=most)


def _place(rate: float) -> float:
    """Where a rate lies on an axis of normal deviates, 0 to SIDE."""
    low, high = _NORMAL.inv_cdf(LOWEST), _NORMAL.inv_cdf(HIGHEST)
    bounded = min(max(rate, LOWEST), HIGHEST)
    return (_NORMAL.inv_cdf(bounded) - low) / (high - low) * SIDE
