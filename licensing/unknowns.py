"""The verdict on somebody whom no print explains, by what the studio answered about them."""

from fingerprint.models import Reason
from licensing.models import Verdict
from registry.models.evidence import UnknownPerson
from registry.models.figures import Answer, FigureAnswer


def judge_unknown(
    person: UnknownPerson, released: Reason | None = None
) -> tuple[Verdict, tuple[Reason, ...]]:
    """CLEARED where an answer settles it, else UNKNOWN PERSON with what is known of the find.

    `released` is a declared extras' release that answers for this person.
    """
    figure = {"figure_id": person.figure_id} if person.figure_id else {}
    detail = {"modality": person.modality.value, **figure}
    if released is not None and person.answer is None:
        return Verdict.CLEARED, (Reason(released.code, {**released.detail, **figure}),)
    if person.answer is not None and person.answer.settles:
        return Verdict.CLEARED, (_answered(person.answer, person.figure_id),)
    asked = [Reason("licence-to-be-asked", {})] if person.answer is not None else []
    return Verdict.UNKNOWN_PERSON, (Reason("unknown-person", detail), *asked, *person.reasons)


def _answered(answer: FigureAnswer, figure_id: str) -> Reason:
    detail = {"figure_id": figure_id} if figure_id else {}
    if answer.answer is Answer.EXTRA:
        return Reason("extra-released", {"reference": answer.reference, **detail})
    if answer.answer is Answer.CHARACTER:
        return Reason("character-invented", {"reference": answer.reference, **detail})
    return Reason("not-a-person", detail)
