"""Two societies in two registries: what one collected for the other's member is handed on there."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from serving import free_port, ready, running, wait_until

from api.cli.main import main
from api.client import Client, Refused, remote
from api.opening import open_registry
from api.roles import Role
from core.canonical import canonical
from core.principal import system
from royalties.service import statements
from tests.flows.test_society_desk import read
from tests.flows.test_two_societies import (
    ADDRESS,
    IBAN,
    MONTH,
    PLACE,
    Society,
    give_mandate,
    shown_in,
)
from tests.simulators.people import seat
from tests.simulators.stage import Person, Stage, voice_sample

ROOT = Path(__file__).parents[2]
SERVE = (
    "import sys; from api import supervisor; from api.cli.main import main;"
    "supervisor.PROGRAM = ('-m', 'tests.simulators.small_worker'); sys.exit(main(sys.argv[1:]))"
)
NORTH, SOUTH = "did:web:north.example", "did:web:south.example"
PURPOSES = ("matching", "licensing")


@dataclass
class House:
    """One registry with its society, and anna in it under the one key that she has."""

    stage: Stage
    did: str
    agency: Client
    society: Society
    other_id: str = ""

    @property
    def anna(self) -> Person:
        return self.society.member

    def trusts(self, other: "House", name: str, did: str) -> None:
        """The operator pins the other registry, and names the society whose book is there."""
        anybody = other.stage.http()
        base_url, policy = other.stage.settings.base_url, anybody.get("/log/policy").text
        body = {"did": other.did, "base_url": base_url, "policy": policy}
        self.stage.operator.post("/v1/registries", body)
        named = {"name": name, "kind": "society", "did": did, "registry_did": other.did}
        self.other_id = self.stage.operator.post("/v1/tenants", named)["id"]

    def file(self, data: bytes) -> dict[str, str]:
        """An upload of the society's clerk."""
        path = self.stage.file("given.json", data)
        return {"upload_id": self.society.clerk.upload(path)}


def house(folder: Path, url: str, did: str, **known: Any) -> House:
    folder.mkdir()
    stage = Stage.make(folder, base_url=url)
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "anna", **known)
    anna.enrol(stage.file("anna.wav", voice_sample("anna")), purposes=PURPOSES)
    society_id, _ = stage.tenant("society", f"Society {did}", did=did)
    with open_registry(stage.settings) as world:
        roles = (Role.SOCIETY_CLERK, Role.SOCIETY_APPROVER)
        people = [stage.client(seat(world.db, society_id, role).token) for role in roles]
    registry = stage.http().get("/registry").json()["did"]
    return House(stage, registry, agency, Society(society_id, stage, *people, member=anna))


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[tuple[House, House]]:
    """A collects in its country for the member of B, whose registry trusts A's and A B's."""
    first = house(tmp_path / "a", "https://a.example", NORTH)
    second = house(tmp_path / "b", "https://b.example", SOUTH, key=first.anna.key)
    give_mandate(second.anna, second.society.id)
    details = {"name": "anna Privately", "residence": "DE", "country": "DE", **ADDRESS}
    body = {**details, "iban": IBAN, "vat": "none"}
    second.agency.post(f"/v1/performers/{second.anna.id}/payee", body)
    first.trusts(second, "Society of the South", SOUTH)
    second.trusts(first, "Society of the North", NORTH)
    yield first, second
    first.stage.close()
    second.stage.close()


def earned_and_paid(payer: House) -> str:
    """What anna earns in A's country is distributed there and paid; returns the reference."""
    stage, society = payer.stage, payer.society
    wanted = {
        "society_id": society.id,
        "giver_id": payer.other_id,
        "performer_ids": [payer.anna.id],
        "valid_from": f"{MONTH}-01",
        "source": "reciprocal agreement",
    }
    made = stage.operator.post("/v1/collecting-mandates", wanted)
    said = {"approval_id": made["approval_id"], "approve": True}
    stage.operator.post("/v1/collecting-decisions", said)
    studio_id, studio = stage.tenant("studio", "Studio Licht")
    price = {"kind": "per_view", "rate": "0.01", "currency": "EUR"}
    payer.anna.license(studio_id, tariff=price)
    shown_in(stage, studio, payer.anna, "anna", "DE 40000")
    studio.post("/v1/accruals")
    party = {"name": "Society of the South", "iban": IBAN, "tax_number": "27/2", **PLACE}
    billed = {**party, "small_business": True}
    society.clerk.post(f"/v1/billing-parties/{payer.other_id}", billed)
    society.paid(studio_id, 40_000)
    society.distributed()
    (reference,) = re.findall(r"POT[A-Z2-7]{26}", society.paid_out())
    return reference


def brings(there: House, here: House) -> None:
    """Anna brings what she signed there."""
    bundle = there.agency.exchange(f"/v1/performers/{there.anna.id}/bundle")
    here.agency.exchange(f"/v1/performers/{here.anna.id}/bundles", bundle)


def advice_from(payer: House) -> bytes:
    (sent,) = payer.society.clerk.get("/v1/sister-payments")
    return payer.society.clerk.fetch(f"/v1/sister-payments/{sent['id']}/advice")


def bank_says(paid: House, reference: str, amount: str) -> dict[str, Any]:
    """The society's bank tells that the payment came."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    table = f"reference,booked_on,amount,currency,text\nb1,{day},{amount},EUR,{reference}\n"
    return dict(paid.society.clerk.post("/v1/receipt-imports", paid.file(table.encode())))


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value.code)


def test_what_was_paid_in_another_registry_reaches_the_member(houses: tuple[House, House]) -> None:
    payer, paid = houses
    reference = earned_and_paid(payer)
    answer = payer.stage.file("a.csv", f"end_to_end_id,status\n{reference},settled\n".encode())
    clerk = payer.society.clerk
    clerk.post("/v1/payout-answers", {"upload_id": clerk.upload(answer)})
    data = advice_from(payer)

    # Nothing is known of anna's consents there yet: the line is held, and told to A.
    taken = paid.society.clerk.post("/v1/remittance-advices", paid.file(data))
    assert (taken["waits"], taken["amount_micro"]) == ("no-payment", "340000000")
    (line,) = taken["lines"]
    assert (line["cause"], line["title"]) == ("unknown-performer", "Night Train")
    assert "Privately" not in data.decode()
    got = bank_says(paid, reference, "340.00")
    assert (got["entered"], got["matched"]) == (1, 0)
    (held,) = paid.society.clerk.get("/v1/remittance-advices")
    assert (held["waits"], held["held_micro"]) == ("held", "340000000")
    said = paid.society.clerk.fetch(f"/v1/remittance-advices/{held['id']}/answer")
    told = clerk.post("/v1/advice-answers", payer.file(said))
    assert [(one["cause"], one["performer_id"]) for one in told["lines"]] == [
        ("unknown-performer", payer.anna.id)
    ]

    # She brings them: the line is placed, down to the second and the clause.
    brings(payer, paid)
    path = f"/v1/remittance-advices/{held['id']}"
    placed = paid.society.clerk.post(f"{path}/placing")
    assert (placed["waits"], placed["placed_micro"]) == ("", "340000000")
    (line,) = placed["lines"]
    assert (line["performer_id"], line["spans"]) == (paid.anna.id, [[0, 60_000]])
    assert line["licence_id"].startswith("flc_")
    again = paid.society.clerk.post("/v1/remittance-advices", paid.file(data))
    assert (again["id"], again["placed_micro"]) == (held["id"], "340000000")
    assert paid.society.clerk.post(f"{path}/placing")["lines"] == placed["lines"]

    run = paid.society.distributed()
    assert run["totals"]["EUR"]["received_micro"] == "340000000"
    told = f"/v1/performers/{paid.anna.id}/account-statements/{MONTH}"
    page = paid.agency.fetch(f"{told}/statement.html").decode()
    for words in ("Night Train", "36.00 EUR costs", "00:00.0–01:00.0", line["licence_id"]):
        assert words in page, words
    statement = paid.agency.get(told)
    (claim,) = (one["claim"] for one in statement["movements"] if one["kind"] == "accrual")
    working = claim["working"]
    assert (working["gross_micro"], working["cost_micro"]) == (400_000_000, 36_000_000)
    assert paid.society.clerk.get("/v1/ledger/replay")["same"]
    # Her book is there and nowhere else: the payer's registry keeps none for her.
    with open_registry(payer.stage.settings) as world, world.db.read() as session:
        assert statements.book_balance(session, system(payer.other_id)) == ()


def test_a_changed_or_foreign_advice_is_refused(houses: tuple[House, House]) -> None:
    payer, paid = houses
    earned_and_paid(payer)
    data = advice_from(payer)

    def take(one: bytes) -> Any:
        return paid.society.clerk.post("/v1/remittance-advices", paid.file(one))

    document = json.loads(data)
    document["lines"][0]["amount_micro"] = "350000000"
    assert refused(lambda: take(canonical(document))) == "bad-signature"
    assert refused(lambda: take(b"{}")) == "bad-advice"
    paid.stage.operator.post("/v1/registries/end", {"did": payer.did})
    assert refused(lambda: take(data)) == "registry-not-trusted"


def test_the_page_of_an_advice_leads_from_the_file_to_the_second(
    houses: tuple[House, House],
) -> None:
    payer, paid = houses
    earned_and_paid(payer)
    desks = []
    for one in houses:
        with open_registry(one.stage.settings) as world:
            token = seat(world.db, one.society.id, Role.SOCIETY_CLERK).token
        desks.append(one.stage.http(token))
    assert "Signed advice" in read(desks[0], "/society/sisters")
    taken = paid.society.clerk.post("/v1/remittance-advices", paid.file(advice_from(payer)))
    here = f"/society/advices/{taken['id']}"
    assert "waits for the money" in read(desks[1], "/society/sisters")
    assert "wartet auf das Geld" in read(desks[1], "/society/sisters?lang=de")
    bank_says(paid, "no reference", "340.00")
    page = read(desks[1], here)
    for words in ("Night Train", "Nobody here has brought consents", "This is the payment"):
        assert words in page, words
    brings(payer, paid)
    (receipt,) = paid.society.clerk.pages("/v1/receipts")
    path = f"/v1/remittance-advices/{taken['id']}"
    (line,) = paid.society.clerk.post(f"{path}/match", {"receipt_id": receipt["id"]})["lines"]
    page = read(desks[1], here)
    for words in ("in our book", "36.00 EUR costs", f"/society/lines/{line['claim_id']}"):
        assert words in page, words
    claim = read(desks[1], f"/society/lines/{line['claim_id']}")
    for words in ("340.00 EUR for anna", "00:00.0–01:00.0", "less 60.00 EUR that she kept"):
        assert words in claim, words
    # The clause of her licence there, under its id here.
    assert line["licence_id"] in claim


@dataclass
class Desk:
    """A clerk at a terminal, whose commands go to the society's own registry on loopback."""

    url: str
    token: str
    read: Callable[[], Any]
    monkeypatch: pytest.MonkeyPatch

    def asks(self, *argv: object) -> Any:
        self.monkeypatch.setenv("EBENBILD_API_KEY", self.token)
        words = [*(str(one) for one in argv), "--server", self.url, "--json"]
        code = main(words)
        said = self.read()
        assert code == 0, said.err
        return json.loads(said.out)


@contextmanager
def served(one: House, read: Callable[[], Any], patch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The registry as a server of its own, and the desk of its society's clerk."""
    with open_registry(one.stage.settings) as world:
        token = seat(world.db, one.society.id, Role.SOCIETY_CLERK).token
    port = free_port()
    folder = str(one.stage.settings.data_dir)
    environment = {**os.environ, "EBENBILD_DATA_DIR": folder}
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port)]
    with running(command, cwd=ROOT, env=environment):
        url = f"http://127.0.0.1:{port}"
        with remote(url, token, poll_seconds=0.1) as client:
            wait_until(lambda: ready(client))
        yield Desk(url, token, read, patch)


def test_two_servers_hand_files_to_each_other_by_commands(
    houses: tuple[House, House],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payer, paid = houses
    reference = earned_and_paid(payer)
    advice, answer, bank = (tmp_path / name for name in ("a.json", "b.json", "bank.csv"))
    read = capsys.readouterr
    with served(payer, read, monkeypatch) as north, served(paid, read, monkeypatch) as south:
        (sent,) = north.asks("collect", "sent")
        assert (sent["reference"], sent["registry"]) == (reference, paid.did)
        north.asks("collect", "sent", sent["id"], "--out", advice)
        taken = south.asks("collect", "take", advice)
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        row = f"b1,{day},340.00,EUR,\n"
        bank.write_text(f"reference,booked_on,amount,currency,text\n{row}")
        south.asks("receipt", "import", bank)
        (receipt,) = south.asks("receipt", "list")
        held = south.asks("collect", "match", taken["id"], receipt["id"])
        assert (held["waits"], held["held_micro"]) == ("held", "340000000")
        south.asks("collect", "advice", taken["id"], "--answer", answer)
        told = north.asks("collect", "answered", answer)
        assert [one["cause"] for one in told["lines"]] == ["unknown-performer"]
        brings(payer, paid)
        placed = south.asks("collect", "advice", taken["id"], "--place")
        assert [one["cause"] for one in placed["lines"]] == [""]
        (listed,) = south.asks("collect", "advices")
        assert (listed["waits"], listed["placed_micro"]) == ("", "340000000")
        back = south.asks("collect", "unmatch", taken["id"])
        assert (back["waits"], back["receipt_id"]) == ("no-payment", "")
