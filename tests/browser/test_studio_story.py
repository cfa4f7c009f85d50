"""A studio's whole way in a browser: a film dropped, refused, asked about, granted, certified.

The performer's side answers by the API; the engine is the small one, so that what is found is
certain. Once in English on a desk by keyboard, once in German on a phone.
"""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.cli.signing import signature
from tests.browser.chromium import DESK, PHONE, Chromium, has_value
from tests.browser.registry import Registry
from tests.browser.studios import FILM_MS, LATER, STRANGER, VOICE, Studio
from tests.simulators.small_engine import medium


def said(page: Any, verdict: str) -> None:
    """The answer on top of the page."""
    page.wait_for_selector(f".lede .{verdict.split()[0]}")


def handed_in(page: Any, studio: Studio, film: Path) -> None:
    """Drop a film and declare Anna's cloned voice in it, field by field."""
    page.goto(f"{studio.registry.url}/studio")
    page.click(".empty a.button")
    page.wait_for_url("**/studio/new*")
    page.set_input_files("#file", film)
    page.fill("#work-title", "Nachtzug")
    page.fill("#release_at", "2030-10-01")
    page.fill("#territories", "DE AT")
    page.select_option("#medium", "film")
    page.fill("#language", "de")
    page.click("[data-add-cast]")
    page.fill("[data-cast] [data-use-of=performer_id]", studio.anna.id)
    page.select_option("[data-cast] [data-use-of=kind]", "synthesise_voice")
    page.select_option("#ai-voice", "generated")
    page.check("[name=ai_labelled]")
    page.click("[data-hand-in] button.primary")
    page.wait_for_url("**/cuts/cut_*")


def granted(studio: Studio) -> None:
    """The performer's side accepts what was asked, word for word, and Anna signs it."""
    agency = studio.anna.agency
    (asked,) = agency.get("/v1/requests")["items"]
    offer = {name: asked["offer"][name] for name in ("version", "digest")}
    agency.post(f"/v1/requests/{asked['id']}/acceptance", offer)
    draft = agency.post(f"/v1/requests/{asked['id']}/licence-draft")
    agency.post(f"/v1/licences/{draft['id']}/signature", signature(studio.anna.key, draft))


def looked_at(page: Any, *, keys: bool) -> None:
    """Open what a span rests on: by keys on the timeline, by a touch on the time in the list."""
    if keys:
        page.wait_for_selector("[data-scroller] svg")  # drawn by what listens to the keys
        page.focus("[data-scroller]")
        for key in ("ArrowRight", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        assert "00:21" in page.inner_text("[data-now]")
        assert page.evaluate("document.activeElement.id") == "told"
    else:
        assert not page.is_visible("[data-lanes]")
        page.click("[data-play] >> nth=0")
    page.wait_for_selector("#told h3:has-text('Anna')")
    page.wait_for_selector("#told .REFUSED")


@pytest.mark.parametrize(("lang", "size"), [("en", DESK), ("de", PHONE)])
def test_from_a_dropped_film_to_its_certificate(
    lang: str, size: dict[str, int], chromium: Chromium, registry: Registry, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    with (
        closing(Studio.make(registry, f"Studio {lang}")) as studio,
        chromium.page(lang=lang, size=size) as page,
    ):
        heard = [(studio.voice, *part[1:]) for part in (VOICE, LATER)]
        film.write_bytes(medium(FILM_MS, *heard, (f"{lang} barkeeper", *STRANGER[1:])))
        studio.joined(page, f"mara.{lang}@example.org")
        handed_in(page, studio, film)
        page.wait_for_selector("#live progress")
        studio.work_off()
        said(page, "REFUSED")
        looked_at(page, keys=size is DESK)
        page.click("#who summary >> nth=1")
        page.fill("#who [name=reference] >> nth=0", "R-2030-7")
        page.click("#who form:has([value=extra]) button")
        page.wait_for_selector("p#live")
        page.fill("#missing textarea", "For the trailer")
        page.evaluate("document.activeElement.blur()")
        studio.work_off()
        page.wait_for_selector("#who", state="detached")
        has_value(page, "#missing textarea", "For the trailer")  # the page came anew
        page.fill("#missing [name='tariff.rate']", "0,25" if lang == "de" else "0.25")
        page.click("#missing form button")
        page.wait_for_selector("#missing .badge.ask")
        granted(studio)
        studio.work_off()
        page.reload()
        said(page, "CLEARED")
        page.click("#certificate form button")
        page.wait_for_selector("#certificate svg.qr")
        page.click("#certificate .pick a >> nth=0")
        page.wait_for_url("**/certificates/crt_*")
        assert page.locator(".verdict.CLEARED").count() == 1
        page.goto(f"{registry.url}/studio")
        assert page.locator("tbody .badge.CLEARED").count() == 1


def test_many_releases_are_decided_again_at_once_and_a_question_is_answered_for_all(
    chromium: Chromium, registry: Registry
) -> None:
    with closing(Studio.make(registry, "Haus")) as studio, chromium.page(lang="de") as page:
        series = studio.work("Nachtschicht")
        for number in (1, 2):
            cut = studio.cut(studio.work(f"Folge {number}", "episode", series))
            studio.hand_in(cut, STRANGER, declared=studio.declared())
        studio.work_off()
        studio.joined(page, "tom@example.org")
        page.goto(f"{registry.url}/questions")
        page.click("summary >> nth=1")
        page.fill("[name=reference] >> nth=0", "R-1")
        page.click("form:has([value=extra]) button")
        page.wait_for_selector(".empty")
        studio.work_off()
        page.goto(f"{registry.url}/studio")
        assert page.locator("tbody .badge.CLEARED").count() == 2
        # By keys alone: the first box, Shift and an arrow for the second, then the act.
        page.focus("[data-pick] >> nth=0")
        page.keyboard.press("Space")
        page.keyboard.press("Shift+ArrowDown")
        assert page.inner_text("[data-bulk] [role=status]").startswith("2 ")
        page.select_option("#act", "release")
        page.fill("#release_at", "2031-03-01")
        page.click("[data-bulk-do]")
        page.wait_for_url("**/studio/bulks/blk_*")
        assert page.locator("#far progress").count() == 1
        studio.work_off()
        page.wait_for_selector("#far progress", state="detached")
        assert page.locator("#cuts .badge.good").count() == 2
        page.goto(f"{registry.url}/studio?week=2031-W09&order=title&work={series}")
        assert page.locator("tbody .badge.CLEARED").count() == 2
        page.goto(f"{registry.url}/works/{series}")
        page.click(".actions a.quiet")
        page.wait_for_url("**/studio?shelf=all&work=wrk_*")


def test_who_was_found_and_not_declared_is_declared_in_two_presses(
    chromium: Chromium, registry: Registry
) -> None:
    with (
        closing(Studio.make(registry, "Nachtrag")) as studio,
        chromium.page(lang="de", size=PHONE) as page,
    ):
        cut = studio.cut(studio.work("Nachtrag", "film"))
        studio.hand_in(cut, (studio.voice, *VOICE[1:]), declared=studio.declared())
        studio.work_off()
        studio.joined(page, "nachtrag@example.org")
        page.goto(f"{registry.url}/cuts/{cut}")
        page.click(".actions a[href='#doubts']")
        page.select_option("#doubts select", label="eigene Darbietung")
        page.click("#doubts button.primary")
        page.fill("#doubts [name$=engagement_ref]", "V-2030-7")
        page.click("#doubts button.primary")
        said(page, "CLEARED")
