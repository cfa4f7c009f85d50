"""Peer check: the ISO schema of pain.001.001.09 accepts our files and refuses them when touched."""

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ids import derived_id
from royalties.ibans import check_bic, check_iban
from royalties.models_payouts import BookAccount
from royalties.pain001 import Transfer, credit_transfer
from royalties.payees import PayeeDetails, changed
from royalties.paying import reference_of
from royalties.sepatext import is_latin
from tests.reference.conftest import peer

pytestmark = pytest.mark.reference

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
PAYER = BookAccount("bac_a", "ten_a", "own", 1, "Verein & Söhne", "DE75512108001245126199", "", AT)
IBANS = ("DE89370400440532013000", "FR1420041010050500013M02606", "CH9300762011623852957")


@pytest.fixture(scope="module")
def schema() -> Any:
    found = find_spec("sepaxml")
    if found is None or found.origin is None:
        pytest.skip("peer: install requirements/peers.txt for the schema that sepaxml ships")
    file = Path(found.origin).parent / "schemas" / "pain.001.001.09.xsd"
    return peer("xmlschema").XMLSchema(str(file))


def made(*transfers: Transfer, payer: BookAccount = PAYER) -> str:
    data = credit_transfer(
        payer,
        transfers,
        reference=reference_of(derived_id("pba", "a")),
        execute_on=date(2026, 11, 24),
        made_at=AT,
    )
    return data.decode("utf-8")


def transfer(number: int = 0, cents: int = 1, **said: str) -> Transfer:
    details = changed(PayeeDetails(iban=IBANS[number % 3], name="A"), {"name": "Ada", **said})
    reference = reference_of(derived_id("pot", str(number)))
    return Transfer(reference, cents * 10_000, details, f"Payout {number}")


def test_a_whole_file_is_valid(schema: Any) -> None:
    address = {"street": "Straße", "building": "7", "post_code": "1010", "town": "Wien"}
    text = made(
        transfer(0, 1),
        transfer(1, 99_999_999_999, country="AT", bic="BNPAFRPPXXX", **address),
        transfer(2, 7, town="Bern"),
        payer=replace(PAYER, bic=check_bic("SOGEDEFF", check_iban(PAYER.iban))),
    )
    schema.validate(text)
    assert text == made(
        transfer(0, 1),
        transfer(1, 99_999_999_999, country="AT", bic="BNPAFRPPXXX", **address),
        transfer(2, 7, town="Bern"),
        payer=replace(PAYER, bic="SOGEDEFF"),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<IBAN>DE89", "<IBAN>D989"),
        ("<NbOfTxs>1</NbOfTxs>", ""),
        ("TRF", "XYZ"),
        ("2026-11-24", "24.11.2026"),
        ('Ccy="EUR"', 'Ccy="Euro"'),
        ("<EndToEndId>POT", f"<EndToEndId>{'P' * 35}"),
    ],
)
def test_a_file_that_was_touched_is_refused(schema: Any, old: str, new: str) -> None:
    text = made(transfer())
    assert old in text
    assert schema.is_valid(text)
    assert not schema.is_valid(text.replace(old, new))


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(min_size=1, max_size=140).filter(
        lambda text: text.isprintable() and is_latin(text)
    ),
    town=st.text(max_size=35).filter(str.isprintable),
    cents=st.integers(1, 10**11),
)
def test_whatever_somebody_is_called_the_file_is_valid(
    schema: Any, name: str, town: str, cents: int
) -> None:
    schema.validate(made(transfer(0, cents, name=name, town=town, country="DE")))
