"""What a find rests on, in words of both languages."""

import pytest

from api.rates import one_in
from api.web.grouping import found_alike
from api.web.texts import basis
from fingerprint.models import SearchPath


def match(**changes: object) -> dict[str, object]:
    found = {
        "path": "declared-cast",
        "one_in": 12_500,
        "likelihood_ratio": 310.0,
        "evidence_ms": 9_500,
        "stretches": 4,
        "earlier": 1,
        "lead": 2.25,
    }
    return {"basis": {**found, **changes}}


def test_everything_is_said_in_english_and_german() -> None:
    assert basis("en", match()) == [
        "found among the declared cast",
        "about 1 in 12,500 strangers would score as high in such a search",
        "310 times likelier this performer than a stranger, judged with caution on the people "
        "measured so far",
        "9.5 s of evidence",
        "4 stretches taken together",
        "1 of them from earlier cuts",
        "a lead of 2.25 over the next best",
    ]
    assert basis("de", match())[1:4] == [
        "etwa 1 von 12.500 Fremden läge in einer solchen Suche so hoch",
        "310-mal eher diese Person als jemand Fremdes, vorsichtig nach den bisher Gemessenen",
        "9,5 s Beleg",
    ]


def test_what_was_not_measured_is_not_said() -> None:
    bare = match(likelihood_ratio=None, evidence_ms=0, stretches=1, earlier=0, lead=None)
    assert len(basis("en", bare)) == 2
    assert basis("en", {"basis": None}) == []


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("path", list(SearchPath))
def test_every_path_has_words(lang: str, path: SearchPath) -> None:
    assert " " in basis(lang, match(path=path.value))[0]


def test_a_rate_is_rounded_to_the_safe_side() -> None:
    assert [one_in(rate) for rate in (1.0, 0.003, 1e-12)] == [1, 330, 10_000_000]


def test_stretches_of_one_answer_are_told_once() -> None:
    def one(start_ms: int, decision: str) -> dict[str, object]:
        same = {"performer_id": "p", "modality": "voice", "fpir": 0.1, "basis": {}, "reasons": []}
        return {**same, "decision": decision, "spans": [{"start_ms": start_ms, "end_ms": 9_999}]}

    told = found_alike([one(500, "MATCH"), one(0, "MATCH"), one(700, "REVIEW")])
    assert [group["times"] for group in told] == [[(0, 9_999), (500, 9_999)], [(700, 9_999)]]
