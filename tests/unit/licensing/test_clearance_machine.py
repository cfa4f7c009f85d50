"""Grant, revoke, suspend, answer, dispute, clear: never CLEARED where a naive model refuses.

The model keeps what happened as a list and reads it from the beginning each time, hour by hour of
the day of release; it shares no code with what it checks.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.errors import Conflict
from core.ids import derived_id
from fingerprint.models import Decision, Modality, Span
from licensing.clearance import decide
from licensing.known import Known
from licensing.models import ANY, LicenceInForce
from licensing.models_clearance import Verdict
from licensing.models_suspension import Suspension
from registry.characters import Step, advance
from registry.models.characters import CharacterState, Claim, Doubt
from registry.models.evidence import Match
from registry.models.figures import Answer, FigureAnswer
from registry.models.reviews import Review, ReviewVerdict
from registry.models.works import DeclaredUse, KindOfUse
from registry.review import may_review, settle
from registry.service.invented import FiguresKnown
from registry.usekinds import concerned
from tests.unit.licensing.decision_rows import MATCH_ID
from tests.unit.licensing.examples import ANNA, AT, PLACE, TERMS, declaration, stranger, use
from tests.unit.licensing.figure_rows import ORACLE, figure
from tests.unit.licensing.queue_rows import answered
from tests.unit.licensing.spoken_story import Spoken

KINDS = [KindOfUse.SYNTHESISE_VOICE, KindOfUse.EDIT, KindOfUse.DUB]
kinds = st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True).map(tuple)
granted = kinds | st.just((KindOfUse.TRAIN_MODEL,))
places = st.sampled_from([("DE",), ("US",), ("DE", "US"), (ANY,)])


STRANGER_MS = 8_000
SAID = [ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED, ReviewVerdict.SECOND]
ANSWERS = [Answer.EXTRA, Answer.CHARACTER, Answer.NOBODY, Answer.ASK, Answer.OPEN]


def found_match(*, sure: bool) -> Match:
    """The one find of Anna, of which the machine is sure or not."""
    return Match(
        id=MATCH_ID,
        scan_id="scn",
        submission_id="sub",
        cut_id="cut",
        print_id="prt",
        performer_id=ANNA,
        modality=Modality.VOICE,
        decision=Decision.MATCH if sure else Decision.REVIEW,
        spans=(Span(1_000, 5_000),),
        score=0.9,
        runner_up=None,
        fpir=1e-6,
        model_id="voice-model",
        threshold_id="threshold-1",
        reasons=(),
        seq=1,
    )


def word_on(match: Match, verdict: ReviewVerdict, seq: int) -> Review:
    """A person's word on the find."""
    return Review(
        id=f"rev-{seq}",
        match_id=match.id,
        submission_id=match.submission_id,
        cut_id=match.cut_id,
        performer_id=match.performer_id,
        modality=match.modality,
        spans=match.spans,
        verdict=verdict,
        reviewer="per_x",
        seq=seq,
        recorded_at=AT,
    )


def claimed(doubt: Doubt) -> Claim:
    """That the figure was found in a trace."""
    decision = Decision.REVIEW if doubt is Doubt.WEAK else Decision.MATCH
    where = (Span(1_000, 5_000),)
    return Claim("trc", ORACLE, Modality.VOICE, where, decision, doubt, 0.9, 1e-6, "m", "t")


def said_of(matches: tuple[Match, ...], code: str) -> frozenset[str]:
    """Ids of the matches that carry a reason."""
    return frozenset(
        item.id for item in matches if any(reason.code == code for reason in item.reasons)
    )


@dataclass(frozen=True)
class Lanes:
    """Who else is in the cut: the figure beside Anna, a stranger, and the figure in that one."""

    figure_there: bool = False
    stranger_there: bool = False
    claim: Doubt | None = None


LANES = [
    Lanes(),
    Lanes(figure_there=True),
    Lanes(stranger_there=True),
    *(Lanes(stranger_there=True, claim=doubt) for doubt in Doubt),
]


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
        self.spoken = Spoken()
        self.words: list[Review] = []
        self.answer: FigureAnswer | None = None
        self.figure = CharacterState.DRAFT

    @initialize(sure=st.booleans(), licensed=st.booleans(), searched=st.booleans())
    def find(self, sure: bool, licensed: bool, searched: bool) -> None:
        """Half of all stories begin licensed for years and with the figure searched for, so that
        what is said later decides."""
        self.spoken.sure = sure
        if licensed:
            self.grant(tuple(KINDS), (ANY,), -1, 3_000)
        for step in (Step.CAPTURE, Step.ACTIVATE) if searched else ():
            self.live(step)

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

    @rule(verdict=st.sampled_from(SAID), studio=st.booleans())
    def say(self, verdict: ReviewVerdict, studio: bool) -> None:
        found = found_match(sure=self.spoken.sure)
        heard = may_review(found.decision, verdict, own_submission=studio)
        assert heard == self.spoken.says(verdict.value, studio=studio)
        if heard:
            self.spoken.words.append([verdict.value, studio, False])
            self.words.append(word_on(found, verdict, self.next()))

    @precondition(lambda self: any(not undone for _, _, undone in self.spoken.words))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        standing = [place for place, item in enumerate(self.spoken.words) if not item[2]]
        place = data.draw(st.sampled_from(standing))
        self.spoken.words[place][2] = True
        said = [item for item in self.words if item.verdict is not ReviewVerdict.UNDONE][place]
        undone = replace(said, id=f"rev-{self.next()}", verdict=ReviewVerdict.UNDONE)
        self.words.append(replace(undone, undoes=said.id, seq=self.next()))

    @rule(answer=st.sampled_from(ANSWERS), names_figure=st.booleans())
    def say_who(self, answer: Answer, names_figure: bool) -> None:
        names_figure = names_figure and answer is Answer.CHARACTER
        self.spoken.answers.append((answer, names_figure))
        reference = ORACLE if names_figure else "release 7"
        said = answered(answer, reference=reference).answer
        self.answer = None if answer is Answer.OPEN else said

    @rule(step=st.sampled_from(list(Step)))
    def live(self, step: Step) -> None:
        may = self.spoken.may(step.value)
        try:
            self.figure = advance(self.figure, step)
        except Conflict:
            assert not may
        else:
            assert may
            self.spoken.life.append(step.value)

    @rule(disputed=st.booleans())
    def dispute(self, disputed: bool) -> None:
        self.spoken.disputed = disputed

    @rule(
        kind=st.sampled_from([*KINDS, KindOfUse.TRAIN_MODEL]),
        shown=places,
        ahead=st.integers(0, 40),
        lanes=st.sampled_from(LANES),
    )
    def clear(self, kind: KindOfUse, shown: tuple[str, ...], ahead: int, lanes: Lanes) -> None:
        """Decide, and hold it against the model."""
        self.check(kind, shown, ahead, lanes)

    @invariant()
    def no_lane_is_cleared_where_the_model_refuses(self) -> None:
        for lanes in LANES:
            self.check(KindOfUse.SYNTHESISE_VOICE, ("DE",), 1, lanes)

    def check(self, kind: KindOfUse, shown: tuple[str, ...], ahead: int, lanes: Lanes) -> None:
        day = (self.now + timedelta(days=ahead)).date()
        parts = tuple(part for part in Modality if part in concerned(kind, None))
        match = found_match(sure=self.spoken.sure)
        kept, rejected = settle([match], self.words)
        character = figure(self.figure, frozen=self.spoken.disputed).character
        doubts = {
            "trc_stranger": lanes.claim,
            "trc_anna": Doubt.COLLIDES if lanes.figure_there else None,
        }
        claims = {name: claimed(doubt) for name, doubt in doubts.items() if doubt is not None}
        own = FiguresKnown(claims, {ORACLE: character})
        collides = kept and own.found("trc_anna") is not None
        people = [stranger(1_000, 5_000) for _ in rejected]
        if lanes.stranger_there:
            invented = own.of(self.answer, "trc_stranger")
            people.append(replace(stranger(), answer=self.answer, invented=invented))
        decision = decide(
            [use(kind, modalities=parts, decision=item.decision) for item in kept],
            people,
            self.licences,
            declaration(DeclaredUse(ANNA, kind), release_at=day, territories=shown),
            self.now,
            place=PLACE,
            known=Known(
                suspensions={ANNA: tuple(self.strikes)},
                confirmed=said_of(kept, "confirmed-by-person"),
                doubted=said_of(kept, "second-opinion-asked"),
                collisions=frozenset({match.id} if collides else ()),
            ),
        )
        if lanes.stranger_there:
            settled = self.spoken.stranger_is_settled(lanes.claim)
            (there,) = (span for span in decision.spans if span.span.start_ms == STRANGER_MS)
            assert (there.verdict is Verdict.CLEARED) == settled
        cleared = decision.verdict is Verdict.CLEARED
        start = datetime.combine(day, time(), UTC)
        assert cleared == (
            self.story.allows(kind, shown, start, self.now)
            and self.spoken.find_is_sure(figure_there=lanes.figure_there)
            and (not lanes.stranger_there or self.spoken.stranger_is_settled(lanes.claim))
        )
        self.cleared_training |= cleared and kind is KindOfUse.TRAIN_MODEL

    @invariant()
    def training_stays_off_unless_named(self) -> None:
        named = any(KindOfUse.TRAIN_MODEL in grant.kinds for grant in self.story.grants)
        assert named or not self.cleared_training


Registry.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestRegistry = Registry.TestCase
