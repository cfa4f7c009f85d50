"""The pages of a performer's side: what they show, to whom, and what they keep to themselves."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from api.cli.signing import signature
from api.client import Client
from api.opening import open_registry
from api.roles import Role
from core.clock import utc_now
from royalties import ledger
from royalties.accounts import payable
from royalties.models_books import Posting, TransactionKind
from royalties.service.books import Clerk
from royalties.store.ledger import add_transactions
from tests.simulators.amounts import dead_ends
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample


@dataclass
class Sides:
    """A studio, an agency with a performer, and somebody of the agency with a browser."""

    stage: Stage
    studio_id: str
    studio: Client
    agency_id: str
    agency: Client
    anna: Person
    browser: httpx2.Client

    def sit(self, tenant_id: str, *roles: Role) -> httpx2.Client:
        with open_registry(self.stage.settings) as world:
            return self.stage.http(seat(world.db, tenant_id, *roles).token)

    def found(self, **declared: object) -> str:
        """Anna's voice is found in a new film; the use's id."""
        film = medium(20_000, ("anna", "voice", 0, 15_000))
        use = {"performer_id": self.anna.id, "kind": "synthesise_voice"}
        made = submit(
            self.stage, self.studio, new_cut(self.studio), film, declaration(use, **declared)
        )
        self.studio.post(f"/v1/submissions/{made['id']}/clearances")
        return str(self.agency.get("/v1/found-uses")["items"][0]["use_id"])


TODAY = {"release_at": f"{utc_now():%Y-%m-%d}"}


@pytest.fixture
def sides(stage: Stage) -> Iterator[Sides]:
    studio_id, studio = stage.tenant("studio", "Studio Light")
    agency_id, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    made = Sides(stage, studio_id, studio, agency_id, agency, anna, stage.http())
    made.browser = made.sit(agency_id, Role.PERFORMER)
    yield made


def enrolled(sides: Sides) -> None:
    sides.anna.enrol(
        sides.stage.file("anna.wav", voice_sample("anna")), purposes=("matching", "licensing")
    )


def test_whoever_begins_reads_what_comes_next(sides: Sides) -> None:
    page = sides.browser.get("/me").text
    assert "No new use this week" in page
    assert "You are not searched for yet." in page
    assert f"/me/performers/{sides.anna.id}/consent" in page
    empty = sides.sit(sides.stage.tenant("performer")[0], Role.PERFORMER).get("/me/uses")
    assert "Nobody to act for yet" in empty.text


def test_whoever_comes_back_to_a_consent_goes_on_with_the_one_that_was_signed(sides: Sides) -> None:
    """By the browser's back button, say: a second one would lie there without samples."""
    path = f"/me/performers/{sides.anna.id}/consent"
    assert "A consent was signed" not in sides.browser.get(path).text
    begun = sides.anna.consent("voice")
    page = sides.browser.get(path).text
    assert "A consent was signed" in page
    assert f'href="/me/enrol/{begun}?lang=en"' in page
    sides.anna.hand_in(begun, sides.stage.file("anna.wav", voice_sample("anna")))
    assert "A consent was signed" not in sides.browser.get(path).text


def test_a_use_opens_down_to_its_licence_and_its_money(sides: Sides) -> None:
    enrolled(sides)
    sides.anna.license(sides.studio_id)
    use_id = sides.found(**TODAY)
    cut_id = sides.studio.get("/v1/cuts")["items"][0]["id"]
    report = f"cut_id,territory,period,views\n{cut_id},DE,{utc_now():%Y-%m},1200\n"
    upload = sides.studio.upload(sides.stage.file("u.csv", report.encode()))
    sides.studio.post("/v1/usage-imports", {"upload_id": upload})
    sides.stage.run_jobs()
    assert sides.studio.post("/v1/accruals", {})["new"] == 1

    home = sides.browser.get("/me").text
    assert "One new use this week, and it is allowed" in home
    page = sides.browser.get(f"/me/uses/{use_id}").text
    for words in ("Night Train", "Studio Light", "00:00.0", "15.0", "1,200", "0.0625 EUR"):
        assert words in page, words
    german = sides.browser.get(f"/me/uses/{use_id}?lang=de").text
    assert "lizenziert" in german
    assert "0,0625 EUR" in german


def test_a_title_is_told_once_it_is_out(sides: Sides) -> None:
    enrolled(sides)
    use_id = sides.found()
    for path in ("/me", "/me/uses", f"/me/uses/{use_id}"):
        page = sides.browser.get(path).text
        assert "Night Train" not in page
        assert "A title that is not out yet" in page
        assert "/evidence" not in page


def test_not_me_is_said_and_taken_back(sides: Sides) -> None:
    enrolled(sides)
    use_id = sides.found(**TODAY)
    address = f"/me/uses/{use_id}"
    [match_id, *_] = sides.agency.get("/v1/found-uses")["items"][0]["match_ids"]
    assert f'data-act="/v1/matches/{match_id}/reviews"' in sides.browser.get(address).text
    for one in sides.agency.get("/v1/found-uses")["items"][0]["match_ids"]:
        said = sides.agency.post(f"/v1/matches/{one}/reviews", {"verdict": "rejected"})
    page = sides.browser.get(address).text
    assert "You said: that is not me." in page
    assert "no longer counted" in page
    assert f'data-act="/v1/acts/{said["id"]}/undo"' in page
    assert "You were found nowhere so far" in sides.browser.get("/me/uses").text
    sides.agency.post(f"/v1/acts/{said['id']}/undo")
    assert "no longer counted" not in sides.browser.get(address).text


def test_nobody_else_reads_them(sides: Sides) -> None:
    enrolled(sides)
    use_id = sides.found(**TODAY)
    far = sides.sit(sides.stage.tenant("agency", "Elsewhere")[0], Role.PERFORMER)
    assert far.get(f"/me/uses/{use_id}").status_code == 404
    assert far.get(f"/me?for={sides.anna.id}").status_code == 404
    assert sides.sit(sides.studio_id, Role.STUDIO).get("/me").status_code == 403
    assert sides.sit(sides.agency_id, Role.AGENT).get(f"/me?for={sides.anna.id}").status_code == 404
    assert sides.browser.get("/me/uses/use_none").status_code == 404


def test_one_may_act_for_several_and_chooses(sides: Sides) -> None:
    bert = Person.add(sides.agency, "Bert")
    listed = sides.browser.get("/act-as").text
    assert all(name in listed for name in ("Anna", "Bert"))
    chosen = sides.browser.get(f"/me?for={bert.id}")
    assert "<strong>Bert</strong>" in chosen.text
    assert f"ebenbild-for={bert.id}" in chosen.headers["set-cookie"]
    kept = sides.browser.get("/me/uses", headers={"cookie": f"ebenbild-for={bert.id}"})
    assert "<strong>Bert</strong>" in kept.text
    stale = sides.browser.get("/me", headers={"cookie": "ebenbild-for=prf_gone"})
    assert stale.status_code == 200


def test_an_entry_of_the_inbox_opens_about_whom_it_is(sides: Sides) -> None:
    """Whoever was looked at last: by its link, and by its bare address from a mail or a program."""
    bert = Person.add(sides.agency, "Bert")
    asked = sides.studio.post("/v1/requests", {"terms": terms_of(sides)})[0]
    address = f"/me/requests/{asked['id']}"
    sides.browser.get(f"/me?for={bert.id}")
    inbox = sides.browser.get("/inbox").text
    (link, title) = re.findall(r'<h2><a href="([^"]+)">([^<]+)', inbox)[0]
    assert link == f"{address}?for={sides.anna.id}" and "asks for a licence" in title
    assert "ebenbild request" not in inbox
    kept = {"cookie": f"ebenbild-for={bert.id}"}
    for path in (link, address):
        opened = sides.browser.get(path, headers=kept)
        heading = re.search(r"<h1>.*?</h1>", opened.text, re.DOTALL)
        assert heading and "Anna" in heading[0]
        assert f"ebenbild-for={sides.anna.id}" in opened.headers["set-cookie"]
    told = sides.agency.get("/v1/notices")["items"][0]
    assert (told["page"], "ebenbild request show" in told["how"]) == (link, True)
    there = sides.studio.get("/v1/notices")["items"]
    assert all(item["page"] == "" for item in there)


def terms_of(sides: Sides, **changes: object) -> dict[str, object]:
    return {
        "performer_id": sides.anna.id,
        "licensee_id": sides.studio_id,
        "kinds": ["synthesise_voice"],
        "modalities": ["voice"],
        "territories": ["DE", "AT"],
        "languages": "*",
        "media": "*",
        "works": "*",
        "description": "Three trailers",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2036-01-01T00:00:00Z",
        "tariff": {"kind": "per_minute", "rate": "1.50", "currency": "EUR"},
        **changes,
    }


def test_a_licence_is_read_in_words_and_revoked(sides: Sides) -> None:
    enrolled(sides)
    empty = sides.browser.get("/me/licences").text
    assert "You have allowed nothing yet" in empty
    licence = sides.anna.license(sides.studio_id)
    sides.found(**TODAY)
    assert "One licence is in force" in sides.browser.get("/me/licences").text
    page = sides.browser.get(f"/me/licences/{licence['id']}").text
    for words in ("Studio Light", "synthesised voice", "0.25 EUR", "One use rests on it", "2036"):
        assert words in page, words
    assert "01.01.2036" in sides.browser.get(f"/me/licences/{licence['id']}?lang=de").text
    sides.agency.post(f"/v1/licences/{licence['id']}/revocation", {"reason": "No more"})
    page = sides.browser.get(f"/me/licences/{licence['id']}?lang=en").text
    assert "You revoked it on" in page
    assert "No more" in page
    assert "/revocation" not in page


def test_what_ends_with_a_licence_is_named_before_it_is_revoked(sides: Sides) -> None:
    enrolled(sides)
    broadcaster = sides.stage.tenant("studio", "Channel Nine")[0]
    parent = sides.anna.license(broadcaster, sublicensable=True)["id"]
    child = sides.anna.license(sides.studio_id, parent_licence_id=parent)["id"]
    use_id = sides.found(**TODAY)
    page = sides.browser.get(f"/me/licences/{parent}").text
    for words in ("One sublicence ends with it", f"/me/licences/{child}", "Studio Light", use_id):
        assert words in page, words
    assert "0 uses rest on it." in page
    assert "One use rests on it and is decided anew." in page
    # It is out today.
    assert "may stay out, but after this month it earns nothing more" in page
    german = sides.browser.get(f"/me/licences/{parent}?lang=de").text
    assert "Eine Unterlizenz endet mit ihr" in german
    sides.agency.post(f"/v1/licences/{parent}/revocation", {})
    ended = sides.browser.get(f"/me/licences/{child}?lang=en").text
    for words in ("It ended before its term", f"/me/licences/{parent}"):
        assert words in ended, words
    assert "/revocation" not in ended
    assert "You have allowed nothing yet" in sides.browser.get("/me/licences").text


def test_what_is_signed_is_shown_before_with_what_it_would_have_earned(sides: Sides) -> None:
    enrolled(sides)
    draft = sides.agency.post("/v1/licences", {"terms": terms_of(sides)})
    page = sides.browser.get(f"/me/drafts/{draft['id']}").text
    for words in ("What it would have earned", "1.50 EUR", "DE, AT", draft["document"]["id"]):
        assert words in page, words
    signed = signature(sides.anna.key, draft)
    sides.agency.post(f"/v1/licences/{draft['id']}/signature", signed)
    assert "This licence is signed" in sides.browser.get(f"/me/drafts/{draft['id']}").text


def test_terms_that_cannot_be_signed_are_refused_in_the_words_of_the_page(sides: Sides) -> None:
    terms = terms_of(sides, valid_until="2025-01-01T00:00:00Z")
    headers = {"Accept-Language": "de", "Idempotency-Key": "once"}
    answer = sides.browser.post("/v1/licences", json={"terms": terms}, headers=headers)
    assert answer.status_code == 422
    assert "Die Laufzeit endet, bevor sie beginnt." in answer.json()["detail"]


def test_a_contract_names_the_studios_that_are_known(sides: Sides) -> None:
    enrolled(sides)
    sides.found(**TODAY)
    assert "/me/licences/new/dubbing-enhancement" in sides.browser.get("/me/licences/new").text
    page = sides.browser.get("/me/licences/new/dubbing-enhancement").text
    assert f'<option value="{sides.studio_id}">Studio Light</option>' in page
    assert sides.browser.get("/me/licences/new/nothing").status_code == 404


def test_a_request_is_answered_from_its_page(sides: Sides) -> None:
    asked = sides.studio.post("/v1/requests", {"terms": terms_of(sides), "message": "Please?"})
    address = f"/me/requests/{asked[0]['id']}"
    assert address in sides.browser.get("/me").text
    assert "One request waits" in sides.browser.get("/me/licences").text
    page = sides.browser.get(address).text
    for words in ("Studio Light asks you", "Please?", "1.50 EUR", "/acceptance", "/end"):
        assert words in page, words
    offer = asked[0]["offer"]
    agreed = {"version": offer["version"], "digest": offer["digest"]}
    sides.agency.post(f"/v1/requests/{asked[0]['id']}/acceptance", agreed)
    assert "/licence-draft" in sides.browser.get(address).text
    sides.agency.post(f"/v1/requests/{asked[0]['id']}/end")
    assert "/undo" in sides.browser.get(address).text


def test_licences_and_requests_of_others_are_not_there(sides: Sides) -> None:
    asked = sides.studio.post("/v1/requests", {"terms": terms_of(sides)})
    licence = sides.anna.license(sides.studio_id)
    draft = sides.agency.post("/v1/licences", {"terms": terms_of(sides)})
    bert = Person.add(sides.agency, "Bert")
    far_id, far = sides.stage.tenant("agency", "Elsewhere")
    Person.add(far, "Carla")
    for browser, query in (
        (sides.sit(far_id, Role.PERFORMER), ""),
        (sides.browser, f"?for={bert.id}"),
    ):
        for path in (
            f"/me/licences/{licence['id']}",
            f"/me/drafts/{draft['id']}",
            f"/me/requests/{asked[0]['id']}",
        ):
            assert browser.get(path + query).status_code == 404, path


def earning(sides: Sides) -> str:
    """Anna's voice was licensed, found and seen this month; the month."""
    enrolled(sides)
    sides.anna.license(sides.studio_id)
    sides.found(**TODAY)
    month = f"{utc_now():%Y-%m}"
    cut_id = sides.studio.get("/v1/cuts")["items"][0]["id"]
    report = f"cut_id,territory,period,views\n{cut_id},DE,{month},1200\n"
    upload = sides.studio.upload(sides.stage.file("u.csv", report.encode()))
    sides.studio.post("/v1/usage-imports", {"upload_id": upload})
    sides.stage.run_jobs()
    assert sides.studio.post("/v1/accruals", {})["new"] == 1
    return month


def test_money_opens_by_month_work_and_kind(sides: Sides) -> None:
    nothing = sides.browser.get("/me/money").text
    assert "Nothing was earned so far" in nothing
    month = earning(sides)
    page = sides.browser.get("/me/money").text
    for words in (
        'title="0.0625 EUR">0.06 EUR</data> stand on your accounts',
        "Night Train Feature",
        "synthesised voice",
        f"/me/money/{month}",
        "To be paid out it needs an account of yours.",
    ):
        assert words in page, words
    lines = sides.browser.get(f"/me/money/{month}?lang=de").text
    for words in ("0,0625 EUR", "Night Train Feature", "00:00.0", "Nachweis"):
        assert words in lines, words
    assert sides.browser.get("/me/money/never").status_code == 422


def test_every_figure_of_a_statement_leads_to_the_lines_that_it_adds_up(sides: Sides) -> None:
    month = earning(sides)
    statement = f"/me/money/{month}"
    page = sides.browser.get(statement).text
    assert dead_ends(page) == []
    led = set(re.findall(r'href="(\?[^"]*)#lines"', page))
    assert {"cut=", "change=", "part="} <= {re.sub("=.*", "=", asked[1:]) for asked in led}
    for asked in led:
        narrowed = sides.browser.get(html.unescape(f"{statement}{asked}")).text
        assert narrowed.count('<details class="entry">') == 1, asked
        assert ("The line behind this figure" in narrowed) == (asked != "?"), asked
    nothing = sides.browser.get(f"{statement}?cut=another").text
    assert "The 0 lines behind this figure" in nothing and "Show every line" in nothing
    parts = re.findall(r'href="(/me/money/[^"]*part=[^"]*)"', sides.browser.get("/me/money").text)
    assert [sides.browser.get(html.unescape(one)).status_code for one in parts] == [200]


def test_an_account_is_shown_by_its_ending(sides: Sides) -> None:
    iban = {"name": "Anna Berg", "iban": "DE89370400440532013000", "residence": "DE"}
    sides.agency.post(f"/v1/performers/{sides.anna.id}/payee", iban)
    page = sides.browser.get("/me/money").text
    assert "Anna Berg" in page
    assert iban["iban"] not in page
    assert "3000" in page


def test_searches_and_the_packet_of_ones_data(sides: Sides) -> None:
    enrolled(sides)
    assert "Nobody searched and found you so far" in sides.browser.get("/me/searches").text
    sides.found()
    page = sides.browser.get("/me/searches").text
    assert "Studio Light" in page
    assert "Night Train" not in page
    made = sides.agency.post(f"/v1/performers/{sides.anna.id}/exports")
    address = f"/me/data?export={made['id']}"
    assert "still being made" in sides.browser.get(address).text
    sides.stage.run_jobs()
    assert f"/v1/exports/{made['id']}/packet" in sides.browser.get(address).text
    assert sides.browser.get("/me/data?export=exp_none").status_code == 404


def test_who_has_it_all_erased_is_told_of_the_money_that_is_left(sides: Sides) -> None:
    earning(sides)
    page = sides.browser.get("/me/data").text
    for words in (
        "0.06 EUR</data> stand on your accounts",
        "would reach nobody",
        "/me/money#payee",
    ):
        assert words in page, words
    iban = {"name": "Anna Berg", "iban": "DE89370400440532013000", "residence": "DE"}
    sides.agency.post(f"/v1/performers/{sides.anna.id}/payee", iban)
    page = sides.browser.get("/me/data").text
    assert "It is still paid to the account that you named." in page
    assert "would reach nobody" not in page


def test_more_taken_back_than_came_in_is_set_against_what_comes_next(sides: Sides) -> None:
    sides.agency.post(f"/v1/performers/{sides.anna.id}/payee", {"name": "Anna", "residence": "DE"})
    payee = sides.agency.get(f"/v1/performers/{sides.anna.id}/payee")["payee_id"]
    book = sides.stage.operator.get("/v1/me")["tenant_id"]
    with open_registry(sides.stage.settings) as world, world.db.write() as session:
        made = ledger.book(
            TransactionKind.DISTRIBUTION,
            (Posting("bank", -2_000_000, "EUR"), Posting(payable(payee), 2_000_000, "EUR")),
            Clerk(session, book, utc_now()).stamp(),
            facts_key="taken-back",
            reason="distribution",
            earned_period="2026-10",
            audience=f"tenant:{sides.agency_id}",
            run_id="run_a",
        )
        add_transactions(session, [made])
    page = sides.browser.get("/me/money").text
    assert "-2.00 EUR stand on your accounts" in page
    assert "set against what is earned next" in page
    assert "next run" not in page


def test_who_is_erased_leaves_a_receipt_and_no_page(sides: Sides) -> None:
    sides.agency.post(f"/v1/performers/{sides.anna.id}/erasure")
    sides.stage.run_jobs()
    listed = sides.browser.get("/act-as").text
    assert "Everything is gone." in listed
    assert "/receipt" in listed
    assert "Nobody to act for yet" in sides.browser.get("/me").text
