"""Deliveries: spread once, tried by the schedule, given up at its end, sent again by hand."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import deliveries, outbox, webhooks
from core.deliveries import ATTEMPTS_MAX, RETRY_AFTER_S, Channel, Delivery, DeliveryState, pause
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.hooksign import Scheme
from core.principal import Principal
from core.webhooks import Endpoint
from tests.fixtures import TestWorld
from tests.store.today import NOW


def endpoint(
    world: TestWorld, who: Principal, *kinds: str, url: str = "https://example.org/"
) -> Endpoint:
    with world.db.write() as session:
        made, _ = webhooks.add_endpoint(
            session,
            world.vault,
            who,
            url=url,
            kinds=kinds or ("*",),
            scheme=Scheme.HMAC,
            loopback=False,
            now=NOW,
        )
    return made


def scheduled(world: TestWorld, target: str = "whk_1", event_seq: int = 1) -> None:
    with world.db.write() as session:
        deliveries.schedule(
            session,
            tenant_id=world.first.tenant_id,
            event_seq=event_seq,
            kind="use.found",
            channel=Channel.WEBHOOK,
            target_id=target,
            body="{}",
            now=NOW,
        )


def attempt(world: TestWorld, at_s: float, fault: str = "no answer", **more: object) -> Delivery:
    now = NOW + timedelta(seconds=at_s)
    with world.db.write() as session:
        claimed = deliveries.claim(session, now=now)
        assert claimed is not None
        ended = deliveries.settle(session, claimed[0], status=None, fault=fault, now=now, **more)  # type: ignore[arg-type]
    assert ended is not None
    return ended


def wanting(world: TestWorld, tenants: Sequence[str], kind: str) -> list[str]:
    with world.db.read() as session:
        return [item.id for item in webhooks.wanting(session, tenants, kind, at=NOW)]


def test_kinds_and_groups_choose_what_is_sent(world: TestWorld) -> None:
    all_of_it = endpoint(world, world.first)
    licences = endpoint(world, world.first, "licence.*")
    one = endpoint(world, world.first, "use.found")
    theirs = endpoint(world, world.second)
    ours = [world.first.tenant_id]
    assert set(wanting(world, ours, "use.found")) == {all_of_it.id, one.id}
    assert set(wanting(world, ours, "licence.issued")) == {all_of_it.id, licences.id}
    assert set(wanting(world, ours, "licences.issued")) == {all_of_it.id}
    assert theirs.id in wanting(world, [world.second.tenant_id], "use.found")


def test_the_schedule_is_kept_and_ends(world: TestWorld) -> None:
    scheduled(world)
    at_s = 0.0
    for number in range(ATTEMPTS_MAX):
        ended = attempt(world, at_s)
        last = number == ATTEMPTS_MAX - 1
        assert ended.state is (DeliveryState.DEAD if last else DeliveryState.WAITING)
        if not last:
            wait_s = (ended.due_at - NOW).total_seconds() - at_s
            assert RETRY_AFTER_S[number] <= wait_s <= RETRY_AFTER_S[number] * 1.1 + 0.01
            at_s += wait_s
    with world.db.write() as session:
        assert deliveries.claim(session, now=NOW + timedelta(days=9)) is None


@given(st.integers(1, 20), st.floats(0, 1), st.integers(0, 10**6))
def test_a_pause_never_grows_beyond_the_schedule(attempts: int, luck: float, wait_s: int) -> None:
    assert 5 <= pause(attempts, luck, wait_s).total_seconds() <= RETRY_AFTER_S[-1] * 1.1


def test_a_receiver_that_asks_for_time_gets_it(world: TestWorld) -> None:
    scheduled(world)
    assert attempt(world, 0, wait_s=1000).due_at >= NOW + timedelta(seconds=1000)


def test_a_receiver_that_keeps_us_waiting_holds_up_only_its_own(world: TestWorld) -> None:
    for event_seq in (1, 2):
        scheduled(world, "whk_slow", event_seq)
    scheduled(world, "whk_2", 3)
    assert attempt(world, 0, slow=True).target_id == "whk_slow"
    assert attempt(world, 0, fault="").target_id == "whk_2"
    with world.db.write() as session:
        assert deliveries.claim(session, now=NOW) is None
    first = attempt(world, 6)
    assert (first.event_seq, first.attempts) == (1, 2)
    rested = attempt(world, deliveries.REST.total_seconds(), fault="")
    assert (rested.event_seq, rested.attempts) == (2, 1)


def test_a_worker_that_died_loses_nothing_and_a_late_one_changes_nothing(world: TestWorld) -> None:
    scheduled(world)
    with world.db.write() as session:
        first = deliveries.claim(session, now=NOW)
        assert first is not None
        assert deliveries.claim(session, now=NOW) is None
    later = NOW + deliveries.LEASE
    with world.db.write() as session:
        second = deliveries.claim(session, now=later)
        assert second is not None
        assert deliveries.settle(session, first[0], status=200, fault="", now=later) is None
        arrived = deliveries.settle(session, second[0], status=200, fault="", now=later)
    assert arrived is not None
    assert arrived.state is DeliveryState.ARRIVED
    assert second[1] == first[1]


def test_what_ended_is_sent_again_by_hand_only_by_its_own(world: TestWorld) -> None:
    scheduled(world)
    dead = attempt(world, 0, final=True)
    assert dead.state is DeliveryState.DEAD
    with pytest.raises(NotFound), world.db.write() as session:
        deliveries.send_again(session, world.second, dead.id, now=NOW)
    with world.db.write() as session:
        again = deliveries.send_again(session, world.first, dead.id, now=NOW)
        with pytest.raises(Conflict):
            deliveries.send_again(session, world.first, dead.id, now=NOW)
    assert again.state is DeliveryState.WAITING
    assert attempt(world, 1, fault="").state is DeliveryState.ARRIVED


def test_old_deliveries_and_events_are_dropped(world: TestWorld) -> None:
    scheduled(world)
    with world.db.write() as session:
        seq = outbox.put(session, tenant_id="ten_a", kind="a", subject_id="s", payload={})
        assert deliveries.drop_ended(session, before=NOW + timedelta(days=1)) == 0
        assert outbox.drop_delivered(session, before=NOW + timedelta(days=1)) == 0
        outbox.delivered(session, seq, NOW)
    attempt(world, 0, fault="")
    with world.db.write() as session:
        assert deliveries.drop_ended(session, before=NOW + timedelta(days=1)) == 1
        assert outbox.drop_delivered(session, before=NOW + timedelta(days=1)) == 1


def test_endpoints_are_their_owners_alone(world: TestWorld) -> None:
    mine = endpoint(world, world.first)
    with pytest.raises(NotFound), world.db.write() as session:
        webhooks.rotate_secret(session, world.vault, world.second, mine.id, now=NOW)
    with pytest.raises(NotFound), world.db.write() as session:
        webhooks.remove_endpoint(session, world.second, mine.id)
    reader = world.principal("studio", "reports")
    with pytest.raises(NotAllowed):
        endpoint(world, reader)


@pytest.mark.parametrize("kinds", [("Use",), ("use.",), ("*.use",), ("a b",), ()])
def test_malformed_kinds_are_refused(world: TestWorld, kinds: tuple[str, ...]) -> None:
    with pytest.raises(BadInput), world.db.write() as session:
        webhooks.add_endpoint(
            session,
            world.vault,
            world.first,
            url="https://example.org/",
            kinds=kinds,
            scheme=Scheme.HMAC,
            loopback=False,
            now=NOW,
        )


def test_an_old_secret_signs_for_a_day_and_no_longer(world: TestWorld) -> None:
    made = endpoint(world, world.first)
    with world.db.write() as session:
        webhooks.rotate_secret(session, world.vault, world.first, made.id, now=NOW)
        for later, count in ((timedelta(hours=23), 2), (timedelta(hours=24), 1)):
            found = webhooks.address_of(session, world.vault, made.id, now=NOW + later)
            assert found is not None
            assert len(found[1]) == count


def test_secrets_lie_sealed(world: TestWorld) -> None:
    with world.db.write() as session:
        _, key = webhooks.add_endpoint(
            session,
            world.vault,
            world.first,
            url="https://example.org/",
            kinds=["*"],
            scheme=Scheme.HMAC,
            loopback=False,
            now=NOW,
        )
    for path in world.settings.data_dir.rglob("*"):
        assert not path.is_file() or key.encode() not in path.read_bytes()
