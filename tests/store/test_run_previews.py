"""A run performer by performer is kept when it is drafted, and says what its lines come to."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from api.schema import downgrade, upgrade
from core.errors import NotFound
from royalties.models_runs import Run
from royalties.runpreview import PerformerPreview, Previews
from royalties.service import runs
from tests.fixtures import TestWorld
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.test_runs import Money


@pytest.fixture
def money(migrated: TestWorld) -> Iterator[Money]:
    with office_of(Stage(migrated)) as office:
        yield Money(office)


def kept(money: Money, run: Run, after: str = "", limit: int = 200) -> list[PerformerPreview]:
    with money.office.shared.read() as session:
        return runs.preview_of(session, money.office.clerk, run.id, after=after, limit=limit)


def test_previews_are_what_the_lines_come_to_and_an_older_registry_gets_them(money: Money) -> None:
    cuts = [money.earn(views, taxed=taxed) for views, taxed in ((10_001, "DE"), (77, "US"))]
    cuts.append(money.earn(333, taxed=""))
    money.receive(2, 3)
    run = money.run()
    told = Previews(run.kind)
    told.see(money.lines(run))
    assert kept(money, run) == told.told()
    assert {one.performer_id for one in told.told()} == {money.people[cut].id for cut in cuts}
    assert sum(one.payable_micro for one in told.told()) == money.totals(run).payable_micro
    first = kept(money, run, limit=1)
    assert first + kept(money, run, after=first[0].performer_id) == told.told()
    with pytest.raises(NotFound), money.office.shared.read() as session:
        runs.preview_of(session, money.stage.studio, run.id)
    db = money.stage.db
    downgrade(db, "0137")
    upgrade(db)
    assert kept(money, run) == told.told()
    with db.read() as session:
        counted = session.connection().execute(text("SELECT count(*) FROM distribution_preview"))
        assert counted.scalar_one() == len(cuts)
