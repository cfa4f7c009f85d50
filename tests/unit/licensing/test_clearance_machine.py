"""Grant, revoke, suspend, lift, let time pass, clear: never CLEARED where a naive model refuses.

The model keeps what happened as a list and reads it from the beginning each time, hour by hour of
the day of release; it shares no code with what it checks.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.ids import derived_id
from fingerprint.models import Modality
from licensing.clearance import decide
from licensing.known import Known
from licensing.models import ANY, LicenceInForce, Verdict
from licensing.models_suspension import Suspension
from registry.models.works import DeclaredUse, KindOfUse
from registry.usekinds import concerned
from tests.unit.licensing.examples import ANNA, AT, PLACE, TERMS, declaration, use

KINDS = [KindOfUse.SYNTHESISE_VOICE, KindOfUse.EDIT, KindOfUse.DUB]
kinds = st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True).map(tuple)
granted = kinds | st.just((KindOfUse.TRAIN_MODEL,))
places = st.sampled_from([("DE",), ("US",), ("DE", "US"), (ANY,)])


@dataclass
class Grant:
    """What the model remembers of a licence."""

    kinds: tuple[KindOfUse, ...]
    places: tuple[str, ...]
    since: datetime
    until: datetime
    revoked: bool = False


@dataclass
class Strike:
    """What the model remembers of a suspension; no kinds means all."""

    kinds: frozenset[KindOfUse]
    since: datetime
    until: datetime | None = None


@dataclass
class Story:
    """Everything that happened, in order."""

    grants: list[Grant] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)

    def allows(self, kind: KindOfUse, shown: tuple[str, ...], day: datetime, now: datetime) -> bool:
        """Read from the beginning: is there an hour at which it may be released, and no strike?"""
        hours = [day + timedelta(hours=hour) for hour in range(24)]
        hours = [hour for hour in hours if hour >= now or day.date() != now.date()]
        hours = hours or [now]
        end = day + timedelta(days=1)
        struck = any(
            (not strike.kinds or kind in strike.kinds)
            and strike.since < end
            and (strike.until is None or strike.until > max(hours[0], strike.since))
            for strike in self.strikes
        )
        covered = any(
            not grant.revoked
            and kind in grant.kinds
            and (grant.places == (ANY,) or (shown != (ANY,) and set(shown) <= set(grant.places)))
            and any(grant.since <= hour < grant.until for hour in hours)
            for grant in self.grants
        )
        return covered and not struck


class Registry(RuleBasedStateMachine):
    """The rules under test beside the story."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.now = AT
        self.seq = 0
        self.licences: list[LicenceInForce] = []
        self.strikes: list[Suspension] = []
        self.cleared_training = False

    def next(self) -> int:
        self.seq += 1
        return self.seq

    @rule(kinds=granted, places=places, begins=st.integers(-5, 5), days=st.integers(1, 60))
    def grant(
        self, kinds: tuple[KindOfUse, ...], places: tuple[str, ...], begins: int, days: int
    ) -> None:
        since = self.now + timedelta(days=begins)
        until = since + timedelta(days=days)
        self.story.grants.append(Grant(kinds, places, since, until))
        terms = replace(
            TERMS,
            kinds=kinds,
            modalities=tuple(Modality),
            territories=places,
            languages=(ANY,),
            media=(ANY,),
            works=(ANY,),
            seconds_max=None,
            valid_from=since,
            valid_until=until,
        )
        seq = self.next()
        name = derived_id("lic", str(seq))
        self.licences.append(
            LicenceInForce(name, name, derived_id("tar", name), terms, seq, signed_at=self.now)
        )

    @precondition(lambda self: self.licences)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.licences) - 1))
        self.story.grants[place].revoked = True
        self.licences[place] = replace(self.licences[place], revoked_at=self.now)

    @rule(kinds=st.just(()) | kinds, delay=st.integers(0, 30))
    def suspend(self, kinds: tuple[KindOfUse, ...], delay: int) -> None:
        since = self.now + timedelta(hours=delay)
        self.story.strikes.append(Strike(frozenset(kinds), since))
        seq = self.next()
        self.strikes.append(
            Suspension(f"sus-{seq}", "grp", frozenset(kinds), since, seq, None, None, "Strike.")
        )

    @precondition(lambda self: self.strikes)
    @rule(delay=st.integers(0, 72))
    def lift(self, delay: int) -> None:
        at = self.now + timedelta(hours=delay)
        for place, item in enumerate(self.strikes):
            if item.lifted_at is None:
                self.strikes[place] = replace(item, lifted_at=at, lifted_seq=self.next())
                self.story.strikes[place].until = at

    @rule(hours=st.integers(1, 24 * 20))
    def pass_time(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(
        kind=st.sampled_from([*KINDS, KindOfUse.TRAIN_MODEL]),
        shown=places,
        ahead=st.integers(0, 40),
    )
    def clear(self, kind: KindOfUse, shown: tuple[str, ...], ahead: int) -> None:
        day = (self.now + timedelta(days=ahead)).date()
        parts = tuple(part for part in Modality if part in concerned(kind, None))
        decision = decide(
            [use(kind, modalities=parts)],
            [],
            self.licences,
            declaration(DeclaredUse(ANNA, kind), release_at=day, territories=shown),
            self.now,
            place=PLACE,
            known=Known(suspensions={ANNA: tuple(self.strikes)}),
        )
        cleared = decision.verdict is Verdict.CLEARED
        start = datetime.combine(day, time(), UTC)
        assert cleared == self.story.allows(kind, shown, start, self.now)
        self.cleared_training |= cleared and kind is KindOfUse.TRAIN_MODEL

    @invariant()
    def training_stays_off_unless_named(self) -> None:
        named = any(KindOfUse.TRAIN_MODEL in grant.kinds for grant in self.story.grants)
        assert named or not self.cleared_training


Registry.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestRegistry = Registry.TestCase
