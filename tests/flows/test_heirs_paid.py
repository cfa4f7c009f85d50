"""Money that a performer earned while alive, paid to two heirs up to what the bank answers."""

import re
from pathlib import Path
from typing import Any

import httpx2

from api.client import Client
from api.opening import open_registry
from api.roles import Role
from core.keys import generate
from core.payoutsettings import PayoutSettings
from tests.flows.test_two_societies import member_of, shown_in
from tests.simulators.people import seat
from tests.simulators.stage import Stage

IBANS = ("DE89370400440532013000", "FR1420041010050500013M02606")
HEIRS = ("Ada Erbin", "Ben Erbe")


def bury(stage: Stage, agency: Client, performer_id: str) -> list[str]:
    """The estate of two heirs in halves is confirmed; their ids."""
    paper = agency.upload(stage.file("death.pdf", b"certificate"))
    heirs = [{"name": name, "did": generate().did, "share": "1/2"} for name in HEIRS]
    body = {"deceased_on": "2026-11-01", "upload_id": paper, "heirs": heirs}
    claim = agency.post(f"/v1/performers/{performer_id}/estates", body)
    assert agency.post(f"/v1/estates/{claim['id']}/attestation")["state"] == "CONFIRMED"
    (estate,) = agency.get(f"/v1/performers/{performer_id}/estates")
    return [str(item["id"]) for item in estate["heirs"]]


def name_account(
    agency: Client, other: httpx2.Client, performer_id: str, place: int, heir: str
) -> None:
    path = f"/v1/performers/{performer_id}/payee"
    said = {"name": HEIRS[place], "iban": IBANS[place], "residence": "DE"}
    address = {"street": "Weg", "building": "1", "post_code": "10115", "town": "Berlin"}
    agency.post(f"{path}?heir_id={heir}", {**said, **address, "country": "DE"})
    answer = other.post(f"{path}/decision?heir_id={heir}", json={"approve": True})
    assert answer.status_code == 200, answer.text


def test_each_heir_is_paid_a_half_and_reads_what_the_bank_answered(tmp_path: Path) -> None:
    stage = Stage.make(tmp_path, payout=PayoutSettings(cooling_days=0))
    studio_id, studio = stage.tenant("studio", "Studio Licht")
    agency_id, agency = stage.tenant("agency")
    society = member_of(stage, agency, "anna")
    anna = society.member
    anna.license(studio_id, tariff={"kind": "per_view", "rate": "0.01", "currency": "EUR"})
    shown_in(stage, studio, anna, "anna", "DE 40000")
    studio.post("/v1/accruals")
    society.paid(studio_id, 40_000)
    heirs = bury(stage, agency, anna.id)
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, agency_id, Role.ADMIN).token)
        clerk = stage.http(seat(world.db, society.id, Role.SOCIETY_CLERK).token)

    def page(who: httpx2.Client, path: str, lang: str = "en") -> str:
        answer = who.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        assert answer.status_code == 200, answer.text
        return re.sub(r"\s+", " ", answer.text)

    for place, heir in enumerate(heirs):
        name_account(agency, browser, anna.id, place, heir)
    society.distributed()
    file = society.paid_out()
    assert all(text in file for text in (*IBANS, *HEIRS))
    (batch,) = society.clerk.pages("/v1/payout-batches")
    payouts: list[dict[str, Any]] = list(
        society.clerk.pages(f"/v1/payout-batches/{batch['id']}/payouts")
    )
    assert len({one["amount_micro"] for one in payouts}) == 1 and len(payouts) == 2
    place = f"/society/payouts/{batch['id']}"
    assert page(clerk, place).count("an heir of anna") == 2
    first, second = (one["id"].replace("_", "").upper() for one in payouts)
    table = f"end_to_end_id,status,reason\n{first},settled,\n{second},returned,AC04\n"
    upload = society.clerk.upload(stage.file("answer.csv", table.encode()))
    society.clerk.post("/v1/payout-answers", {"upload_id": upload})
    answered = page(clerk, place)
    assert answered.count(">settled<") == 1 and answered.count(">returned<") == 1
    assert page(clerk, place, "de").count("Erbe oder Erbin von anna") == 2
    own = page(browser, f"/me/money?for={anna.id}")
    # What came back stands on that heir's account again, and both read their own.
    assert "170.00 EUR stand on your accounts" in own
    assert all(f"{name}, heir of 1/2" in own for name in HEIRS)
    stage.close()
