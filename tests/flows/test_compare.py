"""Sibling cuts held against one another, over HTTP, on the page and by the command."""

import pytest

from api.client import Refused
from tests.simulators.small_engine import medium
from tests.simulators.stage import Stage, declaration, new_cut, submit


def test_a_trailer_tells_what_is_otherwise_than_in_the_feature(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    feature = new_cut(studio)
    work = studio.get(f"/v1/cuts/{feature}")["work_id"]
    body = {"label": "Trailer", "format": "trailer", "language": "de"}
    trailer = studio.post(f"/v1/works/{work}/cuts", body)["id"]
    film = medium(20_000, ("carl", "face", 0, 9_000))
    submit(stage, studio, feature, film, declaration())
    short = medium(20_000, ("carl", "face", 0, 3_000), ("dora", "voice", 4_000, 9_000))
    made = submit(stage, studio, trailer, short, declaration())
    found = studio.get(f"/v1/cuts/{trailer}/comparisons/{feature}")
    assert {(item["change"], item["figure_id"] is None) for item in found["differences"]} == {
        ("shorter", False),
        ("added", False),
    }
    clearance = studio.get(f"/v1/submissions/{made['id']}/clearance")
    (sibling,) = clearance["siblings"]
    assert (sibling["other_cut_id"], len(sibling["differences"])) == (feature, 2)
    address = f"/v1/clearances/{clearance['id']}/clearance.html"
    assert b"kurz" in studio.fetch(address, lang="de") or b"k\xc3\xbcrzer" in studio.fetch(
        address, lang="de"
    )
    for wrong in (new_cut(studio), trailer):
        with pytest.raises(Refused) as refusal:
            studio.get(f"/v1/cuts/{trailer}/comparisons/{wrong}")
        assert refusal.value.status == 422
