"""A licence's receipt, verified step by step; and every way in which one can lie."""

import base64
from collections.abc import Callable

import pytest

from core import keys, log, logwitnesses, receipts
from core.canonical import canonical
from core.checkpoint import cosign, log_key
from core.checkpoints import newest
from core.clock import utc_now
from core.signednote import COSIGNATURE, Note, NoteKey, key_from_vkey
from core.tlogpolicy import Policy
from licensing.logreceipt import verify_receipt_text
from licensing.models import Licence
from licensing.models_verification import StepState
from tests.fixtures import TestWorld
from tests.store.licensing_steps import Deal, a_deal

Made = tuple[str, Policy, Licence]


@pytest.fixture
def made(world: TestWorld) -> Made:
    """The opened receipt of a licence in a log with one witness."""
    deal: Deal = a_deal(world)
    licence = deal.licence()
    secret = keys.generate()
    key = NoteKey("w.example", secret.public, COSIGNATURE)
    with world.db.write() as session:
        logwitnesses.add_witness(
            session, world.operator, key.vkey, "", loopback=False, now=utc_now()
        )
    with world.db.write() as session:
        text = newest(session).text
        line = cosign(text, "w.example", secret, utc_now())
        logwitnesses.accept(session, Note(text, (line,)), now=utc_now())
        policy = logwitnesses.policy(session, 0)
        assert licence.log_index is not None
        leaf = log.leaf(session, licence.log_index)
        return receipts.receipt(session, leaf, policy, opened=True), policy, licence


def test_all_steps_hold_for_the_licence_itself(made: Made) -> None:
    text, policy, licence = made
    report = verify_receipt_text(text, policy, licence.signed)
    assert report.complete, report
    assert [step.name for step in report.steps] == [
        "receipt",
        "log-signature",
        "inclusion",
        "witnesses",
        "commitment",
        "event",
    ]


def test_what_was_not_handed_in_is_said_to_be_unchecked(made: Made) -> None:
    text, policy, _ = made
    report = verify_receipt_text(text, Policy(policy.logs))
    assert report.ok and not report.complete
    unchecked = [step.name for step in report.steps if step.state is StepState.NOT_CHECKED]
    assert unchecked == ["witnesses", "commitment"]


def relied(text: str, old: str, new: str) -> str:
    """The receipt with other words in its unsigned part."""
    lines = text.split("\n")
    extra = base64.b64decode(lines[1].removeprefix("extra ")).decode().replace(old, new)
    lines[1] = "extra " + base64.b64encode(extra.encode()).decode()
    return "\n".join(lines)


FORGERIES: dict[str, tuple[Callable[[str], str], str]] = {
    "another kind": (lambda text: relied(text, "licence.issued", "licence.voided"), "inclusion"),
    "another time": (lambda text: relied(text, "T", "t"), "inclusion"),
    "another index": (lambda text: text.replace("\nindex ", "\nindex 1"), "inclusion"),
    "another salt": (lambda text: relied(text, '"salt":"', '"salt":"00'), "commitment"),
    "another origin": (lambda text: text.replace("registry.invalid/log\n", "b\n"), "log-signature"),
    "no receipt": (lambda text: text[10:], "receipt"),
    "no leaf": (lambda text: relied(text, '"leaf"', '"lief"'), "receipt"),
    "no witness": (
        lambda text: "".join(
            line for line in text.splitlines(keepends=True) if "w.example" not in line
        ),
        "witnesses",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_receipt_fails_at_its_step(made: Made, name: str) -> None:
    text, policy, licence = made
    forge, step = FORGERIES[name]
    assert forge(text) != text
    report = verify_receipt_text(forge(text), policy, licence.signed)
    failed = [item.name for item in report.steps if item.state is StepState.FAILED]
    assert step in failed, report


def test_another_document_and_another_log_are_refused(made: Made) -> None:
    text, policy, licence = made
    other = canonical({"id": licence.vc_id, "type": "x"})
    report = verify_receipt_text(text, policy, other)
    assert [item.name for item in report.steps if item.state is StepState.FAILED] == ["commitment"]
    (own,) = policy.logs
    stranger = log_key(own.name, keys.generate().public)
    strange = Policy((key_from_vkey(stranger.vkey),), policy.witnesses, policy.groups)
    report = verify_receipt_text(text, strange, licence.signed)
    assert "log-signature" in [i.name for i in report.steps if i.state is StepState.FAILED]
