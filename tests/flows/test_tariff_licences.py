"""A licence by tariff through the interface: pinned when drafted, and refused in words."""

from typing import Any

import pytest

from api.client import Refused
from tests.simulators.stage import Person, Stage

BY_TARIFF = {"kind": "tariff", "id": "aifilms-view", "rate": "0.5", "currency": "EUR"}


def test_a_licence_pins_the_newest_version_of_the_tariff_it_names(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    anna = Person.add(agency, "anna")
    made = anna.license(studio_id, tariff=BY_TARIFF)
    digest = studio.get("/v1/tariffs/aifilms-view")["digest"]
    assert made["terms"]["tariff"] == {**BY_TARIFF, "version": 1, "digest": digest}
    pitch = {"stage": "pitch", **BY_TARIFF}
    staged = anna.license(studio_id, stages=["pitch", "release"], stage_rates=[pitch])
    assert staged["terms"]["stage_rates"][0]["digest"] == digest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "nobody"}, "no such tariff"),
        ({"version": 7}, "no such tariff"),
        ({"currency": "USD"}, "is in EUR"),
        ({"rate": "0"}, "leaves the rate to the licence"),
        ({"digest": "0" * 64}, "something else"),
        ({"id": "gema-ai"}, "rates of its own"),
    ],
)
def test_a_price_that_does_not_fit_is_refused(
    stage: Stage, changes: dict[str, Any], said: str
) -> None:
    _, agency = stage.tenant("agency")
    studio_id, _ = stage.tenant("studio")
    anna = Person.add(agency, "anna")
    with pytest.raises(Refused, match=said):
        anna.license(studio_id, tariff={**BY_TARIFF, **changes})


def test_requests_and_offers_pin_it_as_well(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    anna = Person.add(agency, "anna")
    terms = {**anna.license(studio_id)["terms"], "tariff": BY_TARIFF}
    (asked,) = studio.post("/v1/requests", {"terms": terms})
    (offer,) = studio.get(f"/v1/requests/{asked['id']}/offers")
    assert len(offer["terms"]["tariff"]["digest"]) == 64
    dearer = {**terms, "tariff": {**BY_TARIFF, "rate": "0.75"}}
    agency.post(f"/v1/requests/{asked['id']}/offers", {"terms": dearer})
    newest = studio.get(f"/v1/requests/{asked['id']}/offers")[-1]["terms"]["tariff"]
    assert (newest["rate"], newest["version"]) == ("0.75", 1)
