"""A run performer by performer is kept when it is drafted, and says what its lines come to."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from api.schema import downgrade, upgrade
from core.errors import NotFound
from royalties.models_runs import Run
from royalties.runbegin import Wanted
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
    assert {one.set_free_micro for one in told.told()} == {0}
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


def test_what_a_final_run_sets_free_is_told_performer_by_performer(money: Money) -> None:
    cuts = [money.earn(views, taxed=taxed) for views, taxed in ((10_000, "DE"), (20_000, "US"))]
    money.receive()
    first = money.run()
    for _ in range(2):
        money.run(Wanted(follows_id=first.id))
    final = money.draft(Wanted(follows_id=first.id, final=True))
    told = {one.performer_id: one for one in kept(money, final)}
    home, abroad = (told[money.people[cut].id] for cut in cuts)
    assert (home.set_free_micro, home.payable_micro, home.tax_micro) == (5_000_000, 5_000_000, 0)
    assert (abroad.set_free_micro, abroad.payable_micro) == (10_000_000, 8_417_500)
    assert abroad.payable_micro + abroad.tax_micro == abroad.before_tax_micro == abroad.former_micro
    assert (home.lines, home.handed_on_micro, home.reserve_micro) == (0, 0, 0)


def test_what_the_next_run_frees_is_no_news_of_a_claim(money: Money) -> None:
    cut = money.earn(10_000, taxed="")
    money.receive()
    first = money.run()
    (blocked,) = kept(money, first)
    performer, tenant = money.people[cut].id, money.people[cut].tenant_id
    money.lives_in(performer, tenant, "DE")
    (freed,) = kept(money, money.draft(Wanted(follows_id=first.id)))
    assert freed.payable_micro == freed.set_free_micro == blocked.blocked_micro > 0
