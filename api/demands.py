"""What this registry asks of an enrolment, read from its settings."""

from core.settings import Settings
from registry.proofing.sufficiency import Demands


def demands_of(settings: Settings) -> Demands:
    """The proofs and the notice period that are asked for."""
    return Demands(
        single_operator=settings.single_operator, notice_days=settings.enrolment.notice_days
    )
