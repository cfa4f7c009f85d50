"""Previews from real books: which side sees which claims at a price that is only on the table."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import BadInput, NotAllowed
from core.principal import Principal
from licensing.models import Terms
from royalties.service import previews
from royalties.service.previews import Tried
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage, cleared
from tests.unit.royalties.test_preview import TERMS
from tests.unit.royalties.worlds import tariff

NOVEMBER = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def tried(stage: Stage, asker: Principal, terms: Terms, period: str = "") -> Tried:
    with stage.db.read() as session:
        return previews.of_terms(session, asker, terms, period=period, now=NOVEMBER)


def test_last_months_claims_at_another_price(stage: Stage, world: TestWorld) -> None:
    cut_id, performer = cleared(stage, tariff("per_view", 1_000))
    stage.import_lines(f"{cut_id},DE,2026-10,100", f"{cut_id},AT,2026-09,7")
    stage.accrue()
    studio = stage.studio.tenant_id
    terms = replace(TERMS, performer_id=performer.id, licensee_id=studio)
    mine = tried(stage, stage.agent(performer), terms)
    assert (mine.period, mine.found.here.amount_micro) == ("2026-10", 200_000)
    assert dict(mine.found.here.earned) == {"EUR": 100_000}
    assert tried(stage, stage.studio, terms, "2026-09").found.here.amount_micro == 14_000
    assert tried(stage, world.second, terms).found.here.lines == 0
    elsewhere = tried(stage, stage.agent(performer), replace(terms, licensee_id="ten_x")).found
    assert (elsewhere.here.lines, elsewhere.elsewhere.amount_micro) == (0, 200_000)


def test_wrong_questions_are_refused(stage: Stage) -> None:
    performer = stage.performer()
    terms = replace(TERMS, performer_id=performer.id)
    with pytest.raises(BadInput):
        tried(stage, stage.agent(performer), terms, "2026-1")
    blind = Principal(performer.tenant_id, "test", frozenset({"licences"}), "performer")
    with pytest.raises(NotAllowed):
        tried(stage, blind, terms)
