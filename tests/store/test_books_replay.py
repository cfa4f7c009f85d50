"""Facts booked again in an empty database make the same books, touched ones do not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.schema import upgrade
from core.db import Database
from core.errors import BadInput, EbenbildError
from royalties.accounts import accrued
from royalties.closing import month_of
from royalties.fx import Rate, ratio_of
from royalties.service.bookfacts import facts_of
from royalties.service.exchanges import Wanted, change, undo
from royalties.service.replay import Replayed, replay
from royalties.service.statements import account_balances
from tests.fixtures import TestWorld
from tests.schemas import copied
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.test_accruals_by_tariff import agree, publish, shipped
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

RATE = Rate("EUR", "USD", ratio_of("1.0835"), "ECB", date(2026, 11, 20))


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


@pytest.fixture
def lines(office: Office) -> list[str]:
    """Facts of two months: accruals, a re-scan, a use that is gone, an exchange taken back."""
    stage = office.stage
    cut_id, anna = cleared(stage)
    other, _ = cleared(stage, tariff("per_view", 333, "USD"))
    stage.import_lines(*(f"{cut},DE,2026-1{n},{n}5" for cut in (cut_id, other) for n in range(3)))
    stage.accrue()
    for amount in (1_000, 2_000):
        with office.shared.write() as session:
            made = change(
                session, office.clerk, Wanted(accrued(anna.id), amount, RATE, "r"), now=NOW
            )
    with office.shared.write() as session:
        undo(session, office.clerk, made.id, reason="wrong-rate", now=NOW)
    office.close(month_of(NOW), at=NOW)
    stage.clear(cut_id, found(cut_id, anna, (40, 90_047)))
    stage.accrue()
    stage.clear(other, found(other, anna))
    stage.accrue()
    return exported(office)


def exported(office: Office) -> list[str]:
    with office.shared.read() as session:
        return list(facts_of(session, office.book))


def replayed(folder: Path, lines: list[str]) -> tuple[Replayed, Database]:
    database = Database.open(folder / "empty.db", create=True)
    copied(upgrade)(database)
    with database.write() as session:
        done = replay(session, lines, now=NOW)
    return done, database


def test_prices_by_tariff_are_booked_again_from_the_tariffs_among_the_facts(
    office: Office, tmp_path: Path
) -> None:
    stage = office.stage
    by_points, once = agree(stage, publish(stage)), agree(stage, shipped("flat-cut", "750"))
    cut_id = stage.cut()
    people = [stage.performer() for _ in range(3)]
    for person, term in zip(people, (by_points, by_points, once), strict=True):
        stage.licence(person, term)
    stage.clear(cut_id, *(found(cut_id, person) for person in people))
    stage.import_lines(f"{cut_id},DE,2026-11,1", f"{cut_id},AT,2026-11,7")
    assert stage.accrue().new == 5
    lines = exported(office)
    done, database = replayed(tmp_path, lines)
    database.close()
    assert done.same
    (tmp_path / "bare").mkdir()
    with pytest.raises(BadInput):
        replayed(tmp_path / "bare", [line for line in lines if '"fact":"tariff"' not in line])


def test_replayed_facts_make_the_same_books(
    office: Office, lines: list[str], tmp_path: Path
) -> None:
    done, database = replayed(tmp_path, lines)
    assert done.same
    assert [one.month for one in done.roots] == [month_of(NOW), ""]
    assert done.transactions > 15
    with office.shared.read() as session, database.read() as again:
        assert account_balances(again, office.clerk) == account_balances(session, office.clerk)
        assert list(facts_of(again, office.book)) == lines
    database.close()


def test_facts_hold_no_amount_of_an_accrual_and_no_name(lines: list[str]) -> None:
    accruals = [fact for fact in map(json.loads, lines) if fact["fact"] == "accrual"]
    assert accruals
    assert not any("amount" in json.dumps(fact) for fact in accruals)
    assert "Anna" not in "\n".join(lines)


def touched(lines: list[str], kind: str, change: dict[str, object]) -> list[str]:
    """The facts with the first one of this kind changed."""
    at = next(n for n, line in enumerate(lines) if json.loads(line)["fact"] == kind)
    fact = json.loads(lines[at])
    pins = fact.get("pins", {})
    pins.update({name: value for name, value in change.items() if name in pins})
    fact.update({name: value for name, value in change.items() if name not in pins})
    return [*lines[:at], json.dumps(fact), *lines[at + 1 :]]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("accrual", {"spans": [[0, 60_001]]}),
        ("accrual", {"revision": 1, "reason": "owed-twice"}),
        ("accrual", {"posted": "2031-01"}),
        ("month", {"root": "00" * 32}),
        ("end", {"root": "00" * 32}),
    ],
)
def test_changed_facts_make_other_books(
    lines: list[str], tmp_path: Path, kind: str, change: dict[str, object]
) -> None:
    done, database = replayed(tmp_path, touched(lines, kind, change))
    database.close()
    assert not done.same


def test_a_fact_left_out_is_noticed(lines: list[str], tmp_path: Path) -> None:
    gone = next(n for n, line in enumerate(lines) if '"fact":"reversal"' in line)
    try:
        done, database = replayed(tmp_path, [*lines[:gone], *lines[gone + 1 :]])
    except EbenbildError:
        return
    database.close()
    assert not done.same


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:1], "{}", *lines[1:]],
        lambda lines: [*lines[:1], "no json", *lines[1:]],
        lambda lines: [lines[0].replace("facts-3", "facts-4"), *lines[1:]],
        lambda lines: [lines[0], *lines],
        lambda lines: touched(lines, "accrual", {"at": "yesterday"}),
        lambda lines: touched(lines, "fx", {"postings": [["bank"]]}),
        lambda lines: touched(lines, "reversal", {"reverses": "txn_none"}),
    ],
)
def test_what_are_no_facts_is_refused(lines: list[str], tmp_path: Path, change: object) -> None:
    with pytest.raises(BadInput):
        replayed(tmp_path, change(lines))  # type: ignore[operator]


def test_an_empty_book_replays_to_an_empty_book(office: Office, tmp_path: Path) -> None:
    done, database = replayed(tmp_path, exported(office))
    database.close()
    assert (done.same, done.transactions) == (True, 0)
    assert replace(done, transactions=0) == done
