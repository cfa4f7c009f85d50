"""Statements of all of one's performers are those that each of them gets alone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.errors import BadInput, NotAllowed
from core.principal import Principal
from royalties.accountstatement import AccountStatement
from royalties.service.accountstatements import account_statement, months, own_statements
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage, cleared, found
from tests.unit.royalties.worlds import tariff

NOW = datetime(2026, 12, 10, tzinfo=UTC)


def earning(stage: Stage, agency: Principal, *views: int) -> Iterator[str]:
    """Performers of an agency, and what each was viewed in November; another's beside each."""
    for count in views:
        performer, cut_id = stage.performer(agency), stage.cut()
        stage.licence(performer, tariff("per_view", 10_000))
        _, stranger = cleared(stage)
        stage.clear(cut_id, found(cut_id, performer), found(cut_id, stranger))
        stage.import_lines(*([f"{cut_id},DE,2026-10,{count}"] if count else []))
        yield performer.id


def own(
    stage: Stage, who: Principal, month: str, *, after: str = "", limit: int = 2
) -> list[AccountStatement]:
    with stage.db.read() as session:
        return own_statements(session, who, month=month, after=after, limit=limit, now=NOW)


def test_all_statements_are_those_that_each_performer_gets_alone(world: TestWorld) -> None:
    stage = Stage(world)
    agency = world.principal("agency")
    names = sorted(earning(stage, agency, 7, 0, 9))
    stage.accrue()
    with stage.db.read() as session:
        opened = [months(session, agency, performer_id=name, now=NOW) for name in names]
        (month,) = {one for some in opened for one in some}
        alone = [
            account_statement(session, agency, performer_id=name, month=month, now=NOW)
            for name in names
        ]
    first = own(stage, agency, month)
    assert [*first, *own(stage, agency, month, after=first[-1].holder.performer_id)] == alone
    assert sorted(len(one.movements) for one in alone) == [0, 1, 1]
    later = own(stage, agency, "2099-01", limit=3)
    closings = [one.closing_micro for each in alone for one in each.balances]
    assert [one.opening_micro for each in later for one in each.balances] == closings


def test_only_whoever_may_read_reports_reads_them(world: TestWorld) -> None:
    stage = Stage(world)
    agency = world.principal("agency", "performers")
    with pytest.raises(NotAllowed):
        own(stage, agency, "2026-11")
    assert own(stage, stage.studio, "2026-11") == []
    with pytest.raises(BadInput):
        own(stage, stage.studio, "November")
