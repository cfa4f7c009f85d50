"""A society's desk: lines down to the second, disputes, and the auditor, who only reads."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from api.client import Client
from api.opening import open_registry
from api.roles import Role
from tests.flows.test_two_societies import ISRC, MONTH, Society, member_of, shown_in
from tests.simulators.amounts import dead_ends
from tests.simulators.people import seat
from tests.simulators.rawids import raw_ids
from tests.simulators.small_engine import medium
from tests.simulators.stage import Stage

NUMBERS = ("usage", "runs", "payouts", "unclaimed", "invoices", "receipts", "reports/year")
AUDIT = ("/audit", "/audit/balance", f"/audit/balance?month={MONTH}")


@dataclass
class Desk:
    """A society that has distributed a month, and its people in their browsers."""

    stage: Stage
    society: Society
    agency: Client
    studio: Client
    clerk: httpx2.Client
    approver: httpx2.Client
    auditor: httpx2.Client
    performer: httpx2.Client
    run_id: str = ""

    @property
    def line_id(self) -> str:
        (line,) = self.society.clerk.get(f"/v1/runs/{self.run_id}/lines")
        return str(line["transaction_id"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    stage = Stage.make(tmp_path_factory.mktemp("desk"))
    studio_id, studio = stage.tenant("studio", "Studio Licht")
    agency_id, agency = stage.tenant("agency")
    society = member_of(stage, agency, "anna")
    society.member.license(
        studio_id, tariff={"kind": "per_view", "rate": "0.01", "currency": "EUR"}
    )
    shown_in(stage, studio, society.member, "anna", "DE 40000")
    studio.post("/v1/accruals")
    society.paid(studio_id, 40_000)

    def sat(tenant_id: str, role: Role) -> httpx2.Client:
        with open_registry(stage.settings) as world:
            return stage.http(seat(world.db, tenant_id, role, name=role.value.title()).token)

    made = Desk(
        stage,
        society,
        agency,
        studio,
        sat(society.id, Role.SOCIETY_CLERK),
        sat(society.id, Role.SOCIETY_APPROVER),
        sat(society.id, Role.AUDITOR),
        sat(agency_id, Role.PERFORMER),
    )
    made.run_id = society.distributed()["id"]
    yield made
    stage.close()


def read(browser: httpx2.Client, path: str) -> str:
    asked = path if "lang=" in path else f"{path}{'&' if '?' in path else '?'}lang=en"
    answer = browser.get(asked)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


def test_invoices_say_who_is_asked_and_for_which_titles(desk: Desk) -> None:
    clerk = desk.society.clerk
    (listed,) = clerk.pages("/v1/invoices")
    assert (listed["licensee"], listed["licensee_id"][:4]) == ("Studio Licht", "ten_")
    path = f"/v1/performers/{desk.society.member.id}/account-statements/{MONTH}"
    told = read(desk.clerk, f"{path}/statement.txt")
    for words in ("anna", "Night Train", f"(ISRC {ISRC})"):
        assert words in told, words
    assert f"ISRC {ISRC}" in read(desk.clerk, f"{path}/statement.html")
    (position,) = clerk.get(f"/v1/invoices/{listed['id']}")["positions"]
    assert position["title"].startswith("Night Train") and position["cut_id"].startswith("cut_")


def test_a_run_opens_down_to_the_second_and_names_people(desk: Desk) -> None:
    who = desk.society.member.id
    run = read(desk.clerk, f"/society/runs/{desk.run_id}")
    assert f'/performers/{who}">anna</a>' in run
    lines = read(desk.clerk, f"/society/runs/{desk.run_id}/performers/{who}")
    assert "Night Train" in lines
    assert f'href="/society/lines/{desk.line_id}"' in lines
    line = read(desk.clerk, f"/society/lines/{desk.line_id}")
    for words in ("400.00 EUR for anna", "Studio Licht", "00:00.0–01:00.0", "40,000", "line 2 of"):
        assert words in line, words
    assert f"ISRC {ISRC}" in line
    assert "400,00 EUR" in read(desk.clerk, f"/society/lines/{desk.line_id}?lang=de")
    assert who not in re.sub(r'"[^"]*"|<code>.*?</code>', "", run + lines + line)


def test_a_line_is_read_by_whose_book_it_is_alone(desk: Desk) -> None:
    for browser in (desk.performer, desk.stage.http()):
        assert browser.get(f"/society/lines/{desk.line_id}").status_code in (401, 404)
    assert desk.clerk.get("/society/lines/txn_none").status_code == 404
    nobody = f"/society/runs/{desk.run_id}/performers/prf_none"
    assert desk.clerk.get(nobody).status_code == 404


def test_whoever_names_the_seed_draws_the_same_lines_as_the_pack(desk: Desk) -> None:
    page = read(desk.auditor, "/audit?seed=7-12-33&sample=5")
    drawn = re.findall(r'href="/society/lines/(txn_\w+)"', page)
    pack = desk.auditor.get("/v1/audit-packs", params={"seed": "7-12-33", "sample": "5"}).content
    rows = zipfile.ZipFile(io.BytesIO(pack)).read("sample.tsv").decode().splitlines()[1:]
    assert drawn == [row.split("\t")[1] for row in rows] == [desk.line_id]
    assert "400.00 EUR for anna" in read(desk.auditor, f"/society/lines/{drawn[0]}")


def test_the_auditor_reads_who_approved_and_any_months_balance(desk: Desk) -> None:
    page = read(desk.auditor, "/audit/approvals")
    assert "Close a run" in page and "approved" in page
    for path in ("/audit/balance", f"/audit/balance?month={MONTH}"):
        balance = read(desk.auditor, path)
        assert "Both sides agree to the millionth" in balance
        assert "Claims on licensees" in balance
    assert desk.auditor.get("/audit/balance?month=2026").status_code == 422
    assert desk.clerk.get("/audit").status_code == 403


def test_an_auditor_meets_no_form_and_is_refused_by_the_api(desk: Desk) -> None:
    clerk, month = desk.society.clerk, f"/v1/ledger/periods/{MONTH}"
    proposed = clerk.post("/v1/runs", {"follows_id": desk.run_id})
    clerk.post(f"/v1/runs/{proposed['id']}/proposal")
    clerk.post(f"{month}/closing")
    run = f"/society/runs/{proposed['id']}"
    own = "/v1/payout-accounts"
    clerk.post(own, {"whose": "own", "name": "Society", "iban": "DE89370400440532013000"})
    batch = clerk.post("/v1/payout-batches", {})
    paths = ("/society", "/society/runs", run, "/society/payouts", "/audit", "/audit/approvals")
    for path in (*paths, f"/society/payouts/{batch['id']}", f"/society/lines/{desk.line_id}"):
        assert "data-act" not in read(desk.auditor, path), path
    assert f'data-act="/v1/runs/{proposed["id"]}/decision"' in read(desk.approver, run)
    for path in (f"/v1/runs/{proposed['id']}", month, f"/v1/payout-batches/{batch['id']}"):
        answer = desk.auditor.post(f"{path}/decision", json={"approve": True})
        assert answer.status_code == 403, path
    waits = read(desk.approver, "/approvals")
    for words in ("3 things wait", "Close a run", f'href="{run}"', "Close a month", "Proposed by"):
        assert words in waits, words
    board = read(desk.approver, "/society")
    assert '<a href="/approvals">3 things wait' in board and "Close a month" in board
    assert "Nothing waits for you" in read(desk.auditor, "/society")
    for one in desk.society.approver.pages("/v1/approvals"):
        decision = {"approve": False, "note": "not yet"}
        desk.society.approver.post(f"/v1/approvals/{one['id']}/decision", decision)
    assert clerk.get(f"/v1/runs/{proposed['id']}")["state"] == "DROPPED"
    assert clerk.get(f"/v1/payout-batches/{batch['id']}")["state"] == "REJECTED"
    assert {one["month"]: one["state"] for one in clerk.get("/v1/ledger/periods")}[MONTH] == "OPEN"


def test_every_count_of_a_report_leads_to_its_lines(desk: Desk) -> None:
    cut = desk.studio.get("/v1/releases", shelf="all")["items"][0]["cut_id"]
    rows = (f"{cut},AT,{MONTH},10,", f"{cut},CH,{MONTH},5,900", f"cut_{'a' * 26},AT,{MONTH},7,")
    text = "\n".join(("cut_id,territory,period,views,unique_views", *rows, f"{cut},AT,x,1,"))
    upload = desk.society.clerk.upload(desk.stage.file("bad.csv", text.encode()))
    made = desk.society.clerk.post("/v1/usage-imports", {"upload_id": upload})["import_id"]
    place = f"/society/usage/{made}"
    board = read(desk.clerk, "/society/usage")
    for part, many in (("accepted", 2), ("held", 1), ("rejected", 2)):
        assert f'href="{place}?part={part}">{many}</a>' in board
    accepted = read(desk.clerk, place)
    assert "2 of 4 lines were accepted" in accepted and "Night Train" in accepted
    assert accepted.count("does not count") == 1
    assert f'href="{place}?part=accepted&amp;cursor=2"' in read(desk.clerk, f"{place}?limit=1")
    assert "only 5 views" in read(desk.clerk, f"{place}?part=held")
    rejected = read(desk.clerk, f"{place}?part=rejected")
    assert "there is no such cut" in rejected and f"{cut},AT,x,1" in rejected
    unknown = read(desk.clerk, f"{place}?part=unidentified&lang=de")
    assert "diese Fassung gibt es nicht" in unknown and f"{cut},AT,x,1" not in unknown
    assert desk.approver.get(place).status_code == 403
    assert desk.clerk.get("/society/usage/imp_none").status_code == 404
    # Whoever collects for all decides; the society sees that its line waits there.
    own = desk.stage.operator.get("/v1/me")["tenant_id"]
    with open_registry(desk.stage.settings) as world:
        operator = desk.stage.http(seat(world.db, own, Role.ADMIN).token)
    assert "One usage line waits" in read(operator, "/society")
    held = read(operator, "/society/usage/held")
    (hold,) = re.findall(r'data-act="(/v1/usage-holds/\w+)/decision" data-sure', held)
    assert operator.post(f"{hold}/decision", json={"release": True}).status_code == 200
    assert "No usage line waits" in read(operator, "/society/usage/held")
    assert "let in" in read(desk.clerk, f"{place}?part=held")


def test_an_amount_is_disputed_answered_and_ruled_on_by_two(desk: Desk) -> None:
    who = desk.society.member.id
    month = read(desk.performer, f"/me/money/{MONTH}?for={who}")
    assert f'href="/me/disputes/new?line={desk.line_id}"' in month
    form = read(desk.performer, f"/me/disputes/new?line={desk.line_id}")
    assert "What is wrong with 400.00 EUR?" in form and 'data-act="/v1/complaints"' in form
    use_id = desk.agency.get("/v1/found-uses")["items"][0]["use_id"]
    assert f"/me/disputes/new?line={desk.line_id}" in read(desk.performer, f"/me/uses/{use_id}")
    said = {"transaction_ids": [desk.line_id], "ground": "not-me", "proof": "I was in Rome."}
    dispute_id = desk.performer.post("/v1/complaints", json=said).json()["id"]
    mine, theirs = f"/me/disputes/{dispute_id}", f"/society/disputes/{dispute_id}"
    assert "/withdrawal" in read(desk.performer, mine)
    assert mine in read(desk.performer, "/me/money")
    listed = read(desk.clerk, "/society/disputes")
    assert "One dispute waits" in listed and "to be paid out by" in listed

    page = read(desk.clerk, f"{theirs}?ruling=upheld")
    for words in ("I was in Rome.", "-400.00 EUR", "+400.00 EUR", "Owes less", "00:00.0–01:00.0"):
        assert words in page, words
    assert "moves no money" in read(desk.clerk, f"{theirs}?ruling=rejected")
    assert desk.clerk.get(f"{theirs}?ruling=shared").status_code == 422
    words = {"text": "Please send the ticket."}
    assert desk.clerk.post(f"/v1/complaints/{dispute_id}/words", json=words).status_code == 201
    assert words["text"] in read(desk.performer, mine)
    with open_registry(desk.stage.settings) as world:
        owes = desk.studio.get("/v1/me")["tenant_id"]
        studio = desk.stage.http(seat(world.db, owes, Role.STUDIO).token)
    owed = read(studio, theirs)
    assert "A line that you owe is disputed" in owed and words["text"] in owed
    assert "400.00 EUR" in owed and "I was in Rome." not in owed and "/ruling" not in owed
    heard = {"text": "He is in our call sheet."}
    assert studio.post(f"/v1/complaints/{dispute_id}/words", json=heard).status_code == 201
    assert heard["text"] in read(desk.clerk, theirs)
    assert heard["text"] not in read(desk.performer, mine)
    assert theirs in read(studio, "/inbox")
    assert desk.auditor.post(f"/v1/complaints/{dispute_id}/words", json=words).status_code == 403
    assert "data-act" not in read(desk.auditor, theirs)

    desk.clerk.post(f"/v1/complaints/{dispute_id}/ruling", json={"ruling": "rejected"})
    assert "/withdrawal" not in read(desk.performer, mine)
    assert "A second person confirms it." in read(desk.clerk, theirs)
    confirmed = read(desk.approver, theirs)
    assert f'data-act="/v1/complaints/{dispute_id}/decision"' in confirmed
    desk.approver.post(f"/v1/complaints/{dispute_id}/decision", json={"approve": True})
    ended = read(desk.performer, f"{mine}?lang=de")
    assert "abgelehnt" in ended and "Diese Posten laufen weiter." in ended
    assert "rejected" in read(desk.clerk, "/society/disputes?shelf=ended")
    assert desk.stage.http().get(mine).status_code == 401
    assert desk.performer.get(theirs).status_code == 404


def test_a_clip_is_searched_and_taken_down_and_the_answer_recorded(desk: Desk) -> None:
    who, place = desk.society.member.id, "https://example.org/v/1"
    assert f'data-act="/v1/performers/{who}/clips"' in read(desk.performer, "/me/notices")
    file = desk.stage.file("found.mp4", medium(20_000, ("anna", "voice", 0, 15_000)))
    said = {"upload_id": desk.agency.upload(file), "location": place}
    clip = desk.agency.post(f"/v1/performers/{who}/clips", said)
    path = f"/me/notices/clips/{clip['id']}"
    assert "data-open" in read(desk.performer, path)
    desk.stage.run_jobs()
    page = read(desk.performer, path)
    assert "You are in this clip" in page
    assert f'data-act="/v1/clips/{clip["id"]}/takedowns"' in page
    sender = {
        **{"name": "Anna", "contact": "anna@example.org", "capacity": "performer"},
        **{"signature": "Anna", "good_faith": True, "accurate": True},
    }
    made = desk.agency.post(
        f"/v1/clips/{clip['id']}/takedowns", {"platform": "Example", "sender": sender}
    )
    notice = f"/me/notices/{made['id']}"
    assert "One notice is out" in read(desk.performer, "/me/notices")
    assert "/counter-notice" in read(desk.performer, notice)
    closing = {"outcome": "A mistake", "result": "withdrawn"}
    desk.agency.post(f"/v1/takedowns/{made['id']}/closing", closing)
    ended = read(desk.performer, f"{notice}?lang=de")
    assert "ich nehme die Mitteilung zurück" in ended and "data-act" not in ended
    assert desk.clerk.get(notice).status_code in (403, 404)


def test_anybody_may_look_whether_there_is_money_for_them(desk: Desk) -> None:
    browser = desk.stage.http()
    page = browser.get("/unclaimed?lang=en&q=night", headers={"accept": "text/html"})
    assert "Is there money for me?" in page.text
    assert "Nothing is published under this title" in page.text
    assert page.headers["vary"] == "Accept"
    assert browser.get("/unclaimed?q=night").json() == {"items": [], "next_cursor": None}
    assert "No list was made yet" in read(desk.auditor, "/society/unclaimed")
    assert desk.performer.get("/me/claims/unc_none").status_code == 404


def test_amounts_without_a_way_on_are_found() -> None:
    row = '<tr><th>{}</th><td class="money">5.00 EUR</td></tr>'
    assert dead_ends(row.format("Bank")) == ["5.00 EUR"]
    assert dead_ends(row.format('<a href="/society/runs">Run</a>')) == []
    assert dead_ends("<table><tfoot>" + row.format("Sum") + "</tfoot></table>") == []


def test_every_amount_leads_on_and_none_to_nothing(desk: Desk) -> None:
    """From the desk, the year and the auditor's balance down to the claims and papers."""
    waiting = ["/society", *(f"/society/{name}" for name in NUMBERS), *AUDIT]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        page = read(desk.auditor if path.startswith("/audit") else desk.clerk, path)
        assert dead_ends(page) == [], path
        assert raw_ids(page) == [], path
        assert "No entry stands behind" not in page, path
        links = (
            link.replace("&amp;", "&") for link in re.findall(r'href="(/society/[^"]*)"', page)
        )
        waiting += [link for link in links if "/tariffs" not in link]
    kinds = ("lines/txn_", "runs/run_", "/performers/", "invoices/inv_", "payouts/", "/lines?part=")
    assert [kind for kind in kinds if not any(kind in path for path in seen)] == []


def test_the_lines_of_a_runs_sum_come_to_it(desk: Desk) -> None:
    run = f"/society/runs/{desk.run_id}"
    for part, amount in (("handed_on", "400.00 EUR"), ("reserve", "20.00 EUR")):
        page = read(desk.clerk, f"{run}/lines?part={part}&currency=EUR")
        assert f": {amount}</h1>" in page
        assert page.count(amount) == 2, "the heading, and the one line that it adds up"
    for asked in ("part=frozen&currency=USD", "part=claims&currency=EUR"):
        assert desk.clerk.get(f"{run}/lines?{asked}").status_code == 404


def test_a_program_reads_the_books_as_they_are_described(desk: Desk) -> None:
    """Each answer is held against the description, field by field."""
    clerk, approver = desk.society.clerk, desk.society.approver
    assert [one["days_left"] > 0 for one in clerk.get("/v1/run-calendar")] == [True] * 3
    (named,) = clerk.get(f"/v1/runs/{desk.run_id}/preview")
    assert (named["performer"], named["handed_on_micro"]) == ("anna", "400000000")
    for path in ("/v1/ledger/trial-balance", f"/v1/ledger/trial-balance?month={MONTH}"):
        assert "receivable" in str(clerk.get(path)["accounts"])
    day = f"{MONTH}-01"
    wanted = {"account": "bank", "amount": "1", "base": "EUR", "quote": "USD", "rate": "1.08"}
    made = clerk.post("/v1/ledger/exchanges", {**wanted, "source": "ECB", "day": day})
    assert (made["rate"], made["to_micro"]) == ([27, 25], "1080000")
    assert len(clerk.post(f"/v1/ledger/exchanges/{made['id']}/reversal", {"reason": "slip"})) == 2
    year = clerk.get(f"/v1/year-reports/{MONTH[:4]}")
    assert {one["what"] for one in year["days"]} == {"distributed"}
    assert [one["iban"][-4:] for one in clerk.get("/v1/payout-accounts")] == ["3000"]
    (line,) = clerk.get(f"/v1/runs/{desk.run_id}/lines")
    paper = {"payee_id": line["payee_id"], "certificate": "B 1", "per_cent": "5"}
    entered = clerk.post(
        "/v1/tax-exemptions", {**paper, "valid_from": day, "valid_until": f"{MONTH}-28"}
    )
    decision = f"/v1/tax-exemptions/{entered['id']}/decision"
    assert approver.post(decision, {"approve": True})["granted_at"]
    (kept,) = clerk.get("/v1/tax-exemptions")
    assert (kept["certificate"], kept["state"]) == ("B 1", "APPROVED")
    assert kept["rate"][0] * 20 == kept["rate"][1]
    assert clerk.get("/v1/sister-statements") == list(clerk.pages("/v1/unclaimed-lists")) == []
