"""A minor's consent, from the draft to the eighteenth birthday."""

from collections.abc import Sequence
from datetime import date

import pytest

from core import audit, notices
from core import keys as core_keys
from core.clock import to_text
from core.errors import BadInput, BadProof, Conflict
from core.integrity import ProofOptions, signing_input
from core.keys import PrivateKey, generate
from core.principal import SearchCapability
from fingerprint.models import Modality
from registry.models.guardianship import Relation
from registry.models.people import Enrolment, EnrolmentState, Purpose, SigningRequest
from registry.service import consents, enrolment, guardians, keys, minors
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, a_performer, bind_key, enrolled, later, vouched

BORN = date(2016, 5, 4)


class Family:
    """A child of the second organisation with a key, and guardians with keys of their own."""

    def __init__(self, world: TestWorld, born: date = BORN, parents: int = 2) -> None:
        self.world, self.side = world, world.second
        self.id = a_performer(world, self.side, "Kim").id
        self.key = bind_key(world, self.side, self.id)
        self.parents = [generate() for _ in range(parents)]
        self.declare(born)
        for parent in self.parents:
            self.add(parent)

    def declare(self, born: date) -> None:
        with self.world.db.write() as session:
            minors.declare_minor(session, self.side, self.id, born, agrees_from_years=14, now=T0)

    def add(self, parent: PrivateKey, *, person: str | None = None) -> None:
        with self.world.db.write() as session:
            made = guardians.add_guardian(
                session,
                self.world.vault,
                self.side,
                self.id,
                name="Somebody",
                did=parent.did,
                relation=Relation.PARENT,
                person=person,
                now=T0,
            )
        vouched(self.world, made)

    def draft(self, *purposes: Purpose) -> SigningRequest:
        with self.world.db.write() as session:
            return enrolment.draft_enrolment(
                session,
                self.side,
                self.id,
                [Modality.VOICE],
                purposes or [Purpose.MATCHING],
                base_url="https://registry.example",
                now=T0,
            )

    def sign(self, draft: SigningRequest, by: Sequence[PrivateKey]) -> Enrolment:
        signed = {
            key.verification_method: core_keys.sign(
                key,
                signing_input(
                    draft.document, ProofOptions(key.verification_method, draft.options.created)
                ),
            )
            for key in by
        }
        own = core_keys.sign(self.key, draft.signing_input)
        with self.world.db.write() as session:
            return enrolment.sign_enrolment(
                session,
                self.side,
                draft.id,
                own,
                self.key.verification_method,
                now=T0,
                cosigned=signed,
            )


def test_a_consent_carries_the_proof_of_every_guardian(world: TestWorld) -> None:
    family = Family(world)
    draft = family.draft()
    named = {options.verification_method for options in draft.cosigners}
    assert named == {key.verification_method for key in family.parents}
    item = family.sign(draft, family.parents)
    assert item.valid_until == later(days=730)
    with world.db.read() as session:
        held = consents.require_consent(
            session, family.side, item.id, Modality.VOICE, Purpose.MATCHING, at=T0
        )
    assert held.id == item.id


@pytest.mark.parametrize("who", ["nobody", "one", "a stranger"])
def test_a_guardian_whose_signature_is_missing_or_foreign_stops_it(
    world: TestWorld, who: str
) -> None:
    family = Family(world)
    first, _ = family.parents
    given = {"nobody": [], "one": [first], "a stranger": [first, generate()]}[who]
    with pytest.raises(BadProof) as refused:
        family.sign(family.draft(), given)
    assert refused.value.code == "guardian-signature-missing"


def test_a_guardian_named_after_the_draft_must_sign_too(world: TestWorld) -> None:
    family = Family(world)
    draft = family.draft()
    family.add(generate())
    with pytest.raises(Conflict) as refused:
        family.sign(draft, family.parents)
    assert refused.value.code == "guardians-changed"


def test_nobody_consents_to_training_for_a_child(world: TestWorld) -> None:
    with pytest.raises(BadInput) as refused:
        Family(world).draft(Purpose.MATCHING, Purpose.TRAINING)
    assert refused.value.code == "minor-no-training"


def test_what_an_adult_signed_ends_when_it_turns_out_to_be_a_child(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    with world.db.write() as session:
        minors.declare_minor(
            session, who.principal, who.performer.id, BORN, agrees_from_years=14, now=T0
        )
    with world.db.read() as session:
        item = enrolment.get_enrolment(session, who.principal, who.enrolment_id)
        told = notices.inbox(session, who.principal, limit=50)
    assert item.state is EnrolmentState.WITHDRAWN
    assert "minor.consent.ended" in {notice.kind for notice in told}


def test_a_birth_date_on_which_a_consent_rests_stays(world: TestWorld) -> None:
    family = Family(world)
    family.sign(family.draft(), family.parents)
    family.declare(BORN)
    with pytest.raises(Conflict):
        family.declare(date(2017, 5, 4))


def test_keys_that_guardians_kept_fall_silent_when_the_child_is_old_enough(
    world: TestWorld,
) -> None:
    family = Family(world)
    with world.db.read() as session:
        before = keys.keys_at(session, family.id, later(days=3 * 365))
        after = keys.keys_at(session, family.id, later(days=4 * 365))
    assert (before, after) == ((family.key.did,), ())


def test_at_eighteen_guardians_rights_end_once_and_the_side_is_told(world: TestWorld) -> None:
    family = Family(world, date(2010, 1, 2))
    capability = SearchCapability("coming-of-age", "test")

    def tidy(**at: int) -> int:
        with world.db.write() as session:
            return len(minors.come_of_age(session, capability, at=later(**at)))

    assert tidy(days=365 - 1) == 0
    assert tidy(days=365 + 1) == 1
    assert tidy(days=365 + 2) == 0
    with world.db.read() as session:
        found = guardians.list_guardians(session, family.side, family.id)
        told = notices.inbox(session, family.side, limit=50)
        (entry,) = audit.entries(session, family.side, audit.Sought(action="performer.of-age"))
    assert {item.until.date() for item in found if item.until} == {date(2028, 1, 2)}
    assert "minor.majority" in {notice.kind for notice in told}
    assert entry.subject_id == family.id and entry.person is None
    since = to_text(found[0].until or T0)
    assert entry.details == {"since": since, "guardians": [item.id for item in found]}
