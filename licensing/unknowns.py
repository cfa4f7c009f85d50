"""The verdict on somebody whom no print explains, by what the studio answered about them."""

from fingerprint.models import Reason
from licensing.models import Verdict
from registry.models.evidence import UnknownPerson


def judge_unknown(person: UnknownPerson) -> tuple[Verdict, tuple[Reason, ...]]:
    """UNKNOWN PERSON with what is known of the find, until somebody has answered."""
    reasons = (Reason("unknown-person", {"modality": person.modality.value}), *person.reasons)
    return Verdict.UNKNOWN_PERSON, reasons
