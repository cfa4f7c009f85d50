"""Uses keep their id, lose no match and claim no more than the evidence says."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.ids import is_id, new_id
from fingerprint.models import Decision, Modality, Span
from registry.models.evidence import Match
from registry.models.works import DeclaredUse, KindOfUse
from registry.useforming import form_uses, use_id
from tests.unit.registry.examples import ANNA, BERT, CUT, declaration, match

VOICE_CLONE = DeclaredUse(ANNA, KindOfUse.SYNTHESISE_VOICE)

matches = st.lists(
    st.builds(
        lambda start, length, performer, modality, decision: match(
            (start, start + length), performer=performer, modality=modality, decision=decision
        ),
        st.integers(0, 100_000),
        st.integers(1, 9_000),
        st.sampled_from([ANNA, BERT]),
        st.sampled_from(Modality),
        st.sampled_from([Decision.MATCH, Decision.REVIEW]),
    ),
    max_size=8,
)
declared = st.lists(
    st.builds(DeclaredUse, st.sampled_from([ANNA, BERT]), st.sampled_from(KindOfUse)), max_size=5
)


@given(matches, declared)
def test_no_match_is_lost(found: list[Match], uses: list[DeclaredUse]) -> None:
    formed = form_uses(found, declaration(*uses))
    assert {item for use in formed for item in use.match_ids} == {item.id for item in found}
    assert len({use.id for use in formed}) == len(formed)


@given(matches, declared, st.randoms())
def test_the_order_of_matches_does_not_matter(
    found: list[Match], uses: list[DeclaredUse], random: object
) -> None:
    shuffled = sorted(found, key=lambda item: item.id)
    assert form_uses(shuffled, declaration(*uses)) == form_uses(
        shuffled[::-1], declaration(*uses[::-1])
    )


@given(matches, declared, st.integers(-40, 40))
def test_a_rescan_that_shifts_spans_keeps_the_ids(
    found: list[Match], uses: list[DeclaredUse], shift: int
) -> None:
    again = [
        replace(
            item,
            id=new_id("mch"),
            scan_id=new_id("scn"),
            spans=tuple(Span(s.start_ms + shift, s.end_ms + shift) for s in item.spans),
        )
        for item in found
    ]
    before = form_uses(found, declaration(*uses))
    after = form_uses(again, declaration(*uses))
    assert [use.id for use in before] == [use.id for use in after]


def test_spans_of_voice_and_face_are_merged_and_counted_once() -> None:
    use = DeclaredUse(ANNA, KindOfUse.FULL_REPLICA)
    (formed,) = form_uses(
        [match((0, 5_000)), match((4_000, 9_000), modality=Modality.FACE)], declaration(use)
    )
    assert formed.spans == (Span(0, 9_000),)
    assert formed.use_ms == 9_000
    assert formed.modalities == (Modality.FACE, Modality.VOICE)
    assert formed.declared


def test_one_sure_match_makes_the_use_sure() -> None:
    doubtful = match((0, 900), decision=Decision.REVIEW)
    (only_doubt,) = form_uses([doubtful], declaration(VOICE_CLONE))
    (with_sure,) = form_uses([doubtful, match((2_000, 9_000))], declaration(VOICE_CLONE))
    assert only_doubt.decision is Decision.REVIEW
    assert with_sure.decision is Decision.MATCH


def test_a_declared_voice_does_not_explain_a_face() -> None:
    formed = form_uses([match(), match(modality=Modality.FACE)], declaration(VOICE_CLONE))
    assert {(use.kind, use.modalities) for use in formed} == {
        (KindOfUse.SYNTHESISE_VOICE, (Modality.VOICE,)),
        (None, (Modality.FACE,)),
    }


def test_an_undeclared_performer_is_a_use_without_kind() -> None:
    (formed,) = form_uses([match(performer=BERT)], declaration(VOICE_CLONE))
    assert formed.kind is None
    assert not formed.declared


def test_two_declared_kinds_for_one_voice_are_two_uses() -> None:
    second = DeclaredUse(ANNA, KindOfUse.DUB)
    formed = form_uses([match()], declaration(VOICE_CLONE, second))
    assert [use.kind for use in formed] == [KindOfUse.DUB, KindOfUse.SYNTHESISE_VOICE]


def test_the_engagement_reference_travels_with_its_kind() -> None:
    own = DeclaredUse(ANNA, KindOfUse.OWN_PERFORMANCE, engagement_ref="contract 12")
    formed = form_uses([match()], declaration(own, VOICE_CLONE))
    assert {use.kind: use.engagement_ref for use in formed} == {
        KindOfUse.OWN_PERFORMANCE: "contract 12",
        KindOfUse.SYNTHESISE_VOICE: "",
    }


def test_an_id_depends_on_cut_performer_and_kind_only() -> None:
    ids = {
        use_id(cut, performer, kind)
        for cut in (CUT, new_id("cut"))
        for performer in (ANNA, BERT)
        for kind in (None, KindOfUse.EDIT)
    }
    assert len(ids) == 8
    assert all(is_id("use", item) for item in ids)
