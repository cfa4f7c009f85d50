"""What an enrolment lacks is named piece by piece, and one person counts once."""

from datetime import UTC, datetime

import pytest

from fingerprint.models import Modality
from registry.models.proofs import Attestation, Fact
from registry.proofing.sufficiency import Demands, Evidence, missing

ALONE, STAFFED = Demands(True, 14), Demands(False, 14)
BOTH = frozenset(Modality)
NONE: frozenset[Modality] = frozenset()


def said(attester: str, *facts: Fact) -> Attestation:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    return Attestation("att_1", "ten_1", "enr_1", attester, facts, "", False, at)


def codes(evidence: Evidence, demands: Demands) -> list[str]:
    return [reason.code for reason in missing(evidence, demands)]


def test_nothing_at_all_lacks_a_print_and_an_identity() -> None:
    assert codes(Evidence(NONE, NONE, False, ()), STAFFED) == ["no-print", "identity-unattested"]


def test_one_person_alone_vouches_for_everything() -> None:
    word = said("key_a", Fact.IDENTITY, Fact.VOICE, Fact.FACE)
    assert codes(Evidence(BOTH, NONE, False, (word,)), ALONE) == []


def test_a_word_for_the_voice_is_none_for_the_face() -> None:
    word = said("key_a", Fact.IDENTITY, Fact.VOICE)
    found = missing(Evidence(BOTH, NONE, False, (word,)), ALONE)
    assert [reason.detail for reason in found] == [{"modality": "face"}]


def test_the_same_person_twice_is_one_attester() -> None:
    twice = (said("acc_a", Fact.IDENTITY), said("acc_a", Fact.IDENTITY))
    assert codes(Evidence(BOTH, BOTH, False, twice), STAFFED) == ["identity-unattested"]
    two = (*twice, said("acc_b", Fact.IDENTITY))
    assert codes(Evidence(BOTH, BOTH, False, two), STAFFED) == []


def test_an_identity_provider_stands_for_two_attesters() -> None:
    assert codes(Evidence(BOTH, BOTH, True, ()), STAFFED) == []


@pytest.mark.parametrize("part", Modality)
def test_with_a_staff_no_word_replaces_the_live_proof(part: Modality) -> None:
    words = tuple(said(f"acc_{n}", *Fact) for n in range(5))
    assert codes(Evidence(BOTH, BOTH - {part}, False, words), STAFFED) == ["not-shown-live"]
