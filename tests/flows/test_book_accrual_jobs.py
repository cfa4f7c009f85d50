"""A whole book accrued through the interface: begun, carried out by a worker, watched."""

from pathlib import Path

import pytest

from api.client import Refused
from tests.flows.test_usage_files import a_cut, upload
from tests.simulators.stage import THIS_MONTH, Stage


def test_a_job_accrues_the_book(stage: Stage, tmp_path: Path) -> None:
    _, studio = stage.tenant("studio")
    _, other = stage.tenant("studio")
    cut_id = a_cut(studio)
    text = f"cut_id,territory,period,views\n{cut_id},DE,{THIS_MONTH},5\n"
    studio.post("/v1/usage-imports", {"upload_id": upload(studio, tmp_path, text)})
    begun = studio.post("/v1/book-accruals")
    assert (begun["running"], begun["cuts"], begun["done"]) == (True, 0, 0)
    assert studio.post("/v1/book-accruals")["id"] == begun["id"]
    assert studio.wait(begun["job_id"])["state"] == "done"
    place = f"/v1/book-accruals/{begun['id']}"
    made = studio.get(place)
    assert (made["running"], made["done"], made["new"]) == (False, 0, 0)
    assert studio.get("/v1/book-accruals") == [made]
    assert other.get("/v1/book-accruals") == []
    with pytest.raises(Refused, match="no such accruing"):
        other.get(place)
    _, society = stage.tenant("society")
    begun = society.post("/v1/book-accruals")
    assert society.wait(begun["job_id"])["state"] == "done"
