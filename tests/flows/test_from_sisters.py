"""What a society collects for a sister's member, on the sister's pages, down to the second."""

import re

from api.opening import open_registry
from api.roles import Role
from tests.flows.test_society_desk import read
from tests.flows.test_two_societies import IBAN, MONTH, PLACE, Society, member_of, shown_in
from tests.simulators.people import seat
from tests.simulators.stage import Stage


def collects(stage: Stage, sister: Society) -> Society:
    """A society that collects for the sister's member by agreement, with its clerk and approver."""
    society_id, _ = stage.tenant("society", "Society of the North")
    wanted = {
        "society_id": society_id,
        "giver_id": sister.id,
        "performer_ids": [sister.member.id],
        "valid_from": f"{MONTH}-01",
        "source": "reciprocal agreement",
    }
    made = stage.operator.post("/v1/collecting-mandates", wanted)
    said = {"approval_id": made["approval_id"], "approve": True}
    stage.operator.post("/v1/collecting-decisions", said)
    with open_registry(stage.settings) as world:
        people = [
            stage.client(seat(world.db, society_id, role).token)
            for role in (Role.SOCIETY_CLERK, Role.SOCIETY_APPROVER)
        ]
    return Society(society_id, stage, *people, member=sister.member)


def test_a_sisters_payment_opens_down_to_the_second(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio", "Studio Licht")
    _, agency = stage.tenant("agency")
    sister = member_of(stage, agency, "anna")
    payer = collects(stage, sister)
    sister.member.license(studio_id, tariff={"kind": "per_view", "rate": "0.01", "currency": "EUR"})
    shown_in(stage, studio, sister.member, "anna", "DE 40000")
    studio.post("/v1/accruals")
    party = {"name": "Society of anna", "iban": IBAN, "tax_number": "27/2", **PLACE}
    payer.clerk.post(f"/v1/billing-parties/{sister.id}", {**party, "small_business": True})
    payer.paid(studio_id, 40_000)
    payer.distributed()
    (reference,) = re.findall(r"POT[A-Z2-7]{26}", payer.paid_out())
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, sister.id, Role.SOCIETY_CLERK).token)
    assert "on its way" in read(browser, "/society/sisters")
    answer = stage.file("a.csv", f"end_to_end_id,status\n{reference},settled\n".encode())
    payer.clerk.post("/v1/payout-answers", {"upload_id": payer.clerk.upload(answer)})

    (paid,) = sister.clerk.get("/v1/remittances")
    assert (paid["amount_micro"], paid["waits"]) == ("340000000", "")
    (line,) = sister.clerk.get(f"/v1/remittances/{paid['id']}")["lines"]
    assert (line["gross_micro"], line["amount_micro"]) == ("400000000", "340000000")
    page = read(browser, f"/society/sisters/{paid['id']}")
    for words in ("Society of the North paid 340.00 EUR", "Night Train", "36.00 EUR costs"):
        assert words in page, words
    assert "in unserem Buch" in read(browser, "/society/sisters?lang=de")
    claim = read(browser, f"/society/lines/{line['claim_id']}")
    for words in ("340.00 EUR for anna", "00:00.0–01:00.0", "less 60.00 EUR that she kept"):
        assert words in claim, words
    run = sister.distributed()
    assert run["totals"]["EUR"]["received_micro"] == "340000000"
    lines = read(browser, f"/society/runs/{run['id']}/performers/{sister.member.id}")
    assert "Night Train" in lines
    assert f"/society/lines/{line['claim_id']}" in lines
    assert agency.get(f"/v1/performers/{sister.member.id}/account-statements/{MONTH}")
