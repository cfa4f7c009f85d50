"""Every named forgery is refused, at the step that its name speaks of."""

import pytest

from core.canonical import canonical
from licensing.models_verification import StepState, VerifyReport
from licensing.token import seal_token
from licensing.verification import verify_licence_bytes, verify_token_bytes
from tests.forgeries import Forgery, childs_at, forgeries, good, status_at
from tests.unit.licensing.documents import FACTS, REGISTRY, trust
from tests.unit.licensing.examples import AT

ALL = forgeries(AT)


def judged(data: bytes, status: bytes, *, token: bool) -> VerifyReport:
    known = trust(status_lists={FACTS.status_url: status})
    return (verify_token_bytes if token else verify_licence_bytes)(data, known)


def test_what_they_are_made_from_is_good() -> None:
    for licence in (good(AT), childs_at(AT)):
        data = canonical(licence)
        assert judged(data, status_at(AT), token=False).complete
        assert judged(seal_token(data, REGISTRY), status_at(AT), token=True).complete


def test_there_are_at_least_thirty_and_each_has_its_own_name() -> None:
    assert len({forgery.name for forgery in ALL}) == len(ALL) >= 30


@pytest.mark.parametrize("forgery", ALL, ids=[forgery.name for forgery in ALL])
def test_a_forgery_is_refused(forgery: Forgery) -> None:
    report = judged(forgery.licence, forgery.status, token=forgery.is_token)
    failed = [step.name for step in report.steps if step.state is StepState.FAILED]
    assert failed == [forgery.step]
