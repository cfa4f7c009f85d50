"""A registry with money in it: a cleared film, its views, an invoice that was paid."""

from datetime import UTC, datetime
from pathlib import Path

from api.client import Client
from api.demo import visitors
from core.enrolmentsettings import EnrolmentSettings
from tests.browser.registry import Registry
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

IBAN = "DE89370400440532013000"
PARTY = {"street": "Weg 1", "postcode": "10115", "city": "Berlin", "country": "DE"}


def registry_with_money(folder: Path) -> Registry:
    """What studio and performer did beforehand, and a server over it that knows the demo's door."""
    stage = Stage.make(folder, enrolment=EnrolmentSettings(notice_days=0))
    visitors.declare(stage.settings.data_dir)
    try:
        agency_id, agency = stage.tenant("agency", "Agency")
        studio_id, studio = stage.tenant("studio", "Studio")
        stage.tenant("society", "Nordgesellschaft")
        earn_something(stage, agency, studio, studio_id)
        _bill(stage.operator, studio_id)
        visitors.seat(stage.settings.data_dir, agency_id, studio_id)
    finally:
        stage.close()
    return Registry.over(folder)


def usage(cut_id: str, views: int = 1000) -> bytes:
    """A report of this month."""
    month = f"{datetime.now(UTC):%Y-%m}"
    return f"cut_id,territory,period,views\n{cut_id},DE,{month},{views}\n".encode()


def earn_something(stage: Stage, agency: Client, studio: Client, studio_id: str) -> None:
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("Anna")))
    per_view = {"kind": "per_view", "rate": "0.05", "currency": "EUR"}
    anna.license(studio_id, tariff=per_view)
    cut_id = new_cut(studio)
    film = medium(20_000, ("Anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submit(stage, studio, cut_id, film, {**declared, "release_at": f"{datetime.now(UTC):%F}"})
    report = stage.file("usage.csv", usage(cut_id))
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(report)})
    studio.post("/v1/accruals", {})
    agency.post(
        f"/v1/performers/{anna.id}/payee",
        {
            "name": "Anna",
            "street": "Weg",
            "building": "1",
            "post_code": "10115",
            "town": "Berlin",
            "country": "DE",
            "residence": "DE",
            "iban": IBAN,
        },
    )


def _bill(operator: Client, studio_id: str) -> None:
    now = datetime.now(UTC)
    book = operator.get("/v1/me")["tenant_id"]
    parties = (
        (book, "Registry", {"tax_number": "27/123/45678", "iban": IBAN}),
        (studio_id, "Studio", {}),
    )
    for party_id, name, more in parties:
        operator.post(f"/v1/billing-parties/{party_id}", {"name": name, **PARTY, **more})
    (invoice,) = operator.post("/v1/invoices", {"month": f"{now:%Y-%m}"})["issued"]
    amount = f"{int(invoice['gross_micro']) / 1_000_000:.2f}"
    paid = {"reference": "p1", "booked_on": f"{now:%F}", "amount": amount, "currency": "EUR"}
    receipt = operator.post("/v1/receipts", paid)
    operator.post(f"/v1/receipts/{receipt['id']}/matches", {"invoice_id": invoice["id"]})
    operator.post("/v1/payout-accounts", {"whose": "own", "name": "Registry", "iban": IBAN})
