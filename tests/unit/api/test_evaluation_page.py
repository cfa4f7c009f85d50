"""The page of an evaluation: every figure in both languages, a curve that falls, nothing loaded."""

import itertools
import re

import pytest

from api.web.evaluation import SIDE, det, page, percent, rate_at
from fingerprint.evaluation import Evaluation, Failure, Part, Probe
from fingerprint.models import Modality
from fingerprint.trials import Mated, Unmated


def evaluation(*modalities: Modality) -> Evaluation:
    probes = [
        Probe(f"p{n}", Mated(0.5 + n / 50, (0.2,)), 2_000 * n, {"system": "<b>tts"})
        for n in range(20)
    ]
    probes += [Probe(f"s{n}", Unmated((n / 100,)), 4_000) for n in range(60)]
    parts = tuple(Part(modality, tuple(probes), 20) for modality in modalities)
    return Evaluation(parts, (Failure("quiet.wav", "probe", ("no-voice",)),), 1.5)


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("modalities", [(Modality.VOICE,), (Modality.VOICE, Modality.FACE)])
def test_the_page_shows_the_trial_and_loads_nothing(
    lang: str, modalities: tuple[Modality, ...]
) -> None:
    html = page(evaluation(*modalities).to_json(), lang=lang, manifest="own.csv")
    assert f'<html lang="{lang}"' in html
    assert "evaluate." not in html
    assert html.count("<polyline") == len(modalities)
    assert "&lt;b&gt;tts" in html and "<b>tts" not in html
    assert "quiet.wav" in html
    assert not re.search(r'(src|href)="(?!#)', html)


def test_a_rate_without_enough_strangers_is_not_shown() -> None:
    document = evaluation(Modality.VOICE).to_json()
    assert rate_at(document, "0.1", "en").endswith(")")
    assert "not measurable" in rate_at(document, "0.01", "en")
    assert "nicht messbar" in rate_at(document, "0.01", "de")


def test_the_curve_lies_in_its_square_and_falls() -> None:
    points = evaluation(Modality.VOICE).to_json()["det"]
    (line,) = det(points, "en").curves.values()
    places = [tuple(map(float, pair.split(","))) for pair in line.split()]
    assert all(0 <= x <= SIDE and 0 <= y <= SIDE for x, y in places)
    rightwards = sorted(places)
    assert all(a[1] <= b[1] for a, b in itertools.pairwise(rightwards))


def test_percent_speaks_the_language() -> None:
    assert percent(0.1234, "de") == "12,3 %"
    assert percent(0.1234, "en") == "12.3 %"
    assert percent(1.0, "en") == "100 %"
    assert percent(None, "en") == "–"
