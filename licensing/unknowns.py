"""The verdict on somebody whom no print explains, by what the studio answered about them."""

from fingerprint.models import Reason
from licensing.models_clearance import Verdict
from registry.characters import OVER
from registry.models.characters import CharacterState, Doubt, Invented
from registry.models.evidence import UnknownPerson
from registry.models.figures import Answer, FigureAnswer


def judge_unknown(
    person: UnknownPerson, released: Reason | None = None
) -> tuple[Verdict, tuple[Reason, ...]]:
    """CLEARED where an answer or an enrolled figure settles it, REVIEW where a figure is in doubt,
    else UNKNOWN PERSON with what is known of the find.

    `released` is a declared extras' release that answers for this person.
    """
    figure = {"figure_id": person.figure_id} if person.figure_id else {}
    detail = {"modality": person.modality.value, **figure}
    if released is not None and person.answer is None:
        return Verdict.CLEARED, (Reason(released.code, {**released.detail, **figure}),)
    told: list[Reason] = []
    if person.invented is not None:
        verdict, reason = _of_figure(person.invented, figure)
        if verdict is not Verdict.UNKNOWN_PERSON:
            return verdict, (reason,)
        told.append(reason)
    elif person.answer is not None and person.answer.settles:
        return Verdict.CLEARED, (_answered(person.answer, person.figure_id),)
    elif person.answer is not None:
        told.append(Reason("licence-to-be-asked", {}))
    return Verdict.UNKNOWN_PERSON, (Reason("unknown-person", detail), *told, *person.reasons)


def _of_figure(invented: Invented, figure: dict[str, str]) -> tuple[Verdict, Reason]:
    """What an enrolled figure makes of a find: nobody's consent is due where it surely is one."""
    character = invented.character
    named = {"character_id": character.id, "name": character.name, **figure}
    if character.state in OVER:
        return Verdict.UNKNOWN_PERSON, Reason("figure-over", named)
    if character.frozen:
        return Verdict.REVIEW, Reason("figure-disputed", named)
    if character.state is not CharacterState.ACTIVE:
        return Verdict.REVIEW, Reason("figure-waits", named)
    if invented.doubt is Doubt.COLLIDES:
        return Verdict.REVIEW, Reason("figure-collides", named)
    if invented.doubt is Doubt.WEAK:
        return Verdict.UNKNOWN_PERSON, Reason("figure-likely", named)
    stated = {**named, "owner": character.tenant_id, "statement": character.statement_sha256}
    return Verdict.CLEARED, Reason("figure-invented", stated)


def _answered(answer: FigureAnswer, figure_id: str) -> Reason:
    detail = {"figure_id": figure_id} if figure_id else {}
    if answer.answer is Answer.EXTRA:
        return Reason("extra-released", {"reference": answer.reference, **detail})
    if answer.answer is Answer.CHARACTER:
        return Reason("character-invented", {"reference": answer.reference, **detail})
    return Reason("not-a-person", detail)
