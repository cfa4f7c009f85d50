"""Who sees what: a studio only public names, a performer's side only that, where and when."""

from dataclasses import fields, replace
from datetime import date

import pytest
from sqlalchemy import text

from core import outbox
from core.errors import Broken, NotAllowed, NotFound
from core.principal import Principal
from fingerprint.models import Decision, Modality
from registry.models.evidence import ForeignUse, Match, Submission, Use
from registry.models.people import PerformerCard
from registry.models.reviews import ReviewVerdict
from registry.models.works import DeclaredUse, KindOfUse
from registry.service import reading, reviews, submissions, useseen
from registry.service.uses import USE_FOUND
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    CROP,
    T0,
    Enrolled,
    a_cut,
    declare,
    enrolled,
    hand_in,
    later,
    make_print,
    scanned_segments,
    search,
    trace,
)


def found_in(
    world: TestWorld,
    studio: Principal,
    who: Enrolled,
    *uses: DeclaredUse,
    decision: Decision = Decision.MATCH,
    release_at: date = date(2027, 6, 1),
) -> Submission:
    made = make_print(world, who, modality=Modality.FACE)
    cut_id = a_cut(world, studio)
    declaration = declare(*uses, release_at=release_at)
    submission, job = hand_in(world, studio, cut_id, declaration)
    found = [trace(1, modality=Modality.FACE)]
    scan = scanned_segments(world, studio, submission, job, found)
    search(world, studio, job, scan, [made.id], gallery_seq=made.seq, decision=decision)
    return submission


def only_match(world: TestWorld, studio: Principal, submission: Submission) -> Match:
    with world.db.read() as session:
        (match,) = reading.findings(session, studio, submission.id).matches
    return match


def foreign(world: TestWorld, principal: Principal, days: int = 0) -> tuple[ForeignUse, ...]:
    with world.db.read() as session:
        return reading.foreign_uses(session, principal, at=later(days=days))


def own_uses(world: TestWorld, submission: Submission) -> tuple[Use, ...]:
    with world.db.read() as session:
        return reading.own_uses(session, world.first, submission.cut_id)


def test_a_studio_sees_a_matched_performers_public_name_and_no_more(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    enrolled(world, world.second, "Not In It")
    submission = found_in(world, world.first, who)
    with world.db.read() as session:
        cards = reading.matched_performers(session, world.first, submission.id)
    assert cards == (PerformerCard(who.performer.id, "Ada"),)


def test_declaring_a_performer_does_not_tell_whether_he_is_enrolled(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    use = DeclaredUse(who.performer.id, KindOfUse.EDIT)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare(use))
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    search(world, world.first, job, scan, [None], gallery_seq=0)
    with world.db.read() as session:
        assert reading.matched_performers(session, world.first, submission.id) == ()


def test_the_performers_side_sees_the_title_only_from_release_on(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    found_in(world, world.first, who, release_at=date(2027, 1, 11))
    (before,) = foreign(world, world.second, days=9)
    (after,) = foreign(world, world.second, days=10)
    assert (before.title, after.title) == ("", "Night Train")
    assert (before.studio, before.performer_id) == ("A studio", who.performer.id)
    assert "filename" not in {field.name for field in fields(ForeignUse)}


def test_nobody_else_sees_the_use(world: TestWorld) -> None:
    submission = found_in(world, world.first, enrolled(world, world.second))
    assert foreign(world, world.principal("agency")) == ()
    assert foreign(world, world.first) == ()
    match = only_match(world, world.first, submission)
    with pytest.raises(NotFound), world.db.write() as session:
        reviews.review_match(session, _third(world), match.id, ReviewVerdict.CONFIRMED, now=T0)


def _third(world: TestWorld) -> Principal:
    return Principal("ten_" + "a" * 26, "third", frozenset({"*"}), "agency")


def test_a_use_of_ones_own_performer_concerns_nobody_else(world: TestWorld) -> None:
    submission = found_in(world, world.second, enrolled(world, world.second))
    assert foreign(world, world.second) == ()
    with world.db.read() as session:
        assert len(reading.own_uses(session, world.second, submission.cut_id)) == 1


def test_the_performers_side_sees_no_picture_of_an_unreleased_cut(world: TestWorld) -> None:
    submission = found_in(world, world.first, enrolled(world, world.second))
    match = only_match(world, world.first, submission)
    with world.db.read() as session:
        own = reading.match_evidence(session, world.vault, world.first, match.id, at=T0)
        with pytest.raises(NotFound):
            reading.match_evidence(session, world.vault, world.second, match.id, at=T0)
    assert own == (Modality.FACE, CROP)


def test_a_found_use_is_told_once_to_the_performers_side(world: TestWorld) -> None:
    submission = found_in(world, world.first, enrolled(world, world.second))
    with world.db.write() as session:
        submissions.redeclare(session, world.first, submission.id, declare(), now=T0)
        events = [e for e in outbox.pending(session) if e.kind == USE_FOUND]
    assert [event.audience for event in events] == [f"tenant:{world.second.tenant_id}"]


def test_a_confirmed_doubt_becomes_a_sure_use(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    submission = found_in(world, world.first, who, decision=Decision.REVIEW)
    match = only_match(world, world.first, submission)
    assert [use.decision for use in own_uses(world, submission)] == [Decision.REVIEW]
    with world.db.write() as session:
        reviews.review_match(session, world.first, match.id, ReviewVerdict.CONFIRMED, now=T0)
    assert [use.decision for use in own_uses(world, submission)] == [Decision.MATCH]
    assert foreign(world, world.second)[0].decision is Decision.MATCH


def test_not_me_drops_the_use_and_leaves_an_unknown_person(world: TestWorld) -> None:
    submission = found_in(world, world.first, enrolled(world, world.second))
    match = only_match(world, world.first, submission)
    with world.db.write() as session:
        reviews.review_match(session, world.second, match.id, ReviewVerdict.REJECTED, now=T0)
    with world.db.read() as session:
        found = reading.findings(session, world.first, submission.id)
    assert (found.matches, found.uses, own_uses(world, submission)) == ((), (), ())
    assert [person.reasons[-1].code for person in found.unknown] == ["rejected-by-person"]


def test_not_me_taken_back_leaves_the_use_as_it_was(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    submission = found_in(world, world.first, who)
    before, match = foreign(world, world.second), only_match(world, world.first, submission)
    with world.db.write() as session:
        said, _ = reviews.review_match(
            session, world.second, match.id, ReviewVerdict.REJECTED, now=later(days=1)
        )
    assert foreign(world, world.second) == ()
    with world.db.write() as session:
        reviews.undo_review(session, world.second, said.id, now=later(days=2))
        events = [e for e in outbox.pending(session) if e.kind == USE_FOUND]
        seen = useseen.uses_of(session, world.second, who.performer.id, at=later(days=2))
        new = useseen.count_uses(session, world.second, who.performer.id, since=later(days=1))
    (again,) = foreign(world, world.second)
    # Versions are counted on; all else is the same.
    assert (replace(again, seq=before[0].seq),) == before
    assert len(events) == 1
    assert ([item.found_at for item in seen], new) == ([T0], 0)


def test_a_studio_cannot_reject_a_sure_match_of_its_own_submission(world: TestWorld) -> None:
    submission = found_in(world, world.first, enrolled(world, world.second))
    match = only_match(world, world.first, submission)
    with pytest.raises(NotAllowed), world.db.write() as session:
        reviews.review_match(session, world.first, match.id, ReviewVerdict.REJECTED, now=T0)


def test_a_corrected_declaration_forms_the_uses_anew(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    submission = found_in(world, world.first, who)
    assert [use.kind for use in own_uses(world, submission)] == [None]
    use = DeclaredUse(who.performer.id, KindOfUse.REPLICATE_FACE)
    with world.db.write() as session:
        submissions.redeclare(session, world.first, submission.id, declare(use), now=T0)
    assert [use.kind for use in own_uses(world, submission)] == [KindOfUse.REPLICATE_FACE]
    with world.db.read() as session:
        said = session.connection().execute(text("SELECT count(*) FROM declaration")).scalar_one()
    assert said == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM match",
        "UPDATE match SET performer_id = performer_id, score = 0.1",
        "UPDATE key_binding SET did = 'did:key:zOther'",
        "DELETE FROM match_review",
        "UPDATE use_version SET decision = 'MATCH'",
        "UPDATE declaration SET data = '{}'",
    ],
)
def test_what_was_recorded_cannot_be_edited(world: TestWorld, statement: str) -> None:
    submission = found_in(world, world.first, enrolled(world, world.second))
    match = only_match(world, world.first, submission)
    with world.db.write() as session:
        reviews.review_match(session, world.second, match.id, ReviewVerdict.CONFIRMED, now=T0)
    with pytest.raises(Broken), world.db.write() as session:
        session.connection().execute(text(statement))


@pytest.mark.parametrize("scope", ["licences", "usage"])
def test_a_key_without_the_scope_may_do_nothing_here(world: TestWorld, scope: str) -> None:
    weak = world.principal("agency", scope)
    with world.db.read() as session:
        for act in (
            lambda: reading.foreign_uses(session, weak, at=T0),
            lambda: reading.findings(session, weak, "sub_x"),
            lambda: submissions.list_submissions(session, weak),
        ):
            with pytest.raises(NotAllowed):
                act()
