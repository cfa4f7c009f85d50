"""A minor's licence: all guardians sign, in any order, and the term ends on the 18th birthday."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core import keys as core_keys
from core.clock import from_text
from core.errors import BadProof, BadTerms, Conflict, NotFound
from core.keys import PrivateKey
from licensing.minority import CLOSED
from licensing.models import Licence, LicenceDraft, LicenceState
from licensing.models_clearance import Clearance, Verdict
from licensing.service import licences
from licensing.verification import Trust, verify_licence_bytes
from registry.models.guardianship import Relation
from registry.models.reviews import ReviewVerdict
from registry.models.works import DeclaredUse, KindOfUse
from registry.service import guardians, minors, reviews
from registry.store import matches
from tests.fixtures import TestWorld
from tests.store.licensing_steps import CLONE, Deal, a_deal
from tests.store.registry_steps import T0, later, vouched

BORN = date(T0.year - 18, T0.month, T0.day) + timedelta(days=60)
ADULT_AT = datetime(BORN.year + 18, BORN.month, BORN.day, tzinfo=UTC)
MOTHER, FATHER = core_keys.generate(), core_keys.generate()


def codes(clearance: Clearance) -> list[str]:
    return [reason.code for span in clearance.decision.spans for reason in span.reasons]


@dataclass(frozen=True, slots=True)
class Child:
    """A deal whose performer is a minor."""

    deal: Deal

    def guardian(self, key: PrivateKey) -> None:
        with self.deal.world.db.write() as session:
            made = guardians.add_guardian(
                session,
                self.deal.world.vault,
                self.deal.agent,
                self.deal.performer.id,
                name="A parent",
                did=key.did,
                relation=Relation.PARENT,
                now=T0,
            )
        vouched(self.deal.world, made)

    def draft(self, **changes: Any) -> LicenceDraft:
        """Released in Germany only: elsewhere a court has to approve."""
        return self.deal.draft(**{"territories": ("DE",), **changes})

    def asked(self, draft: LicenceDraft, key: PrivateKey) -> LicenceDraft:
        with self.deal.world.db.read() as session:
            return licences.get_draft(session, self.deal.agent, draft.id, key.did)

    def signs(self, draft: LicenceDraft, key: PrivateKey) -> Licence:
        return self.deal.sign(self.asked(draft, key), key)

    def awaiting(self, draft: LicenceDraft) -> tuple[str, ...]:
        with self.deal.world.db.read() as session:
            return licences.awaiting(session, self.deal.agent, draft.id)


@pytest.fixture
def child(world: TestWorld) -> Child:
    return found_minor(a_deal(world))


def found_minor(deal: Deal, born_on: date = BORN) -> Child:
    """The deal's performer is a minor with two guardians."""
    with deal.world.db.write() as session:
        minors.declare_minor(
            session, deal.agent, deal.performer.id, born_on, agrees_from_years=14, now=T0
        )
    made = Child(deal)
    made.guardian(MOTHER)
    made.guardian(FATHER)
    return made


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_it_is_a_licence_once_all_have_signed_in_any_order(
    child: Child, order: tuple[int, int, int]
) -> None:
    draft = child.draft()
    everybody = (child.deal.who.key, MOTHER, FATHER)
    first, second, last = (everybody[place] for place in order)
    assert child.signs(draft, first).state is LicenceState.DRAFT
    assert set(child.awaiting(draft)) == {second.did, last.did}
    assert child.signs(draft, second).state is LicenceState.DRAFT
    licence = child.signs(draft, last)
    assert licence.state is LicenceState.SIGNED and child.awaiting(draft) == ()
    trust = Trust(T0, frozenset({child.deal.world.registry_key.verification_method}))
    report = verify_licence_bytes(licence.signed, trust)
    assert report.ok
    assert "2 guardian" in next(s.detail for s in report.steps if s.name == "guardian-signatures")


def test_the_term_ends_on_the_eighteenth_birthday_and_contexts_are_closed(child: Child) -> None:
    draft = child.draft()
    for key in (child.deal.who.key, MOTHER):
        child.signs(draft, key)
    terms = child.signs(draft, FATHER).terms
    assert terms.valid_until == ADULT_AT
    assert set(CLOSED) <= set(terms.contexts_prohibited)


def test_a_child_is_cleared_only_after_a_person_has_looked(world: TestWorld) -> None:
    deal = a_deal(world)
    submission = deal.scanned(DeclaredUse(deal.performer.id, CLONE))
    child = found_minor(deal, born_on=date(BORN.year + 2, 1, 1))
    draft = child.draft()
    for key in (deal.who.key, MOTHER, FATHER):
        child.signs(draft, key)
    clearance = deal.clear(submission)
    assert clearance.decision.verdict is Verdict.REVIEW
    # The house rules say it with their clause, before the decision's own word is asked.
    assert codes(clearance) == ["law-to-person", "licence-covers"]
    with deal.world.db.write() as session:
        [(_, found)] = matches.live_matches(session, deal.studio, clearance.scan_id)
        reviews.review_match(
            session, deal.studio, found.id, ReviewVerdict.CONFIRMED, now=later(days=1)
        )
    assert codes(deal.clear(submission)) == ["licence-covers", "minor-confirmed"]


def test_a_term_that_ends_before_the_birthday_stays_as_it_is(child: Child) -> None:
    before = ADULT_AT - timedelta(days=1)
    draft = child.draft(valid_until=before)
    assert from_text(str(draft.document["validUntil"])) == before


def test_a_guardian_who_signs_twice_is_one_guardian(child: Child) -> None:
    draft = child.draft()
    child.signs(draft, child.deal.who.key)
    child.signs(draft, MOTHER)
    assert child.signs(draft, MOTHER).state is LicenceState.DRAFT
    assert child.awaiting(draft) == (FATHER.did,)


def test_nobody_else_can_sign_for_a_guardian(child: Child) -> None:
    draft = child.draft()
    stranger = core_keys.generate()
    with pytest.raises(NotFound):
        child.asked(draft, stranger)
    with pytest.raises(BadProof):
        child.deal.sign(draft, stranger)
    # A guardian's key over the bytes that the performer was asked to sign is no signature either.
    with pytest.raises(BadProof):
        child.deal.sign(draft, MOTHER)


def test_a_guardian_who_comes_later_must_be_asked_too(child: Child) -> None:
    draft = child.draft()
    child.signs(draft, child.deal.who.key)
    child.guardian(core_keys.generate())
    with pytest.raises(Conflict) as refusal:
        child.signs(draft, MOTHER)
    assert refusal.value.code == "guardians-changed"


def test_no_guardian_can_let_a_model_be_trained(child: Child) -> None:
    with pytest.raises(BadTerms):
        child.draft(kinds=(KindOfUse.TRAIN_MODEL,))


def test_a_licence_for_the_time_after_the_birthday_is_left_to_the_performer(child: Child) -> None:
    with pytest.raises(BadTerms):
        child.draft(valid_from=ADULT_AT, valid_until=ADULT_AT + timedelta(days=30))
