"""Usage files through the interface: at once and as a job, by mapping, with rejects to mend."""

from pathlib import Path

import pytest

from api.client import Client, Refused
from tests.simulators.stage import THIS_MONTH, Stage

GERMAN = "Videonummer;Land;Monat;Aufrufe;Titel\n"


def upload(client: Client, folder: Path, text: str) -> str:
    file = folder / "usage.csv"
    file.write_text(text, "utf-8")
    return client.upload(file)


def a_cut(studio: Client) -> str:
    work = studio.post("/v1/works", {"title": "A series", "level": "series"})
    made = studio.post(
        f"/v1/works/{work['id']}/cuts", {"label": "v1", "format": "vertical", "language": "de"}
    )
    return str(made["id"])


def test_a_report_is_taken_in_and_its_rejects_are_mended(stage: Stage, tmp_path: Path) -> None:
    _, studio = stage.tenant("studio")
    _, other = stage.tenant("studio")
    cut_id = a_cut(studio)
    text = (
        f"cut_id,territory,period,views\n{cut_id},DE,{THIS_MONTH},5\n{cut_id},QQ,{THIS_MONTH},7\n"
    )
    body = {"upload_id": upload(studio, tmp_path, text)}
    report = studio.post("/v1/usage-imports", body)
    assert (report["accepted"], report["rejected"], report["form"]) == (1, 1, "csv")
    place = f"/v1/usage-imports/{report['import_id']}"
    kept = studio.fetch(f"{place}/rejects").decode()
    assert kept.splitlines()[0].endswith("ebenbild_line,ebenbild_column,ebenbild_cause")
    again = upload(studio, tmp_path, kept.replace("QQ", "AT"))
    assert studio.post("/v1/usage-imports", {"upload_id": again})["accepted"] == 1
    with pytest.raises(Refused, match="no such import"):
        other.get(place)
    with pytest.raises(Refused, match="no such import"):
        other.fetch(f"{place}/rejects")
    assert [item["accepted"] for item in studio.get("/v1/usage-imports")["items"]] == [1, 1]


def test_lines_are_told_with_the_ids_that_corrections_name(stage: Stage, tmp_path: Path) -> None:
    _, studio = stage.tenant("studio")
    _, other = stage.tenant("studio")
    cut_id = a_cut(studio)
    lines = "".join(f"{cut_id},{place},{THIS_MONTH},5\n" for place in ("DE", "AT", "CH"))
    text = f"cut_id,territory,period,views\n{lines}"
    studio.post("/v1/usage-imports", {"upload_id": upload(studio, tmp_path, text)})

    def told(client: Client, **asked: str) -> list[dict[str, str]]:
        asked["cut_id"] = cut_id
        found = [one["cells"] for one in client.pages("/v1/usage-lines", limit=2, **asked)]
        return sorted(found, key=lambda one: one["territory"])

    first = told(studio)
    assert [one["territory"] for one in first] == ["AT", "CH", "DE"]
    assert told(other) == told(studio, period="2020-01") == []
    changed = [{**first[0], "views": "6"}, *first[1:]]
    rows = "".join(",".join(one.values()) + "\n" for one in changed)
    body = {"upload_id": upload(studio, tmp_path, f"{','.join(first[0])}\n{rows}")}
    report = studio.post("/v1/usage-imports", body)
    assert (report["accepted"], report["duplicates"], report["overlapping"]) == (1, 2, 0)
    assert [one["views"] for one in told(studio, period=THIS_MONTH)] == ["6", "5", "5"]


def test_a_job_takes_a_senders_report_in_by_its_mapping(stage: Stage, tmp_path: Path) -> None:
    _, studio = stage.tenant("studio")
    cut_id = a_cut(studio)
    named = {"scheme": "title_id", "value": "them:abc"}
    studio.post(f"/v1/cuts/{cut_id}/identifiers", named)
    asked = {"sender": "them", "headings": GERMAN.strip().split(";")}
    guessed = studio.post("/v1/usage-mapping-guesses", asked)
    assert guessed["not_read"] == ["Videonummer", "Titel"]
    mapping = guessed["mapping"]
    mapping["columns"]["title_id"] = "Videonummer"
    studio.post("/v1/usage-mappings", {"mapping": mapping})
    assert [item["sender"] for item in studio.get("/v1/usage-mappings")] == ["them"]
    lines = [f"them:{name};de;11/2026;{n};x" for n, name in enumerate(("abc", "abc", "def"))]
    text = GERMAN + "\n".join(lines)
    body = {"upload_id": upload(studio, tmp_path, text), "sender": "them", "background": True}
    begun = studio.post("/v1/usage-imports", body)
    assert begun["running"]
    job = studio.wait(begun["job_id"])
    assert (job["state"], job["kind"]) == ("done", "usage")
    place = f"/v1/usage-imports/{begun['import_id']}"
    report = studio.get(place)
    assert (report["lines"], report["accepted"], report["rejected"]) == (3, 2, 1)
    assert (report["running"], report["rejects_kept"]) == (False, True)
    assert "them:def" in studio.fetch(f"{place}/rejects").decode()
    studio.post("/v1/usage-mappings/them/removal")
    with pytest.raises(Refused, match="first line"):
        studio.post("/v1/usage-imports", {**body, "upload_id": upload(studio, tmp_path, text)})


def test_without_the_scope_nothing_is_taken_in(stage: Stage, tmp_path: Path) -> None:
    _, agency = stage.tenant("agency")
    with pytest.raises(Refused):
        agency.post("/v1/usage-imports", {"upload_id": "upl_none", "sender": "Not A Name"})
