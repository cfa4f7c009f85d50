"""Two collecting societies in one registry, over HTTP: each collects by its mandates, in its own
book, from the claim to the file for its bank, and sees nothing of the other's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.cli.signing import signature
from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

ISRC = "USUM70600055"
MONTH = f"{datetime.now(UTC):%Y-%m}"
IBAN = "DE89370400440532013000"
PLACE = {"street": "Str 1", "postcode": "10115", "city": "Berlin", "country": "DE"}
ADDRESS = {"street": "Str", "building": "1", "post_code": "10115", "town": "Berlin"}


@dataclass
class Society:
    """A society's clerk and its approver, with the performer who gave it a mandate."""

    id: str
    stage: Stage
    clerk: Client
    approver: Client
    member: Person

    def paid(self, studio_id: str, cents: int) -> dict[str, Any]:
        """Invoice what is due and take the bank's statement in; returns what became of it."""
        for party, name in ((self.id, "Society"), (studio_id, "Studio")):
            said = {"name": name, "iban": IBAN, "tax_number": "27/1", **PLACE}
            self.clerk.post(f"/v1/billing-parties/{party}", {**said, "small_business": True})
        (invoice,) = self.clerk.post("/v1/invoices", {"month": MONTH})["issued"]
        assert invoice["gross_micro"] == str(cents * 10_000)
        amount, day = f"{cents // 100}.{cents % 100:02}", f"{datetime.now(UTC):%Y-%m-%d}"
        table = f"reference,booked_on,amount,currency,text\nr1,{day},{amount},EUR,"
        file = self.stage.file("bank.csv", f"{table}{invoice['number']}\n".encode())
        upload = {"upload_id": self.clerk.upload(file)}
        return self.clerk.post("/v1/receipt-imports", upload)

    def distributed(self) -> dict[str, Any]:
        """A run over the month, drafted, proposed and closed."""
        run = self.clerk.post("/v1/runs", {"first_month": MONTH, "last_month": MONTH})
        self.clerk.post(f"/v1/runs/{run['id']}/proposal")
        closed = self.approver.post(f"/v1/runs/{run['id']}/decision", {"approve": True})
        assert closed["state"] == "CLOSED"
        assert self.clerk.get(f"/v1/runs/{run['id']}/verification")["ok"]
        return self.clerk.get(f"/v1/runs/{run['id']}")

    def billed(self, run: dict[str, Any]) -> dict[str, Any]:
        """The one note of a run: what it comes to is what the run paid."""
        made = self.clerk.post("/v1/credit-notes", {"run_id": run["id"]})
        (note,) = made["issued"]
        assert made["left"] == []
        assert note["claims_micro"] == run["totals"]["EUR"]["payable_micro"]
        return dict(note)

    def paid_out(self) -> str:
        """The file for the bank."""
        own = {"whose": "own", "name": "Society", "iban": IBAN}
        self.clerk.post("/v1/payout-accounts", own)
        batch = self.clerk.post("/v1/payout-batches", {})
        self.approver.post(f"/v1/payout-batches/{batch['id']}/decision", {"approve": True})
        return self.clerk.fetch(f"/v1/payout-batches/{batch['id']}/file").decode()


def give_mandate(person: Person, society_id: str) -> str:
    """The performer signs that the society collects in Germany from the first of the month on."""
    now = datetime.now(UTC)
    body = {
        "holder_id": society_id,
        "acts": ["collect"],
        "territories": ["DE"],
        "valid_from": f"{MONTH}-01T00:00:00Z",
        "valid_until": f"{now + timedelta(days=400):%Y-%m-%dT00:00:00Z}",
    }
    draft = person.agency.post(f"/v1/performers/{person.id}/mandates", body)
    made = person.agency.post(f"/v1/mandates/{draft['id']}/signature", signature(person.key, draft))
    assert made["territories"] == ["DE"]
    return str(made["id"])


def member_of(stage: Stage, agency: Client, name: str) -> Society:
    person = Person.add(agency, name)
    person.enrol(stage.file(f"{name}.wav", voice_sample(name)))
    society_id, _ = stage.tenant("society", f"Society of {name}")
    give_mandate(person, society_id)
    details = {"name": f"{name} Privately", "residence": "DE", "country": "DE", **ADDRESS}
    agency.post(f"/v1/performers/{person.id}/payee", {**details, "iban": IBAN, "vat": "none"})
    with open_registry(stage.settings) as world:
        people = [
            stage.client(seat(world.db, society_id, role).token)
            for role in (Role.SOCIETY_CLERK, Role.SOCIETY_APPROVER)
        ]
    return Society(society_id, stage, *people, member=person)


def shown_in(stage: Stage, studio: Client, person: Person, name: str, *lines: str) -> None:
    """A film with the person's voice for a minute, cleared, and its usage by place and views."""
    cut_id = new_cut(studio, name)
    film = medium(70_000, (name, "voice", 0, 60_000))
    declared = declaration({"performer_id": person.id, "kind": "synthesise_voice"})
    made = submit(stage, studio, cut_id, film, declared)
    assert studio.get(f"/v1/submissions/{made['id']}/clearance")["verdict"] == "CLEARED"
    rows = [f"{cut_id},{ISRC},{place},{MONTH},{views}" for place, views in map(str.split, lines)]
    file = stage.file("u.csv", "\n".join(("cut_id,isrc,territory,period,views", *rows)).encode())
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(file)})


def test_each_society_collects_and_pays_out_of_its_own_book(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    gvl, ppl = (member_of(stage, agency, name) for name in ("anna", "ben"))
    price = {"kind": "per_view", "rate": "0.01", "currency": "EUR"}
    for society, name, views in ((gvl, "anna", 40_000), (ppl, "ben", 10_000)):
        society.member.license(studio_id, tariff=price)
        shown_in(stage, studio, society.member, name, f"DE {views}", "AT 100")
    assert studio.post("/v1/accruals")["new"] == 4
    who = {"territory": "DE", "month": MONTH, "performer_id": gvl.member.id}
    assert studio.get("/v1/collectors", **who)["book"] == gvl.id
    assert [one["society_id"] for one in ppl.clerk.pages("/v1/collecting-mandates")] == [ppl.id]

    taken = gvl.paid(studio_id, 40_000)
    assert (taken["entered"], taken["matched"]) == (1, 1)
    again = ppl.paid(studio_id, 10_000)
    assert (again["entered"], again["matched"]) == (1, 1)
    for society, whole in ((gvl, 400_000_000), (ppl, 100_000_000)):
        run = society.distributed()
        assert run["totals"]["EUR"]["received_micro"] == str(whole)
        note = society.billed(run)
        paper = f"/v1/credit-notes/{note['id']}"
        for lang in ("en", "de"):
            assert agency.fetch(f"{paper}/note.pdf", lang=lang).startswith(b"%PDF")
        assert b">389<" in agency.fetch(f"{paper}/note.xml")
        with pytest.raises(Refused):
            studio.get(paper)
        whole_euros, cents = divmod(int(note["due_micro"]) // 10_000, 100)
        assert f">{whole_euros}.{cents:02}</InstdAmt>" in society.paid_out()

    # The other's book is not there for either of them.
    (own,) = gvl.clerk.get("/v1/runs")["items"]
    (invoice,) = gvl.clerk.get("/v1/invoices")["items"]
    assert ppl.clerk.get("/v1/invoices")["items"][0]["id"] != invoice["id"]
    for path in (f"/v1/runs/{own['id']}", f"/v1/invoices/{invoice['id']}"):
        with pytest.raises(Refused):
            ppl.clerk.get(path)
    assert [one["month"] for one in gvl.clerk.get("/v1/ledger/periods")] == [MONTH]
    statement = agency.get(f"/v1/performers/{gvl.member.id}/account-statements/{MONTH}")
    every = list(agency.pages(f"/v1/account-statements/{MONTH}", limit=1))
    assert [one["id"] for one in every if one["movements"]].count(statement["id"]) == 1
    assert {one["performer_id"] for one in every} >= {gvl.member.id, ppl.member.id}
    assert studio.get(f"/v1/account-statements/{MONTH}")["items"] == []
    assert stage.operator.get("/v1/trial-balance")["balanced"]
