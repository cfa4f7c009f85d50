"""Sibling cuts held against one another, over HTTP, on the page and by the command."""

import pytest

from api.client import Refused
from api.opening import open_registry
from api.roles import Role
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Stage, declaration, new_cut, submit

HTML = {"Accept": "text/html"}


def test_a_trailer_tells_what_is_otherwise_than_in_the_feature(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio")
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
    with open_registry(stage.settings) as world:
        token = seat(world.db, studio_id, Role.STUDIO).token
    mine = stage.http(token)
    beside = f"/works/{work}/compare?cut={trailer}&other={feature}"
    shown = mine.get(beside, headers=HTML).text
    assert "1 new, 1 shorter." in shown
    # Both strips are drawn on the scale of the longer cut: nine seconds of twenty.
    assert '<rect x="0" width="450"' in shown
    assert f'href="{beside.replace("&", "&amp;")}"' in mine.get(f"/cuts/{trailer}").text
    assert "Which two cuts?" in mine.get(f"/works/{work}/compare", headers=HTML).text
    assert f"/works/{work}/compare" in mine.get(f"/works/{work}", headers=HTML).text
    elsewhere = studio.get(f"/v1/cuts/{new_cut(studio)}")["work_id"]
    wrong_work = beside.replace(work, elsewhere)
    assert mine.get(wrong_work, headers=HTML).status_code == 404
    mine.close()
