"""Unclaimed money: listed after its term, booked by two people, public, claimed once, given up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st

from api.paging import Window
from api.performer import disputing
from api.performer.whom import ITSELF, Whom
from api.society import disputes
from api.society import unclaimed as pages
from api.web.forms import form_page
from core import notices
from core.clock import utc_now
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.ids import derived_id
from registry.models.people import Performer
from royalties.accounts import AccountKind
from royalties.models_complaints import Ground, Ruling
from royalties.models_runs import Run
from royalties.models_unclaimed import UnclaimedKind, UnclaimedList, UnclaimedState
from royalties.runbegin import Wanted
from royalties.service import payees, publishing, rulings, runs, unclaimed
from royalties.unclaimed import becomes, of_strangers
from royalties.wire_unclaimed import published_to_dict
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, found
from tests.store.test_accruals_by_tariff import agree, publish
from tests.store.test_accruals_unlicensed import stranger
from tests.store.test_books_replay import exported, replayed
from tests.store.test_complaints import dispute, proved
from tests.store.test_long_lists import whole
from tests.store.test_runs import Money
from tests.unit.royalties.run_worlds import claim

# The tests of the store live in the year that these are about, before any of these moments.
OVER = datetime(2027, 10, 1, 0, 0, tzinfo=UTC)
LATER = datetime(2027, 11, 2, 12, tzinfo=UTC)
GONE = datetime(2030, 1, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


@pytest.fixture
def money(office: Office) -> Money:
    return Money(office)


@pytest.fixture
def cut_id(money: Money) -> str:
    """A cut in which somebody licensed and somebody unknown have a half each, all of it paid."""
    (made,) = half_strange(money, 1)
    money.receive()
    return made


def half_strange(money: Money, number: int) -> list[str]:
    """So many cuts in which somebody licensed and somebody unknown have a half each."""
    stage, anna = money.stage, money.stage.performer()
    money.lives_in(anna.id, anna.tenant_id, "DE")
    stage.licence(anna, agree(stage, publish(stage)))
    made = [stage.cut() for _ in range(number)]
    for one in made:
        money.people[one] = anna
        stage.clear(one, found(one, anna), strangers=[stranger((0, 20_000), (10_000, 60_000))])
    stage.import_lines(*(f"{one},DE,2026-11,2000" for one in made))
    stage.accrue()
    return made


def propose(
    money: Money, at: datetime = OVER, kind: UnclaimedKind = UnclaimedKind.APART
) -> UnclaimedList:
    with money.office.shared.write() as session:
        return unclaimed.propose(session, money.office.clerk, 2026, kind, now=at)


def decide(money: Money, item: UnclaimedList, at: datetime = OVER) -> UnclaimedList:
    with money.office.shared.write() as session:
        return unclaimed.decide(
            session, money.office.approver, item.id, approve=True, note="", now=at
        )


def public(money: Money) -> list[dict[str, object]]:
    with money.office.shared.read() as session:
        return [published_to_dict(one) for one in publishing.page(session, limit=50)]


def run_at(money: Money, wanted: Wanted, at: datetime) -> Run:
    office, vault = money.office, money.stage.world.vault
    with office.shared.write() as session:
        made = runs.draft(session, vault, office.clerk, wanted, now=at)
        runs.propose(session, office.clerk, made.id, now=at)
    with office.shared.write() as session:
        return runs.decide(session, vault, office.approver, made.id, approve=True, note="", now=at)


def claimed(money: Money, who: Performer, item_id: str, at: datetime) -> None:
    """Somebody claims a published item, and two people agree."""
    side = money.stage.agent(who)
    item = dispute(money, side, item_id, ground=Ground.MINE, claimant=who.id, at=at)
    with money.office.shared.write() as session:
        rulings.propose(session, money.office.clerk, item.id, Ruling.UPHELD, now=at)
    with money.office.shared.write() as session:
        rulings.decide(session, money.office.approver, item.id, approve=True, note="", now=at)


def test_it_is_listed_once_its_term_is_over_and_booked_by_two(money: Money, cut_id: str) -> None:
    with pytest.raises(Conflict, match="ends on 2027-09-30"):
        propose(money, datetime(2027, 9, 30, 23, 59, tzinfo=UTC))
    item = propose(money)
    with pytest.raises(Conflict, match="waits for its decision"):
        propose(money)
    with pytest.raises(NotAllowed), money.office.shared.write() as session:
        unclaimed.decide(session, money.office.clerk, item.id, approve=True, note="", now=OVER)
    assert (money.balance("unclaimed:2026-12"), public(money)) == (0, [])
    done = decide(money, item)
    assert (done.state, done.lines) == (UnclaimedState.BOOKED, 1)
    assert money.balance("unclaimed:2026-12") == -7_500_000
    assert money.balance(f"unidentified:{cut_id}") == 0
    with pytest.raises(Conflict, match="nothing to list"):
        propose(money)
    with pytest.raises(NotAllowed), money.office.shared.write() as session:
        unclaimed.propose(session, money.stage.studio, 2026, UnclaimedKind.APART, now=OVER)
    with pytest.raises(NotFound), money.office.shared.read() as session:
        unclaimed.get_list(session, money.stage.studio, item.id)


def test_what_is_public_leads_to_the_place_and_tells_no_amount(money: Money, cut_id: str) -> None:
    decide(money, propose(money))
    (shown,) = public(money)
    assert (shown["work"], shown["cut"], shown["months"]) == ("A title", "v1", ["2026-11"])
    assert shown["spans"] == [[0, 60_000]]
    assert not any("micro" in name or "amount" in name for name in shown)


def test_whoever_proves_it_is_paid_once(money: Money, cut_id: str, tmp_path: Path) -> None:
    first = run_at(money, Wanted("2026-11", "2026-11"), OVER)
    decide(money, propose(money))
    (shown,) = public(money)
    ben, carla = money.stage.performer(), money.stage.performer()
    money.lives_in(ben.id, ben.tenant_id, "DE")
    name = str(shown["id"])
    with pytest.raises(NotFound):
        dispute(money, money.stage.agent(carla), name, ground=Ground.MINE, claimant=ben.id, at=OVER)
    with pytest.raises(BadInput):
        dispute(money, money.stage.agent(ben), name, ground=Ground.MINE, at=OVER)
    with pytest.raises(NotFound):
        dispute(
            money,
            money.stage.agent(ben),
            "unc_" + "a" * 26,
            ground=Ground.MINE,
            claimant=ben.id,
            at=OVER,
        )
    claimed(money, ben, name, LATER)
    with pytest.raises(Conflict, match="claims money"):
        propose(money, GONE, UnclaimedKind.GIVEN_UP)
    follow = Wanted(follows_id=first.id)
    second = run_at(money, follow, LATER)
    assert money.balance(f"payable:{ben.payee_id}") == -7_500_000 * 85 // 100
    assert public(money) == []
    third = run_at(money, follow, LATER)
    assert (third.lines, money.balance(f"payable:{ben.payee_id}")) == (0, -6_375_000)
    for account in ("unclaimed:2026-12", f"unidentified:{cut_id}", f"accrued:{ben.id}"):
        assert money.balance(account) == 0
    proved(money, first, second, third)
    assert replayed(tmp_path, exported(money.office))[0].same
    with pytest.raises(Conflict, match="nothing to list"):
        propose(money, LATER)


def test_who_is_found_after_all_takes_it_out_of_the_list(money: Money, cut_id: str) -> None:
    anna, ben = money.people[cut_id], money.stage.performer()
    first = run_at(money, Wanted("2026-11", "2026-11"), OVER)
    decide(money, propose(money))
    money.stage.clear(cut_id, found(cut_id, anna), found(cut_id, ben))
    money.stage.accrue()
    run_at(money, Wanted(follows_id=first.id), LATER)
    assert money.balance("unclaimed:2026-12") == money.balance(f"unidentified:{cut_id}") == 0
    assert money.balance(f"held:{ben.id}") == -7_500_000
    assert public(money) == []


def test_after_three_years_it_is_given_up(money: Money, cut_id: str) -> None:
    decide(money, propose(money))
    (shown,) = public(money)
    with pytest.raises(Conflict, match="ends on 2029-12-31"):
        propose(money, LATER, UnclaimedKind.GIVEN_UP)
    decide(money, propose(money, GONE, UnclaimedKind.GIVEN_UP), GONE)
    assert money.balance("social:unclaimed") == -7_500_000
    assert (money.balance("unclaimed:2026-12"), public(money)) == (0, [])
    ben = money.stage.performer()
    with pytest.raises(NotFound):
        claimed(money, ben, str(shown["id"]), GONE)
    with pytest.raises(Conflict, match="nothing to list"):
        propose(money, GONE, UnclaimedKind.GIVEN_UP)


def test_what_is_given_up_goes_to_everybody_whom_the_years_runs_paid(
    money: Money, cut_id: str, tmp_path: Path
) -> None:
    first = run_at(money, Wanted("2026-11", "2026-11"), utc_now())
    decide(money, propose(money))
    for final in (False, False, True):
        run_at(money, Wanted(follows_id=first.id, final=final), LATER)
    anna = f"payable:{money.people[cut_id].payee_id}"
    before = money.balance(anna)
    decide(money, propose(money, GONE, UnclaimedKind.GIVEN_UP), GONE)
    assert money.balance(f"reserve:{first.id}") == -7_500_000
    last = run_at(money, Wanted(follows_id=first.id), GONE)
    assert (money.balance(f"reserve:{first.id}"), money.balance("social:unclaimed")) == (0, 0)
    assert before - money.balance(anna) == 7_500_000
    proved(money, last)
    done, database = replayed(tmp_path, exported(money.office))
    database.close()
    assert done.same


def test_a_payee_whom_nobody_named_comes_back_once_named(money: Money) -> None:
    anna = money.people[money.earn(10_000, taxed="")]
    known = money.people[money.earn(10_000)]
    money.receive()
    first = run_at(money, Wanted("2026-11", "2026-11"), utc_now())
    decide(money, propose(money))
    assert money.balance("unclaimed:2026-12") == -85_000_000
    assert money.balance(f"blocked:{anna.payee_id}") == 0
    assert money.balance(f"payable:{known.payee_id}") == -85_000_000
    assert public(money) == [], "nobody's name is published"
    with money.office.shared.read() as session:
        told = [one.kind for one in notices.inbox(session, money.stage.agent(anna))]
    assert "money.unclaimed" in told
    named_at(money, anna, LATER)
    follow = Wanted(follows_id=first.id)
    run_at(money, follow, LATER)
    assert money.balance(f"blocked:{anna.payee_id}") == -85_000_000
    run_at(money, follow, LATER)
    assert money.balance(f"payable:{anna.payee_id}") == -85_000_000
    assert money.balance("unclaimed:2026-12") == 0


def named_at(money: Money, performer: Performer, at: datetime) -> None:
    with money.office.shared.write() as session:
        payees.set_details(
            session,
            money.stage.world.vault,
            money.stage.agent(performer),
            performer.id,
            {"name": "A Performer", "residence": "DE"},
            cooling_days=0,
            now=at,
        )


def test_a_list_that_changed_since_is_not_booked(money: Money) -> None:
    anna = money.people[money.earn(10_000, taxed="")]
    money.receive()
    run_at(money, Wanted("2026-11", "2026-11"), utc_now())
    item = propose(money)
    named_at(money, anna, OVER)
    with pytest.raises(Conflict, match="has changed"):
        decide(money, item)
    assert money.balance("unclaimed:2026-12") == 0


@given(
    st.integers(1, 10**12),
    st.dictionaries(
        st.sampled_from([derived_id("run", name) for name in "abc"]), st.integers(-5, 10**9)
    ),
)
def test_all_of_it_is_given_to_the_runs_in_proportion(amount: int, kept: dict[str, int]) -> None:
    whole = sum(max(0, one) for one in kept.values())
    found = becomes(GONE, amount, kept)
    assert sum(found.values()) == amount
    if not whole:
        assert found == {"social:unclaimed": amount}
    for name, one in kept.items():
        exact = Fraction(amount * max(0, one), whole) if whole else 0
        assert abs(found.get(f"reserve:{name}", 0) - exact) < 1
    assert becomes(datetime(2026, 12, 31, tzinfo=UTC), amount, kept) == {"social:unclaimed": amount}


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
def test_lists_over_time_never_name_a_millionth_twice(received: list[int]) -> None:
    """However much comes in between, all lists together are what was received at most."""
    apart: dict[str, int] = {}
    for come in received:
        one = claim("a", come, account=AccountKind.UNIDENTIFIED, month="2026-03")
        for line in of_strangers([one, claim("b", come, month="2026-03")], 2026, apart):
            assert line.live_key == one.live_key
            apart[line.live_key] = apart.get(line.live_key, 0) + line.amount_micro
    assert sum(apart.values()) == max(received)


def shown(template: str, lang: str = "en", **values: object) -> str:
    page = form_page(template, lang, None, **values)  # type: ignore[arg-type]
    return bytes(page.body).decode().replace("\u00a0", " ")


def window() -> Window:
    return Window("", 50, "http://local/", Response())


def test_pages_say_what_is_due_who_decides_and_what_is_public(money: Money, cut_id: str) -> None:
    office = money.office
    with office.shared.read() as session:
        early = pages.desk_page(
            session, office.clerk, datetime(2027, 9, 30, 12, tzinfo=UTC), window()
        )
        due = pages.desk_page(session, office.clerk, OVER, window())
    assert (early["due"]["apart"], due["due"]["apart"]) == ([], [2026])
    assert 'data-act="/v1/unclaimed-lists"' in shown("societyunclaimed.html", **due)
    item = propose(money)
    with office.shared.read() as session:
        mine, theirs = (
            shown("unclaimedlist.html", **pages.list_page(session, who, item.id, window()))
            for who in (office.clerk, office.approver)
        )
    assert "7.50 EUR" in mine and "A title v1" in mine and "data-act" not in mine
    assert f"/v1/unclaimed-lists/{item.id}/decision" in theirs
    decide(money, item)
    (published,) = public(money)
    with office.shared.read() as session:
        done = shown(
            "societyunclaimed.html", "de", **pages.desk_page(session, office.clerk, OVER, window())
        )
        found = shown("unclaimed.html", **pages.public_page(session, "TITLE v1", window()))
        nothing = shown("unclaimed.html", **pages.public_page(session, "title v2", window()))
    assert "7,50 EUR warten" in done and "Rückstellung" in done
    assert f'href="/me/claims/{published["id"]}"' in found and "7.50" not in found
    assert "/me/claims/" not in nothing and "Nothing is published under this title" in nothing


def test_what_is_public_is_told_in_pages_and_the_search_kept(
    money: Money, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "ITEMS_AT_ONCE", 2)
    ben = money.stage.performer()
    money.lives_in(ben.id, ben.tenant_id, "DE")
    cuts = sorted(half_strange(money, 3))
    (invoice,) = money.receive(1, 3)
    decide(money, propose(money))
    money.pay(invoice.id, invoice.amounts.gross_micro // 3)
    decide(money, propose(money, LATER), LATER)
    every = public(money)
    assert [one["cut_id"] for one in every] == [*cuts, *cuts], "what came in later is on a list"
    names = [str(one["id"]) for one in every]
    claimed(money, ben, names[1], LATER)
    run_at(money, Wanted("2026-11", "2026-11"), LATER)
    names = [str(one["id"]) for one in public(money)]
    assert len(names) == 4, "of a cut that somebody claims nothing waits on either list"
    with money.office.shared.read() as session:
        for size in (1, 2, 3):
            paged = whole(
                lambda after, limit: publishing.page(session, "v1", after=after, limit=limit),
                size,
                lambda one: one.item_id,
            )
            assert paged == names
        assert publishing.page(session, after="unc_none", limit=9) == []
        begun = Window(names[0], 2, "http://local/", Response())
        page = shown("unclaimed.html", **pages.public_page(session, "v1", begun))
    assert [name for name in names if f"/me/claims/{name}" in page] == names[1:3]
    assert f'href="/unclaimed?q=v1&amp;cursor={names[2]}"' in page


def test_a_claim_is_made_seen_by_its_title_and_ruled_on(money: Money, cut_id: str) -> None:
    office, ben = money.office, money.stage.performer()
    decide(money, propose(money))
    (published,) = public(money)
    acting = Whom(ben, money.stage.agent(ben), ITSELF)
    with office.shared.read() as session:
        asked = disputing.claim_page(session, acting, str(published["id"]))
        with pytest.raises(NotFound):
            disputing.claim_page(session, acting, "unc_none")
    assert "Is this you in A title?" in shown("myclaim.html", whom=acting, **asked)
    name = str(published["id"])
    item = dispute(money, acting.side, name, ground=Ground.MINE, claimant=ben.id, at=OVER)
    with office.shared.read() as session:
        mine = disputing.dispute_page(session, acting, item.id, OVER)
        desk = shown(
            "societyunclaimed.html", **pages.desk_page(session, office.clerk, OVER, window())
        )
        seen = disputes.dispute_page(
            session, office.clerk, item.id, ("shared", "2/5"), lang="en", now=OVER
        )
    assert "A title v1" in shown("mydispute.html", whom=acting, **mine)
    assert f"/society/disputes/{item.id}" in desk
    assert [one.amount_micro for one in seen["preview"].changes] == [3_000_000, -3_000_000]
