"""A cleared title gets a certificate; what happens before its release makes it void and is told."""

import hashlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from api.client import Client, Refused
from core.clock import utc_now
from core.tlogpolicy import parse_policy
from licensing.certificatecheck import Brought, verify_certificate_bytes
from licensing.logreceipt import verify_receipt_text
from licensing.models_verification import VerifyReport
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)

# A log of the same name under another key.
OTHER_LOG = """\
log registry.invalid/log+9d0492d2+AUAZWtYQFLXHSo4g5yokpEDUTxfUWstZUp7V1F5T7LMk
quorum none
"""
FILM = medium(20_000, ("anna", "voice", 0, 15_000))
FILM_SHA256 = hashlib.sha256(FILM).hexdigest()


class Title:
    """A title with Anna's cloned voice, licensed, handed in and cleared."""

    def __init__(self, stage: Stage, **terms: Any) -> None:
        self.stage = stage
        self.agency, (studio_id, self.studio) = stage.tenant("agency")[1], stage.tenant("studio")
        self.anna = Person.add(self.agency, "anna")
        purposes = ("matching", "licensing")
        self.anna.enrol(stage.file("anna.wav", voice_sample("anna")), purposes=purposes)
        self.licence = self.anna.license(studio_id, **terms)
        declared = declaration({"performer_id": self.anna.id, "kind": "synthesise_voice"})
        self.submission = submit(stage, self.studio, new_cut(self.studio), FILM, declared)

    def clearance(self) -> dict[str, Any]:
        found = self.studio.get(f"/v1/submissions/{self.submission['id']}/clearance")
        return dict(found)

    def certify(self, clearance_id: str, sha256: str = FILM_SHA256) -> dict[str, Any]:
        body = {"media_sha256": sha256}
        return dict(self.studio.post(f"/v1/clearances/{clearance_id}/certificate", body))

    def revoke(self) -> None:
        path = f"/v1/licences/{self.licence['id']}/revocation"
        self.agency.post(path, {"reason": "I changed my mind"})

    def verify(self, made: dict[str, Any]) -> VerifyReport:
        """Everything that a stranger has: the files, and what the public addresses say."""
        anybody = Client(self.stage.http(), self.studio._runner, poll_seconds=0.01)
        licence = self.studio.fetch(f"/v1/licences/{self.licence['id']}/credential")
        methods = frozenset({anybody.get("/registry")["verification_method"]})
        status = anybody.fetch(f"/certificates/{made['id']}/status")
        receipts = self.studio.get(f"/v1/clearances/{made['clearance_id']}/receipts")
        brought = Brought(
            utc_now(),
            methods,
            FILM_SHA256,
            (licence,),
            status,
            tuple(item["receipt"].encode() for item in receipts),
            parse_policy(anybody.fetch("/log/policy").decode()),
        )
        return verify_certificate_bytes(self.studio.fetch(made["credential"]), brought)


@pytest.fixture
def title(stage: Stage) -> Title:
    return Title(stage)


def test_a_certificate_is_verified_by_strangers_and_falls_with_the_consent(title: Title) -> None:
    cleared = title.clearance()
    assert cleared["verdict"] == "CLEARED"
    made = title.certify(cleared["id"])
    assert (made["state"], made["media_sha256"]) == ("VALID", FILM_SHA256)
    assert title.certify(cleared["id"]) == made
    report = title.verify(made)
    assert report.complete, report.steps

    title.revoke()
    path = f"/v1/clearances/{cleared['id']}/certificate"
    # Nobody has decided again yet: the state follows from the revocation itself.
    found = title.studio.get(path)
    assert found["state"] == "VOID"
    assert [reason["code"] for reason in found["reasons"]] == ["certificate-licence-revoked"]
    assert [s.name for s in title.verify(made).steps if s.state.value == "failed"] == ["state"]

    run_jobs(title.stage.settings)
    (told,) = [
        item
        for item in title.studio.get("/v1/notices")["items"]
        if item["kind"] == "certificate.void"
    ]
    assert told["subject_id"] == cleared["id"]
    # A new licence clears the title again; the certificate stays void, another one is made.
    title.anna.license(title.studio.get("/v1/works")["items"][0]["tenant_id"])
    run_jobs(title.stage.settings)
    again = title.clearance()
    assert again["verdict"] == "CLEARED"
    assert title.studio.get(path)["state"] == "VOID"
    assert title.certify(again["id"])["state"] == "VALID"


def test_the_log_commits_to_the_bytes_of_a_certificate(title: Title) -> None:
    cleared = title.clearance()["id"]
    made = title.certify(cleared)
    receipts = title.studio.get(f"/v1/clearances/{cleared}/receipts")
    assert [item["kind"] for item in receipts] == ["clearance.issued", "certificate.issued"]
    policy = parse_policy(title.studio.fetch("/log/policy").decode())
    signed = title.studio.fetch(made["credential"])
    receipt = receipts[1]["receipt"]
    other = Brought(utc_now(), frozenset(), receipts=(receipt.encode(),), policy=policy)
    judged = verify_certificate_bytes(signed, other).steps[-1]
    assert (judged.name, judged.state.value) == ("log", "ok")
    without = replace(other, policy=None)
    assert verify_certificate_bytes(signed, without).steps[-1].state.value == "not-checked"
    foreign = replace(other, policy=parse_policy(OTHER_LOG))
    assert verify_certificate_bytes(signed, foreign).steps[-1].state.value == "failed"
    steps = {step.name: step for step in verify_receipt_text(receipt, policy, signed).steps}
    assert steps["commitment"].state.value == "ok"
    steps = {step.name: step for step in verify_receipt_text(receipt, policy, b"{}").steps}
    assert steps["commitment"].state.value == "failed"


def test_what_is_not_cleared_or_another_file_is_not_certified(title: Title) -> None:
    cleared = title.clearance()["id"]
    for sha256, code in (("0" * 64, "other-file"), ("xyz", "bad-sha256")):
        with pytest.raises(Refused) as refused:
            title.certify(cleared, sha256)
        assert refused.value.code == code
    title.revoke()
    with pytest.raises(Refused) as refused:
        title.certify(cleared)
    assert refused.value.code == "decided-again"
    run_jobs(title.stage.settings)
    with pytest.raises(Refused) as refused:
        title.certify(title.clearance()["id"])
    assert refused.value.code == "not-cleared"
    stranger = title.stage.tenant("studio", "Another")[1]
    with pytest.raises(Refused):
        stranger.get(f"/v1/clearances/{cleared}/certificate")
    with pytest.raises(Refused):
        stranger.fetch("/certificates/crt_none/status")


def test_paper_and_page_say_in_words_what_the_bytes_say(title: Title) -> None:
    cleared = title.clearance()["id"]
    made = title.certify(cleared)
    address = f"/v1/clearances/{cleared}/certificate.pdf"
    for lang, words in (("en", "How to verify"), ("de", "So wird geprüft")):
        data = title.studio.fetch(address, lang=lang)
        assert data == title.studio.fetch(address, lang=lang)
        said = "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
        signed = title.studio.fetch(made["credential"])
        for wanted in (words, made["id"], FILM_SHA256, hashlib.sha256(signed).hexdigest()):
            assert wanted in said.replace("\n", "")
    page = f"/certificates/{made['id']}"
    anybody = title.stage.http()
    assert "valid" in anybody.get(page, params={"lang": "en"}).text
    title.revoke()
    answer = anybody.get(page, params={"lang": "de"})
    assert "Eine Lizenz dahinter wurde widerrufen." in answer.text
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == (
        "no-store",
        "noindex",
    )
    # Whoever has only the number learns no name, no title and no licence.
    for secret in ("Anna", "anna", title.anna.id, title.licence["id"], title.submission["id"]):
        assert secret not in answer.text
    assert page in title.studio.fetch(f"/v1/clearances/{cleared}/clearance.html").decode()
    answer = anybody.get("/certificates/crt_none", params={"lang": "de"})
    assert answer.status_code == 404
    assert "kein Zertifikat ausgestellt" in answer.text
