"""Works and cuts: stored in their legal order, read by their own studio."""

import pytest

from core.errors import BadInput, NotFound
from registry.models.works import CutFormat, WorkLevel
from registry.service import works
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0


def test_a_cut_knows_all_works_above_it(world: TestWorld) -> None:
    path: list[str] = []
    with world.db.write() as session:
        for level in (WorkLevel.UNIVERSE, WorkLevel.SERIES, WorkLevel.SEASON, WorkLevel.EPISODE):
            work = works.create_work(
                session,
                world.first,
                level=level,
                title=f"  The   {level}  ",
                parent_id=path[-1] if path else None,
                identifiers={"EIDR": "10.5240/1"},
                now=T0,
            )
            path.append(work.id)
        cut = works.create_cut(
            session,
            world.first,
            path[-1],
            label="vertical",
            format=CutFormat.VERTICAL,
            language="de",
            duration_ms=90_000,
            now=T0,
        )
    with world.db.read() as session:
        assert works.work_path(session, world.first, cut.id) == tuple(reversed(path))
        assert works.get_work(session, world.first, path[0]).title == "The universe"
        assert works.list_cuts(session, world.first, work_id=path[-1]) == (cut,)
        assert len(works.list_works(session, world.first)) == 4


def test_an_illegal_parent_is_refused(world: TestWorld) -> None:
    with pytest.raises(BadInput), world.db.write() as session:
        works.create_work(session, world.first, level=WorkLevel.SEASON, title="One", now=T0)


def test_another_studio_can_neither_see_nor_extend_a_work(world: TestWorld) -> None:
    stranger = world.principal("studio")
    with world.db.write() as session:
        series = works.create_work(
            session, world.first, level=WorkLevel.SERIES, title="Ours", now=T0
        )
        with pytest.raises(NotFound):
            works.get_work(session, stranger, series.id)
        with pytest.raises(NotFound):
            works.create_work(
                session,
                stranger,
                level=WorkLevel.SEASON,
                title="Theirs",
                parent_id=series.id,
                now=T0,
            )
        assert works.list_works(session, stranger) == ()


def test_episodes_stand_by_their_numbers_page_by_page(world: TestWorld) -> None:
    titles = [f"Episode {number}" for number in range(1, 13)]
    with world.db.write() as session:
        for title in sorted(titles):
            works.create_work(session, world.first, level=WorkLevel.FILM, title=title, now=T0)
    found: list[str] = []
    last: tuple[str, str] | None = None
    with world.db.read() as session:
        while window := works.works_under(session, world.first, None, after=last, limit=5):
            found += [work.title for work in window]
            last = (window[-1].title, window[-1].id)
    assert found == titles
