"""A hundred random books through the database: any order of import ends in the same books.

Each world is lived twice over a copy of the migrated schema, its usage in two orders: the same
balances and run hashes. Its facts, booked again in an empty database, make the same book.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.schema import upgrade
from core.clock import utc_now
from core.db import Database
from core.principal import Principal
from registry.models.people import Performer
from royalties.models_complaints import Ground, Ruling
from royalties.service import bookaccounts, payees
from royalties.service.pools import report_pool
from royalties.service.replay import replay
from royalties.service.statements import account_balances
from tests.fixtures import made_world
from tests.schemas import copied
from tests.store.book_lives import IBAN, TERMS, Life, Line
from tests.store.memory import Kept
from tests.store.royalties_books import Office, untaxed
from tests.store.royalties_stage import Stage
from tests.store.test_accruals_unlicensed import ask
from tests.store.test_books_replay import exported
from tests.store.test_collecting_books import agree, mandate

WORLDS = 100
RESIDENCES = ("DE", "US", "", "DE")
MONTHS = ("2026-01", "2026-02", "2026-03")
CUTS, PEOPLE = 2, len(RESIDENCES)


@dataclass(frozen=True)
class Base:
    """What every world begins with, and an empty registry for its facts."""

    life: Life
    kept: Kept
    empty: Kept


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    folder = tmp_path_factory.mktemp("worlds")
    bare = Database.open(folder / "empty.db", create=True)
    copied(upgrade)(bare)
    bare.checkpoint()
    with made_world(folder, upgrade) as world:
        stage = Stage(world)
        people = [stage.performer() for _ in RESIDENCES]
        life = Life(stage, people, [stage.cut() for _ in range(CUTS)], world.principal("society"))
        for office in replace(life, collects=True).offices:
            untaxed(office)
            _pays(life, office)
        for who, country in zip(people, RESIDENCES, strict=True):
            if country:
                _lives_in(life, who, country)
        world.db.checkpoint()
        kept = Kept.of_file(world.settings.database_path, world.vault)
        yield Base(life, kept, Kept.of_file(bare.path))
        kept.close()
    bare.close()


def _pays(life: Life, office: Office) -> None:
    with life.db.write() as session:
        said = {"name": "Society", "iban": IBAN, "bic": ""}
        bookaccounts.set_account(session, office.clerk, "own", **said, now=utc_now())


def _lives_in(life: Life, who: Performer, country: str) -> None:
    said = {"name": "A Performer", "residence": country}
    side, now = life.stage.agent(who), utc_now()
    with life.db.write() as session:
        payees.set_details(
            session, life.stage.world.vault, side, who.id, said, cooling_days=0, now=now
        )


cuts, people = st.integers(0, CUTS - 1), st.integers(0, PEOPLE - 1)
places, amounts = st.integers(0, 40), st.one_of(st.integers(7, 500), st.integers(10**4, 10**6))
terms = st.one_of(st.integers(0, len(TERMS) - 1), st.integers(0, len(TERMS) - 1), st.none())
casts = st.tuples(st.dictionaries(people, terms, min_size=1, max_size=3), st.booleans())
lines = st.lists(
    st.tuples(
        cuts,
        st.sampled_from(("DE", "FR", "US")),
        st.sampled_from(MONTHS),
        st.integers(0, 2),
        amounts,
    ),
    min_size=2,
    max_size=5,
    unique=True,
)
shares = st.tuples(people, st.integers(0, 1), st.sampled_from((Fraction(1), Fraction(2, 3))))
parts = st.sampled_from((Fraction(1), Fraction(2, 3), Fraction(1, 7)))
ACTS = st.one_of(
    st.tuples(st.just("correct"), places, amounts),
    st.tuples(st.just("cast"), cuts, st.dictionaries(people, terms, min_size=1), st.booleans()),
    st.tuples(
        st.just("dispute"),
        places,
        st.sampled_from((Ground.MINE, Ground.NOT_ME, Ground.OVER_CLAIM)),
        st.sampled_from((None, Ruling.REJECTED, Ruling.UPHELD, Ruling.SHARED)),
    ),
    st.tuples(st.just("share"), people, st.integers(0, 1), st.just(Fraction(2, 3)), st.none()),
    st.tuples(st.just("exchange"), places, parts),
    st.tuples(st.just("bill"), parts),
    st.tuples(st.just("write_off"), places, parts, st.booleans()),
    st.tuples(
        st.just("refund"),
        st.integers(100_000, 10**9),
        parts,
        st.sampled_from(("", "settled", "returned")),
    ),
)


@dataclass(frozen=True)
class World:
    """What is drawn: facts before any usage, usage, and what happens after the first run."""

    casts: tuple[tuple[Mapping[int, int | None], bool], ...]
    shares: tuple[tuple[int, int, Fraction], ...]
    collected: int | None
    asks: bool
    subscribers: int
    lines: list[Line]
    late: list[Line]
    paid: Fraction
    acts: tuple[tuple[object, ...], ...]


WORLD = st.builds(
    World,
    st.tuples(*([casts] * CUTS)),
    st.lists(shares, max_size=2).map(tuple),
    st.one_of(st.none(), st.none(), people),
    st.booleans(),
    st.integers(0, 3_000),
    lines,
    lines,
    parts,
    st.lists(ACTS, min_size=1, max_size=3).map(tuple),
)


@pytest.mark.timeout(1800)
@settings(
    deadline=None,
    phases=(Phase.generate,),  # to shrink a world takes longer than to read it
    max_examples=WORLDS,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=WORLD, data=st.data())
def test_any_order_of_import_gives_the_same_books(
    base: Base, world: World, data: st.DataObject
) -> None:
    shuffled = [data.draw(st.permutations(range(len(one)))) for one in (world.lines, world.late)]
    _the_same(base, world, shuffled, data.draw(st.sets(st.integers(1, 6), max_size=1)))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_fee_that_another_line_carries_first_leaves_the_same_run(
    base: Base, order: tuple[int, ...]
) -> None:
    """A flat fee moves to the line that ranks first; its first carrier is found no less late."""
    both = [(0, "DE", "2026-01", 0, amount) for amount in (161, 7)]
    casts = (({2: 4}, True), ({0: 2}, False))
    acts = (("cast", 0, {2: 5, 3: 5}, False),)
    world = World(casts, (), None, False, 34, both, both, Fraction(1, 7), acts)
    _the_same(base, world, (order, order), {1})


def _the_same(base: Base, world: World, shuffled: Sequence[Sequence[int]], ends: set[int]) -> None:
    """The books of usage in order and taken in at once, and of the same usage otherwise."""
    with base.kept.opened() as database:
        prepared = Life.over(base.life, database)
        _prepare(prepared, world)
        kept = base.kept.after(database)
    in_order = [range(len(world.lines)), range(len(world.late))]
    with kept.opened() as one, kept.opened() as other:
        first, second = Life.over(prepared, one), Life.over(prepared, other)
        _live(first, world, in_order, set(), eager=False)
        _live(second, world, shuffled, ends, eager=True)
        assert second.hashes == first.hashes
        first.verify()
        assert second.balances() == first.balances()
        for office, wanted in zip(first.offices, first.balances(), strict=True):
            _book_again(base, exported(office), office.clerk, wanted)
    kept.close()


def _prepare(life: Life, world: World) -> None:
    """What is decided, claimed and agreed before anything was reported."""
    for cut, (there, strangers) in enumerate(world.casts):
        life.cast(cut, there, strangers)
    for who, party, part in world.shares:
        life.share(who, party, part, None)
    office = life.offices[0]
    life.collects = world.collected is not None
    if world.collected is not None:
        given_ = mandate(life.society, life.people[world.collected])
        agree(office, replace(given_, valid_from=date(2026, 2, 1), territories=("DE", "FR")))
    if world.asks:
        ask(life.stage)
    for month in MONTHS[:2]:
        with life.db.write() as session:
            report_pool(
                session,
                life.stage.studio,
                month,
                subscribers=world.subscribers,
                income_micro={},
                currency="",
                now=utc_now(),
            )


def _live(
    life: Life, world: World, orders: Sequence[Sequence[int]], ends: set[int], *, eager: bool
) -> None:
    life.report(world.lines, orders[0], ends, eager=eager)
    life.bill(world.paid)
    life.run()
    for name, *given_ in world.acts:
        getattr(life, str(name))(*given_)
    life.report(world.late, orders[1], ends, eager=eager)
    life.bill(Fraction(1))
    life.follow()


def _book_again(
    base: Base, facts: list[str], clerk: Principal, wanted: dict[tuple[str, str], int]
) -> None:
    with base.empty.opened() as database, database.write() as session:
        done = replay(session, facts, now=utc_now())
        assert (done.differences, done.same) == ((), True)
        found = account_balances(session, clerk)
    assert {key: net for key, net in found.items() if net} == wanted
