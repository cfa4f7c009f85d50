"""The pages of a studio over real decisions: what they say, and to whom they say nothing."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from api.web.texts import text
from tests.flows.test_declared_first import declare
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, submit, voice_sample

FILM = medium(20_000, ("anna", "voice", 1_000, 9_000), ("the barkeeper", "face", 10_000, 17_000))
NO_FILM = b"no film at all"


@dataclass(frozen=True)
class Hall:
    stage: Stage
    studio: Client
    studio_id: str
    anna: Person
    mine: httpx2.Client
    theirs: httpx2.Client

    def cut(self, title: str = "Night Train", label: str = "Feature") -> str:
        work = self.studio.post("/v1/works", {"title": title, "level": "film"})
        body = {"label": label, "format": "feature", "language": "de"}
        return str(self.studio.post(f"/v1/works/{work['id']}/cuts", body)["id"])

    def decided(self, cut_id: str, film: bytes = FILM, **changes: object) -> str:
        use = {"performer_id": self.anna.id, "kind": "synthesise_voice"}
        made = submit(self.stage, self.studio, cut_id, film, declaration(use, **changes))
        return str(made["id"])

    def handed_in(self, cut_id: str, film: bytes) -> None:
        """A file that waits for its scan."""
        body = {
            "cut_id": cut_id,
            "upload_id": self.studio.upload(self.stage.file(f"{cut_id}.mp4", film)),
            "filename": "film.mp4",
            "declaration": declaration(),
        }
        self.studio.post("/v1/submissions", body)

    def page(self, path: str, lang: str = "en") -> str:
        joint = "&" if "?" in path else "?"
        answer = self.mine.get(f"{path}{joint}lang={lang}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def hall(stage: Stage) -> Iterator[Hall]:
    studio_id, studio = stage.tenant("studio")
    other_id, _ = stage.tenant("studio", "Another")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    with open_registry(stage.settings) as world:
        mine = stage.http(seat(world.db, studio_id, Role.STUDIO).token)
        theirs = stage.http(seat(world.db, other_id, Role.STUDIO).token)
    yield Hall(stage, studio, studio_id, anna, mine, theirs)
    mine.close()
    theirs.close()


def test_a_cut_is_told_from_the_first_file_to_the_certificate(hall: Hall) -> None:
    cut = hall.cut()
    assert "Nothing has been handed in" in hall.page(f"/cuts/{cut}")
    submission = hall.decided(cut)
    refused = hall.page(f"/cuts/{cut}")
    assert "REFUSED" in refused
    assert "Unknown person 1" in refused
    assert f"/v1/submissions/{submission}/media" in refused
    (figure,) = hall.studio.get("/v1/figures")
    answer = {"answer": "extra", "reference": "R-7"}
    hall.studio.post(f"/v1/figures/{figure['id']}/answer", answer)
    assert "Your answer is being taken into account" in hall.page(f"/cuts/{cut}")
    hall.stage.run_jobs()
    assert "Your answer is being taken" not in hall.page(f"/cuts/{cut}")
    hall.anna.license(hall.studio_id)
    decision = hall.studio.post(f"/v1/submissions/{submission}/clearances", {})
    assert decision["verdict"] == "CLEARED"
    hall.studio.post(f"/v1/clearances/{decision['id']}/certificate", {})
    cleared = hall.page(f"/cuts/{cut}")
    assert "You may release this cut" in cleared
    assert "A cloned voice in every work of this studio" in cleared
    assert 'class="qr"' in cleared
    assert text("de", "clearance.sentence.CLEARED") in hall.page(f"/cuts/{cut}", "de")


def test_what_is_under_way_says_how_far_it_is_and_asks_again(hall: Hall) -> None:
    cut = hall.cut()
    body = {"cut_id": cut, "filename": "film.mp4", "declaration": declaration()}
    body["upload_id"] = hall.studio.upload(hall.stage.file("film.mp4", FILM))
    hall.studio.post("/v1/submissions", body)
    assert "<span data-open>" in hall.page(f"/cuts/{cut}")
    hall.stage.run_jobs()
    assert "data-open" not in hall.page(f"/cuts/{cut}")


def test_between_the_search_and_the_decision_the_page_still_asks_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = hall.cut()
    body = {"cut_id": cut, "filename": "film.mp4", "declaration": declaration()}
    body["upload_id"] = hall.studio.upload(hall.stage.file("film.mp4", FILM))
    hall.studio.post("/v1/submissions", body)

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as worker, pytest.raises(SystemExit):
        worker.setattr("api.pipeline.clear_and_accrue", killed)
        hall.stage.run_jobs()
    page = hall.page(f"/cuts/{cut}")
    assert "progress" not in page
    assert "<span data-open>" in page


def test_the_calendar_puts_first_what_holds_up_the_next_release(hall: Hall) -> None:
    late, soon, waiting = hall.cut("Late"), hall.cut("Soon"), hall.cut("Waiting")
    quiet = medium(5_000)
    hall.decided(late, release_at="2031-05-01")
    hall.decided(soon, release_at="2031-01-01")
    submit(hall.stage, hall.studio, hall.cut("Free"), quiet, declaration())
    board = hall.page("/studio")
    lede = board.split('class="lede"')[1].split("</p>")[0]
    assert "Soon" in lede
    # What holds it up is told with who it is about, and leads to the place on the cut's page.
    why = board.split('class="lede"')[1].split("</p>")[1]
    assert "Anna: " in why
    assert "There is no licence from this performer to you." in why
    place = why.partition('href="')[2].partition('"')[0]
    assert f'id="{place.partition("#")[2]}"' in hall.page(place.partition("#")[0])
    assert board.index(">Free</a>") < board.index(">Soon</a>") < board.index(">Late</a>")
    blocked = hall.page("/studio?shelf=blocked&title=la")
    assert ">Late</a>" in blocked
    assert ">Soon</a>" not in blocked
    assert f"/cuts/{waiting}" in hall.page("/studio?shelf=waiting")


def test_what_has_no_answer_yet_says_how_far_each_is_and_what_failed_alone(hall: Hall) -> None:
    cuts = [hall.cut(f"Film {number}") for number in range(4)]
    for cut, film in zip(cuts[:2], (NO_FILM, FILM), strict=True):
        hall.handed_in(cut, film)
        if film is not FILM:
            hall.stage.run_jobs()
    rows = hall.page("/studio?shelf=waiting&limit=3").split('id="waiting"')[1].split("<li>")[1:]
    assert [f"Film {number}" in row for number, row in enumerate(rows)] == [True] * 3
    assert "Not looked through" in rows[0]
    assert 'class="fault"' in rows[0]
    assert "Waits for its turn" in rows[1]
    assert "data-open" in rows[1]
    assert "No file yet" in rows[2]
    after = rows[2].partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert "Film 3" in hall.page(after.replace("&amp;", "&"))
    assert "wartet" in hall.page("/studio?shelf=waiting", "de").lower()


def test_an_answer_about_an_earlier_file_says_so(hall: Hall) -> None:
    cut = hall.cut()
    submit(hall.stage, hall.studio, cut, medium(5_000), declaration())
    warning = "This answer is of an earlier file."
    shown = hall.page(f"/cuts/{cut}")
    assert "badge CLEARED" in shown and warning not in shown
    hall.handed_in(cut, NO_FILM)
    assert warning in hall.page(f"/cuts/{cut}")
    hall.stage.run_jobs()
    failed = hall.page(f"/cuts/{cut}")
    assert warning in failed and "could not be looked at" in failed
    assert "gilt einer früheren Datei" in hall.page(f"/cuts/{cut}", "de")
    assert "of an earlier file: film.mp4 has no answer" in hall.page("/studio?shelf=all")
    (listed,) = hall.studio.pages("/v1/releases", shelf="all")
    assert (listed["verdict"], listed["newer_file"]) == ("CLEARED", "film.mp4")
    hall.handed_in(cut, medium(6_000))
    hall.stage.run_jobs()
    assert warning not in hall.page(f"/cuts/{cut}")
    (listed,) = hall.studio.pages("/v1/releases", shelf="all")
    assert listed["newer_file"] is None


def test_a_person_leads_to_every_cut_with_them(hall: Hall) -> None:
    cut, other = hall.cut(), hall.cut("Quiet")
    hall.decided(cut)
    submit(hall.stage, hall.studio, other, medium(5_000), declaration())
    address = f"/studio?shelf=all&amp;person={hall.anna.id}"
    shown = hall.page(f"/cuts/{cut}")
    assert shown.count(f'<a href="{address}"') >= 4  # the table, what is missing, a lane, evidence
    declared = shown.split(text("en", "declare.origins"))[1]
    assert f'<a href="{address}">Anna</a>' in declared
    assert f"<code>{hall.anna.id}" not in declared
    # Of who is in none of the studio's films, and licensed nothing to it, no name is put to an id.
    silent, berta = hall.cut("Silent"), Person.add(hall.anna.agency, "Berta")
    use = {"performer_id": berta.id, "kind": "synthesise_voice"}
    hall.decided(silent, medium(5_000), uses=[use])
    page = hall.page(f"/cuts/{silent}")
    assert f"<code>{berta.id}" in page and "Berta" not in page
    assert "All cuts with Anna" in shown
    board = hall.page(address.replace("&amp;", "&"))
    assert f'<option value="{hall.anna.id}">Anna</option>' in board
    assert ">Night Train</a>" in board
    assert ">Quiet</a>" not in board
    (figure,) = hall.studio.get("/v1/figures")
    answer = {"answer": "performer", "performer_id": hall.anna.id}
    hall.studio.post(f"/v1/figures/{figure['id']}/answer", answer)
    assert f'<a href="{address}"' in hall.page("/questions?answered=true")


def test_the_calendar_is_paged_and_its_table_holds_every_row(hall: Hall) -> None:
    for number in range(3):
        hall.decided(hall.cut(f"=Film {number}"), medium(2_000), release_at="2031-01-01")
    seen, address = [], "/studio?limit=1"
    while address:
        shown = hall.page(address)
        seen += [name for name in ("Film 0", "Film 1", "Film 2") if f"={name}</a>" in shown]
        after = shown.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        more = 'rel="next"' in shown
        address = after.replace("&amp;", "&") + "&limit=1" if more else ""
    assert sorted(seen) == ["Film 0", "Film 1", "Film 2"]
    answer = hall.mine.get("/studio/releases.csv?shelf=all")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) == 4
    assert all(row[1].startswith("'=Film") for row in rows[1:])


def test_works_show_what_is_declared_above_and_what_stands_below(hall: Hall) -> None:
    series = hall.studio.post("/v1/works", {"title": "Night Shift", "level": "series"})["id"]
    body = {"title": "Episode 1", "level": "episode", "parent_id": series}
    episode = hall.studio.post("/v1/works", body)["id"]
    declared = {"territories": ["AT"], "uses": [{"performer_id": hall.anna.id, "kind": "edit"}]}
    hall.studio.post(f"/v1/works/{series}/declaration", {"declaration": declared})
    assert "Episode 1" in hall.page(f"/works/{series}")
    below = hall.page(f"/works/{episode}")
    assert f"/works/{series}#declared" in below
    assert hall.anna.id in below
    assert "Night Shift" in hall.page("/works")
    assert "What the series declares" in hall.page(f"/studio/new?work={episode}")


def test_a_question_is_asked_once_for_all_cuts_and_an_answer_can_be_taken_back(hall: Hall) -> None:
    series = hall.studio.post("/v1/works", {"title": "Night Shift", "level": "series"})["id"]
    for number in (1, 2):
        body = {"title": f"Episode {number}", "level": "episode", "parent_id": series}
        episode = hall.studio.post("/v1/works", body)["id"]
        cut = {"label": "Vertical", "format": "vertical", "language": "de"}
        cut_id = hall.studio.post(f"/v1/works/{episode}/cuts", cut)["id"]
        film = medium(20_000, ("the barkeeper", "face", 1_000, 9_000 + number))
        submit(hall.stage, hall.studio, cut_id, film, declaration())
    asked = hall.page("/questions")
    assert "One new face or voice waits" in asked
    assert "in 2 cuts" in asked
    (figure,) = hall.studio.get("/v1/figures")
    answer = {"answer": "extra", "reference": "R-9"}
    hall.studio.post(f"/v1/figures/{figure['id']}/answer", answer)
    assert "No question is open" in hall.page("/questions")
    assert "R-9" in hall.page("/questions?answered=true")
    assert "Night Shift" not in hall.theirs.get("/questions?answered=true").text


def test_a_voice_too_short_to_judge_stands_apart_and_still_holds_its_cut_up(hall: Hall) -> None:
    short, seen = ("a guest", "voice", 1_000, 1_600), ("the barkeeper", "face", 4_000, 9_000)
    cut = hall.cut()
    submit(hall.stage, hall.studio, cut, medium(20_000, short, seen), declaration())
    asked = hall.page("/questions")
    assert "One new face or voice waits" in asked
    assert "One voice is too short to judge" in asked.partition("<details")[2]
    (face,) = (one["id"] for one in hall.studio.get("/v1/figures") if one["modality"] == "face")
    assert f'action="/v1/figures/{face}' not in asked.partition('class="tool"')[2]
    answer = {"answer": "extra", "reference": "R-9"}
    hall.studio.post(f"/v1/figures/{face}/answer", answer)
    hall.stage.run_jobs()
    assert "Only voices that are too short" in hall.page("/questions")
    assert "Eine Stimme ist zu kurz" in hall.page("/questions", "de")
    (release,) = hall.studio.get("/v1/releases", shelf="all")["items"]
    assert release["verdict"] == "REVIEW"


def test_questions_are_paged_at_the_database_and_each_comes_once(hall: Hall) -> None:
    people = [(f"guest {n}", "face", 2_000 * n, 2_000 * n + 1_500) for n in range(5)]
    submit(hall.stage, hall.studio, hall.cut(), medium(20_000, *people), declaration())
    figures = [each["id"] for each in hall.studio.get("/v1/figures")]
    assert len(figures) == 5
    hall.studio.post(f"/v1/figures/{figures[0]}/merge", {"into": figures[4]})
    answer = {"answer": "extra", "reference": "R-1"}
    hall.studio.post(f"/v1/figures/{figures[1]}/answer", answer)

    def listed(address: str) -> list[str]:
        seen = []
        while address:
            shown = hall.page(address)
            seen += [each for each in figures if f"/v1/figures/{each}/answer" in shown]
            after = shown.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            more = 'rel="next"' in shown
            address = after.replace("&amp;", "&") + "&limit=1" if more else ""
        return seen

    assert listed("/questions?limit=1") == [figures[4], figures[3], figures[2]]
    assert listed("/questions?answered=true&limit=1") == [figures[1]]


def test_keys_are_shown_to_who_looks_after_them_and_the_pipeline_to_all(hall: Hall) -> None:
    shown = hall.page("/studio/keys")
    assert "/v1/uploads | jq -r .id" in shown
    assert "Your administrator can do this." in shown
    with open_registry(hall.stage.settings) as world:
        token = seat(world.db, hall.studio_id, Role.ADMIN).token
    with hall.stage.http(token) as boss:
        assert 'data-shown-once="/v1/webhooks"' in boss.get("/studio/keys").text


def test_nothing_of_a_studio_is_shown_to_another(hall: Hall) -> None:
    cut = hall.cut()
    submission = hall.decided(cut)
    work = hall.studio.get(f"/v1/cuts/{cut}")["work_id"]
    for path in (
        f"/cuts/{cut}",
        f"/works/{work}",
        f"/studio/new?cut={cut}",
        f"/studio/new?work={work}",
        f"/v1/submissions/{submission}/media",
    ):
        assert hall.theirs.get(path).status_code == 404, path
    for path in ("/studio?shelf=all", "/studio?shelf=waiting", "/works", "/studio/releases.csv"):
        assert "Night Train" not in hall.theirs.get(path).text


def test_the_file_is_played_in_parts_and_as_it_was_handed_in(hall: Hall) -> None:
    submission = hall.decided(hall.cut())
    path = f"/v1/submissions/{submission}/media"
    whole = hall.mine.get(path)
    assert (whole.status_code, whole.content) == (200, FILM)
    part = hall.mine.get(path, headers={"Range": "bytes=5-11"})
    assert (part.status_code, part.content) == (206, FILM[5:12])
    assert part.headers["content-range"] == f"bytes 5-11/{len(FILM)}"
    assert part.headers["content-type"] == "video/mp4"
    beyond = hall.mine.get(path, headers={"Range": f"bytes={len(FILM)}-"})
    assert beyond.status_code == 416


def test_a_file_is_deleted_and_what_was_found_in_it_stays(hall: Hall) -> None:
    submission = hall.decided(hall.cut())
    found = hall.studio.get(f"/v1/submissions/{submission}/findings")
    for _ in range(2):
        assert hall.studio.post(f"/v1/submissions/{submission}/media/removal")["id"] == submission
    assert hall.mine.get(f"/v1/submissions/{submission}/media").status_code == 404
    assert hall.studio.get(f"/v1/submissions/{submission}/findings") == found
    with pytest.raises(Refused, match="no longer kept"):
        hall.studio.post(f"/v1/submissions/{submission}/scans")


ALONE = medium(20_000, ("anna", "voice", 1_000, 9_000))


def test_who_was_found_and_not_declared_is_declared_where_it_is_said(hall: Hall) -> None:
    cut = hall.cut()
    made = submit(hall.stage, hall.studio, cut, ALONE, declaration())
    page = hall.page(f"/cuts/{cut}")
    assert 'href="#doubts"' in page and "Anna was found (voice)" in page
    assert 'value="confirmed"' not in page  # nobody doubts it
    options = re.findall(r'<option value="([{][^"]*)"[^>]*>([^<]*)</option>', page)
    said = {word: json.loads(html.unescape(value)) for value, word in options}
    chosen = said["synthesised voice"]
    assert chosen["uses"] == [{"performer_id": hall.anna.id, "kind": "synthesise_voice"}]
    assert chosen["release_at"] == declaration()["release_at"]
    hall.anna.license(hall.studio_id)
    hall.studio.post(f"/v1/submissions/{made['id']}/declaration", {"declaration": chosen})
    page = hall.page(f"/cuts/{cut}")
    assert "CLEARED" in page and "#doubts" not in page


def test_asking_whoever_says_never_is_not_what_the_page_leads_to(hall: Hall) -> None:
    cut = hall.cut()
    hall.decided(cut, ALONE)
    assert 'class="button primary" href="#missing"' in hall.page(f"/cuts/{cut}")
    declare(hall.anna, never=["synthesise_voice"])
    hall.decided(cut, ALONE)
    page = hall.page(f"/cuts/{cut}")
    assert 'class="button primary" href="#missing"' not in page
    assert "Asking leads nowhere" in page and "Ask all the same" in page


def test_whom_the_studio_knows_is_named_where_the_film_does_not_show_them(hall: Hall) -> None:
    hall.decided(hall.cut("Before"), ALONE)
    cut = hall.cut("After")
    hall.decided(cut, medium(20_000, ("the barkeeper", "face", 10_000, 17_000)))
    page = hall.page(f"/cuts/{cut}")
    assert "synthesised voice of performer Anna" in page
    assert f"of performer {hall.anna.id}" not in page
    asked = {
        "performer_ids": [hall.anna.id],
        "tariff": {"kind": "per_minute", "rate": "1", "currency": "EUR"},
    }
    clearance = hall.studio.get("/v1/clearances", cut_id=cut)["items"][0]["id"]
    (request,) = hall.studio.post(f"/v1/clearances/{clearance}/requests", asked)
    agency = hall.anna.agency
    agency.post(f"/v1/requests/{request['id']}/end")
    inbox = hall.page("/inbox")
    assert "The side of Anna refuses" in inbox
    assert hall.anna.id not in re.sub(r'href="[^"]*"', "", inbox)
