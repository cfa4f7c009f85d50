"""Terms as an ODRL agreement and back, and policies that say anything else."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical import canonical
from core.errors import BadTerms
from fingerprint.models import Modality
from licensing.models import Terms
from licensing.policy import ACTIONS, policy_of
from licensing.policyreading import terms_from_policy
from registry.models.works import KindOfUse
from tests.unit.licensing import strategies
from tests.unit.licensing.examples import ANNA, FULL, terms

PROFILE = "https://registry.example/ns/likeness"


@settings(max_examples=200, deadline=None)
@given(strategies.fit_terms)
def test_terms_that_may_be_signed_survive_the_way_to_a_policy_and_back(some: Terms) -> None:
    assert terms_from_policy(policy_of(some, profile=PROFILE), profile=PROFILE) == some


def test_every_kind_of_use_has_an_action_of_its_own() -> None:
    assert set(ACTIONS) == set(KindOfUse)
    assert len(set(ACTIONS.values())) == len(ACTIONS)


def test_the_policy_reads_as_the_design_wrote_it() -> None:
    policy = policy_of(terms(), profile=PROFILE)
    assert policy["type"] == "Agreement"
    [permission] = policy["permission"]  # type: ignore[misc]
    assert permission["target"] == f"urn:likeness:{ANNA}:voice"
    assert permission["action"] == "eb:synthesiseVoice"
    assert {
        "leftOperand": "spatial",
        "operator": "isAnyOf",
        "rightOperand": ["AT", "CH", "DE"],
    } in (permission["constraint"])
    assert permission["duty"][0]["constraint"][0]["rightOperand"] == "0.0125"
    assert {"action": "eb:labelAsAI"} in permission["duty"]
    assert policy["prohibition"] == [{"action": "eb:trainModel"}]


def test_training_is_prohibited_unless_it_is_named() -> None:
    trained = policy_of(terms(kinds=(KindOfUse.TRAIN_MODEL,)), profile=PROFILE)
    assert trained["prohibition"] == []


def test_a_cloned_voice_gives_no_permission_for_a_face() -> None:
    both = terms(
        kinds=(KindOfUse.SYNTHESISE_VOICE, KindOfUse.REPLICATE_FACE), modalities=tuple(Modality)
    )
    permissions = policy_of(both, profile=PROFILE)["permission"]
    pairs = {(item["action"], item["target"][-5:]) for item in permissions}  # type: ignore[attr-defined]
    assert pairs == {("eb:synthesiseVoice", "voice"), ("eb:replicateFace", ":face")}


def test_another_profile_is_refused() -> None:
    with pytest.raises(BadTerms):
        terms_from_policy(policy_of(terms(), profile=PROFILE), profile=PROFILE + "/2")


_RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(_RUBBISH)
def test_rubbish_is_refused_without_an_accident(value: Any) -> None:
    with pytest.raises(BadTerms):
        terms_from_policy(value, profile=PROFILE)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = range(len(value)) if isinstance(value, list) else list(value)
    if isinstance(value, str):
        return [at]
    return [at, *[path for key in keys for path in paths(value[key], (*at, key))]]


POLICY = policy_of(FULL, profile=PROFILE)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from([path for path in paths(POLICY) if path]), _RUBBISH)
def test_nothing_in_a_policy_goes_unread(path: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(POLICY)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    try:
        read = terms_from_policy(changed, profile=PROFILE)
    except BadTerms:
        return
    # What is still readable says other terms, or the change was none.
    assert changed == POLICY or read != FULL
    assert canonical(changed) == canonical(policy_of(read, profile=PROFILE))


def test_conditions_are_said_in_the_words_of_odrl_where_it_has_them() -> None:
    actions = {item["action"] for item in POLICY["permission"]}  # type: ignore[attr-defined]
    duties = [duty["action"] for duty in POLICY["permission"][0]["duty"]]  # type: ignore[index]
    assert "grantUse" in actions
    assert duties == ["compensate", "compensate", "eb:labelAsAI", "obtainConsent", "inform"]
    assert POLICY["obligation"][0]["action"] == "eb:grantNoOther"  # type: ignore[index]


def test_terms_without_conditions_give_the_policy_they_always_gave() -> None:
    names = {"type", "profile", "assigner", "assignee", "permission", "prohibition"}
    assert set(policy_of(terms(), profile=PROFILE)) == names
