"""One of everything that an organisation can hold, and requests about it that are well formed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from api.cli.signing import signature
from api.client import Client
from core import approvals, deliveries, notices, tenants
from core.clock import utc_now
from core.db import Database
from core.keys import PrivateKey, generate
from core.principal import Principal
from core.signednote import COSIGNATURE, NoteKey
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

Ids = Mapping[str, str]
SAMPLE = "sample of a voice"
TAKEDOWN: dict[str, Any] = {
    "platform": "Video Example",
    "sender": {
        "name": "Anna B.",
        "contact": "anna@example.org",
        "capacity": "performer",
        "signature": "Anna B.",
        "good_faith": True,
        "accurate": True,
    },
}
BORN_ON = f"{utc_now().year - 10}-01-01"
INVENTED = {"made_by": "A", "tool": "T", "model": "M", "copies_nobody": True}
ACTS = ("read", "enrol", "withdraw", "license", "revoke", "collect", "represent", "enforce")
WITNESS = NoteKey("witness.example", generate().public, COSIGNATURE).vkey


@dataclass
class Holder:
    """An organisation's http client with every scope, and the database behind it."""

    stage: Stage
    tenant_id: str
    http: httpx2.Client
    database: Database

    @classmethod
    def make(
        cls, stage: Stage, database: Database, tenant_id: str, scopes: frozenset[str]
    ) -> "Holder":
        with database.write() as session:
            _, plaintext = tenants.issue_key(session, tenant_id, scopes)
        return cls(stage, tenant_id, stage.http(plaintext), database)

    def upload(self) -> str:
        return str(self.http.post("/v1/uploads", content=SAMPLE.encode()).json()["id"])


def hold(stage: Stage, holder: Holder, name: str, *, agent: str = "") -> dict[str, str]:
    """Make one of everything; returns the ids by the names of the paths' parameters.

    The performer's mandate for everything is the holder's, or that of the organisation `agent`.
    """
    client = stage.client(holder.http.headers["authorization"].removeprefix("Bearer "))
    anna = Person.add(client, name)
    enrolment = anna.consent("voice")
    upload = client.upload(stage.file(f"{name}.wav", voice_sample(name)))
    body = {"upload_id": upload, "modality": "voice"}
    job = client.post(f"/v1/enrolments/{enrolment}/samples", body)
    client.wait(job["id"])
    asked = client.post(f"/v1/enrolments/{enrolment}/challenges", {"kind": "phrase"})
    anna.vouch(enrolment, "voice")
    licence = anna.license(holder.tenant_id)
    cut_id = new_cut(client)
    film = medium(20_000, (name, "voice", 0, 15_000), (f"{name}'s double", "face", 0, 9_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, client, cut_id, film, declared)
    other_id = _sibling(stage, client, cut_id)
    findings = client.get(f"/v1/submissions/{submission['id']}/findings")
    clearance = client.get(f"/v1/submissions/{submission['id']}/clearance")
    found_id = findings["matches"][0]["id"]
    word = client.post(f"/v1/matches/{found_id}/reviews", {"verdict": "confirmed"})
    figure = client.get("/v1/figures")[-1]
    draft = client.post(f"/v1/performers/{anna.id}/keys", {"did": generate().did})
    keys = stage.operator.get(f"/v1/tenants/{holder.tenant_id}/keys")
    gone = Person.add(client, f"{name} who leaves")
    child = Person.add(client, f"{name} the younger")
    client.post(f"/v1/performers/{child.id}/minority", {"born_on": BORN_ON})
    parent = {"name": f"{name} the elder", "did": generate().did, "relation": "parent"}
    guardian = client.post(f"/v1/performers/{child.id}/guardians", parent)
    # Two, because one is revoked where that is what is asked for.
    mandate, _ = (mandated(client, anna, agent or holder.tenant_id, ACTS) for _ in range(2))
    held_by, agency = stage.tenant("agency", f"{name}'s agency")
    held = agency.post(f"/v1/mandates/{mandated(client, anna, held_by, ['hold-key'])}/key")
    late = Person.add(client, f"{name} who died")
    claim = estate_body(client.upload(stage.file(f"{name}.pdf", name.encode())))
    estate = client.post(f"/v1/performers/{late.id}/estates", claim)
    unfinished = holder.http.post("/v1/uploads", headers={"Upload-Complete": "?0"}).json()["id"]
    return {
        "performer_id": anna.id,
        "upload_id": unfinished,
        "bulk_id": client.post("/v1/bulks", {"act": "certify", "cut_ids": [cut_id]})["id"],
        "mandate_id": mandate,
        "held_key_id": held["id"],
        "estate_id": estate["id"],
        "own_template_id": client.post("/v1/templates", {"body": contract(name)})["id"],
        "guardian_id": guardian["id"],
        "enrolment_id": enrolment,
        "challenge_id": asked["id"],
        "job_id": job["id"],
        "licence_id": licence["id"],
        "work_id": client.get(f"/v1/cuts/{cut_id}")["work_id"],
        "cut_id": cut_id,
        "other_id": other_id,
        "submission_id": submission["id"],
        "clearance_id": clearance["id"],
        "match_id": found_id,
        "use_id": findings["uses"][0]["id"],
        "act_id": word["id"],
        "trace_id": figure["sightings"][0]["trace_id"],
        "dataset_id": _dataset(stage, client, cut_id, name),
        "figure_id": figure["id"],
        "character_id": client.post("/v1/characters", {**INVENTED, "name": name})["id"],
        "draft_id": draft["id"],
        "tenant_id": holder.tenant_id,
        "key_id": keys[0]["id"],
        "export_id": client.post(f"/v1/performers/{anna.id}/exports")["id"],
        "erasure_id": client.post(f"/v1/performers/{gone.id}/erasure")["id"],
        **_negotiation(client, anna, name),
        "request_id": _request(client, anna, holder.tenant_id),
        **_found(client, stage, anna, name),
        **_messages(client, holder, name),
        **_people(client, holder, name),
    }


def mandated(client: Client, anna: Person, agent: str, acts: Sequence[str]) -> str:
    """Have a performer let an organisation do this; returns the mandate's id."""
    body = {"holder_id": agent, "valid_until": "2036-01-01T00:00:00Z", "acts": list(acts)}
    draft = client.post(f"/v1/performers/{anna.id}/mandates", body)
    return str(
        client.post(f"/v1/mandates/{draft['id']}/signature", signature(anna.key, draft))["id"]
    )


def estate_body(upload_id: str) -> dict[str, Any]:
    """A claim by a sole heir."""
    heir = {"name": "H", "did": generate().did, "share": "1"}
    return {"deceased_on": "2020-01-01", "upload_id": upload_id, "heirs": [heir]}


def _sibling(stage: Stage, client: Client, cut_id: str) -> str:
    """Another cut of the same work, in which nobody is."""
    work_id = client.get(f"/v1/cuts/{cut_id}")["work_id"]
    body = {"label": "trailer", "format": "trailer", "language": "de"}
    other_id = str(client.post(f"/v1/works/{work_id}/cuts", body)["id"])
    submit(stage, client, other_id, medium(2_000), declaration())
    return other_id


def _dataset(stage: Stage, client: Client, cut_id: str, name: str) -> str:
    """A dataset of one file in which nobody is."""
    film = medium(1_000, content={"sound": [(name, 0, 900)]})
    submit(stage, client, cut_id, film, declaration(dataset=True))
    manifest = f"path,sha256\nfilm.mp4,{hashlib.sha256(film).hexdigest()}\n"
    made = client.post("/v1/datasets", {"name": name, "model": "m", "manifest": manifest})
    return str(made["id"])


def _people(client: Client, holder: Holder, name: str) -> dict[str, str]:
    """An invitation, and a proposal that waits for an administrator."""
    invited = {"email": f"{name}@example.org", "roles": ["auditor"]}
    asking = Principal(holder.tenant_id, "test", frozenset(), "agency")
    with holder.database.write() as session:
        waiting = approvals.propose(
            session, asking, action="test.do", subject_id=name, payload={}, now=utc_now()
        )
    invitation = client.post("/v1/invitations", invited)
    return {"invitation_id": invitation["id"], "approval_id": waiting.id}


def _request(client: Client, anna: Person, tenant_id: str) -> str:
    """A request of the organisation's to its own performer."""
    terms = {**terms_about(anna.id, tenant_id), "territories": ["DE"]}
    return str(client.post("/v1/requests", {"terms": terms})[0]["id"])


def contract(title: str) -> dict[str, Any]:
    """A contract template of an organisation's own, as short as one can be."""
    words = {"en": title, "de": title}
    clause = {"id": "all", "title": words, "plain": words, "legal": words}
    return {
        "title": words,
        "summary": words,
        "home_territories": ["DE"],
        "term": "P1Y",
        "defaults": {},
        "fields": [],
        "refuses": [],
        "clauses": [clause],
    }


def _found(client: Client, stage: Stage, anna: Person, name: str) -> dict[str, str]:
    """A clip in which the performer was found, and the notice about it."""
    clip = stage.file(f"{name}-clip.mp4", medium(20_000, (name, "voice", 0, 15_000)))
    body = {"upload_id": client.upload(clip), "location": "https://video.example/1"}
    made = client.post(f"/v1/performers/{anna.id}/clips", body)
    client.wait(made["job_id"])
    sent = client.post(f"/v1/clips/{made['id']}/takedowns", TAKEDOWN)
    return {"clip_id": made["id"], "takedown_id": sent["id"]}


def _negotiation(client: Client, anna: Person, name: str) -> dict[str, str]:
    """A group, a membership that waits for its signature, and a suspension."""
    group = client.post("/v1/groups", {"name": f"Guild of {name}"})
    draft = client.post(f"/v1/performers/{anna.id}/memberships", {"group_id": group["id"]})
    called = client.post(f"/v1/groups/{group['id']}/suspensions", {"clause": "A strike."})
    return {
        "framework_id": publish(client, anna.key, group["id"])["id"],
        "group_id": group["id"],
        "membership_id": draft["id"],
        "suspension_id": called["id"],
    }


def publish(
    client: Client, key: PrivateKey, group_id: str, of: str = "", **minimums: Any
) -> dict[str, Any]:
    """A framework of the group's with these minimum terms."""
    wanted = {"body": framework(**minimums), "key": key.did, "framework_id": of}
    draft = client.post(f"/v1/groups/{group_id}/framework-drafts", wanted)
    signed = {**signature(key, draft), "document": draft["document"]}
    return client.post(f"/v1/groups/{group_id}/frameworks", signed)


def framework(**minimums: Any) -> dict[str, Any]:
    """What a union writes into a framework."""
    return {
        "title": "AI in film",
        "agreement": "Collective agreement of 3 May 2026",
        "valid_from": "2026-05-03T00:00:00Z",
        "minimums": minimums,
    }


def _messages(client: Client, holder: Holder, name: str) -> dict[str, str]:
    """A notice, a mail address, an endpoint and a delivery that is under way."""
    now = utc_now()
    with holder.database.write() as session:
        notices.notify(
            session,
            tenant_id=holder.tenant_id,
            person=None,
            kind="licence.signed",
            subject_id=name,
            facts={},
            now=now,
        )
        address = {"address": f"{name}@example.org", "lang": "en"}
    address_id = client.post("/v1/mail-addresses", address)["id"]
    with holder.database.write() as session:
        deliveries.schedule(
            session,
            tenant_id=holder.tenant_id,
            event_seq=int.from_bytes(name.encode()[:3], "big"),
            kind="licence.signed",
            channel=deliveries.Channel.MAIL,
            target_id=address_id,
            body="{}",
            now=now,
        )
    hook = client.post("/v1/webhooks", {"url": "https://hooks.example.org/in"})
    return {
        "notice_id": client.get("/v1/notices")["items"][0]["id"],
        "address_id": address_id,
        "endpoint_id": hook["id"],
        "delivery_id": next(client.pages("/v1/deliveries", target=address_id))["id"],
    }


def terms_about(performer_id: str, licensee_id: str) -> dict[str, Any]:
    """Terms that anybody could sign."""
    return {
        "performer_id": performer_id,
        "licensee_id": licensee_id,
        "kinds": ["synthesise_voice"],
        "modalities": ["voice"],
        "territories": "*",
        "languages": "*",
        "media": "*",
        "works": "*",
        "description": "A cloned voice in every work of this studio",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2036-01-01T00:00:00Z",
        "tariff": {"kind": "per_minute", "rate": "0.25", "currency": "EUR"},
    }


RECEIPT = {"reference": "r", "booked_on": "2030-10-01", "amount": "0", "currency": "EUR"}
SOCIETYS_MANDATE = {"society_id": "ten_none", "valid_from": "2030-01-01", "source": "agreed"}
PARTY = {"name": "N", "street": "S 1", "city": "C", "country": "DE"}
EXCHANGE = {
    "account": "bank",
    "amount": "1",
    "base": "EUR",
    "quote": "USD",
    "rate": "1.08",
    "source": "ECB",
    "day": "2026-11-20",
}


def bodies(ids: Ids, upload: Callable[[], str]) -> dict[str, Callable[[], dict[str, Any]]]:
    """A well-formed body for each path that takes one, about the caller's own things."""
    did = "did:key:z6MkkXoNNWdNSnxw2FPFMMr634qXpQdp62RcHHUs4ZXF8ADB"
    signed = {"verification_method": "x", "signature": "AAAA"}
    sample = {"modality": "voice"}
    terms = terms_about(ids["performer_id"], ids["tenant_id"])
    submission = {"cut_id": ids["cut_id"], "filename": "a.mp4", "declaration": declaration()}
    fixed: dict[str, dict[str, Any]] = {
        "/v1/tenants": {"name": "Another", "kind": "studio"},
        "/v1/bulks": {"act": "certify", "cut_ids": [ids["cut_id"]]},
        "/v1/encoder-changes": {"model_id": "nobody"},
        "/v1/log/witnesses": {"vkey": WITNESS},
        "/v1/log/witnesses/removal": {"name": "nobody.example"},
        "/v1/log/keys/retirement": {"vkey": WITNESS},
        "/v1/registries": {"did": did, "base_url": "https://a.example", "policy": "quorum none"},
        "/v1/registries/end": {"did": did},
        "/v1/performers": {"name": "A", "public_name": "B"},
        "/v1/ledger/periods/{period}/decision": {"approve": True},
        "/v1/runs/{run_id}/decision": {"approve": False},
        "/v1/unclaimed-lists": {"year": 2030},
        "/v1/unclaimed-lists/{list_id}/decision": {"approve": False},
        "/v1/complaints": {"transaction_ids": ["txn_none"], "ground": "not-me", "proof": "x"},
        "/v1/complaints/{complaint_id}/words": {"text": "x"},
        "/v1/complaints/{complaint_id}/ruling": {"ruling": "rejected"},
        "/v1/complaints/{complaint_id}/decision": {"approve": False},
        "/v1/ledger/exchanges": EXCHANGE,
        "/v1/invoices": {"month": "2030-13"},
        "/v1/invoices/{invoice_id}/write-off": {"reason": "insolvency"},
        "/v1/invoices/{invoice_id}/write-off-decision": {"approve": False},
        "/v1/receipts": RECEIPT,
        "/v1/receipt-imports": {"upload_id": "upl_none"},
        "/v1/held-payments/{told_id}/decision": {"enter": True},
        "/v1/advice-answers": {"upload_id": "upl_none"},
        "/v1/remittance-advices": {"upload_id": "upl_none"},
        "/v1/remittance-advices/{advice_id}/match": {"receipt_id": "rcp_none"},
        "/v1/cuts/{cut_id}/identifiers": {"scheme": "isrc", "value": "USRC17607839"},
        "/v1/usage-holds/{hold_id}/decision": {"release": True},
        "/v1/usage-holds/{hold_id}/agreement": {"approve": True},
        "/v1/usage-estimates": {"month": "2020-13"},
        "/v1/usage-counts": {"month": "2020-13"},
        "/v1/players": {"label": "TV", "did": did, "scope_id": ids["cut_id"]},
        "/v1/player-batches": {"batch": "{}", "signature": "AAAA"},
        "/v1/usage-mappings": {"mapping": {"sender": "x"}},
        "/v1/usage-mapping-guesses": {"sender": "x", "headings": ["views"]},
        "/v1/invoices/{invoice_id}/cancellation": {"reason": "wrong address"},
        "/v1/billing-parties/{party_id}": PARTY,
        "/v1/credit-notes": {"run_id": "run_none"},
        "/v1/collecting-mandates": SOCIETYS_MANDATE,
        "/v1/collecting-mandates/{mandate_id}/end": {"until": "2030-01-01"},
        "/v1/collecting-decisions": {"approval_id": "app_none", "approve": True},
        "/v1/collecting-conflicts/{conflict_id}/settlement": {"collects": True},
        "/v1/receipts/{receipt_id}/matches": {"invoice_id": "inv_none"},
        "/v1/receipts/{receipt_id}/unmatching": {"invoice_id": "inv_none", "reason": "wrong"},
        "/v1/receipts/{receipt_id}/refunds": {"reason": "paid-twice"},
        "/v1/performers/{performer_id}/payee/decision": {"approve": True},
        "/v1/payout-accounts": {"whose": "own", "name": "B", "iban": "DE89370400440532013000"},
        "/v1/payout-batches/{batch_id}/decision": {"approve": True},
        "/v1/payout-answers": {"upload_id": "upl_none"},
        "/v1/tax-exemptions": {
            "payee_id": f"pay_{'a' * 26}",
            "certificate": "B 1",
            "per_cent": "5",
            "valid_from": "2030-01-01",
            "valid_until": "2030-12-31",
        },
        "/v1/tax-exemptions/{exemption_id}/decision": {"approve": True},
        "/v1/ledger/exchanges/{pair_id}/reversal": {"reason": "wrong-rate"},
        "/v1/performers/{performer_id}/enrolments": {
            "modalities": ["voice"],
            "purposes": ["matching"],
        },
        "/v1/performers/{performer_id}/keys": {"did": did},
        "/v1/performers/{performer_id}/key-replacements": {"did": did},
        "/v1/key-replacements/{replacement_id}/signature": {"possession": "AAAA"},
        "/v1/performers/{performer_id}/standing/agency-signature": {"draft_id": "std_none"},
        "/v1/performers/{performer_id}/minority": {"born_on": BORN_ON},
        "/v1/performers/{performer_id}/names": {"public_name": "Anna Karenina"},
        "/v1/performers/{performer_id}/guardians": {
            "name": "G",
            "did": did,
            "relation": "parent",
        },
        "/v1/performers/{performer_id}/money-releases": {"valid_until": "2036-01-01T00:00:00Z"},
        "/v1/money-releases/{release_id}/signature": signed,
        "/v1/performers/{performer_id}/mandates": {
            "holder_id": ids["tenant_id"],
            "acts": ["read"],
            "valid_until": "2036-01-01T00:00:00Z",
        },
        "/v1/mandates/{mandate_id}/signature": signed,
        "/v1/rosters": {"lines": [{"reference": "r-1", "name": "R"}]},
        "/v1/tenants/{tenant_id}/quota-lifts": {"month": "2036-01", "enrolments": 5},
        "/v1/guardians/{guardian_id}/attestation": {"paper": "birth_certificate"},
        "/v1/guardians/{guardian_id}/ending": {"why": "court"},
        "/v1/guardians/{guardian_id}/key": {"did": generate().did},
        "/v1/performers/{performer_id}/handover": {"email": "k@example.org", "proof": "passport"},
        "/v1/key-drafts/{draft_id}/signature": {"possession": "AAAA"},
        "/v1/enrolments/{enrolment_id}/signature": signed,
        "/v1/enrolments/{enrolment_id}/attestations": {"facts": ["identity"]},
        "/v1/enrolments/{enrolment_id}/challenges": {"kind": "phrase"},
        "/v1/enrolments/{enrolment_id}/refusals": {"facts": ["words"], "statement": "Others."},
        "/v1/disputes/proposals": {"enrolment_id": "enr_none", "outcome": "newcomer"},
        "/v1/disputes/settlements": {"enrolment_id": "enr_none", "outcome": "newcomer"},
        "/v1/licences": {"terms": terms},
        "/v1/performers/{performer_id}/standing": {"never": ["train_model"]},
        "/v1/performers/{performer_id}/standing/signature": {
            "draft_id": "std_none",
            "signatures": [signed],
        },
        "/v1/rules/checks": {"terms": terms},
        "/v1/templates": {"body": contract("Another")},
        "/v1/templates/{own_template_id}/versions": {"body": contract(f"Next {uuid4()}")},
        "/v1/templates/{template_id}/terms": {"answers": {**terms, "works": [ids["work_id"]]}},
        "/v1/rules/tables": {"table": "pack,rule,case,territories,at,facts,verdict\n"},
        "/v1/licences/{licence_id}/signature": signed,
        "/v1/requests": {"terms": terms},
        "/v1/licence-previews": {"terms": terms},
        "/v1/requests/{request_id}/offers": {"terms": terms},
        "/v1/requests/{request_id}/acceptance": {"version": 1, "digest": "0"},
        "/v1/request-answers": {"answer": "refuse", "requests": [{"request_id": "req_none"}]},
        "/v1/clearances/{clearance_id}/requests": {"tariff": terms["tariff"]},
        "/v1/licences/{licence_id}/approvals": {"cut_id": ids["cut_id"], "approve": True},
        "/v1/licences/{licence_id}/use-notices": {"cut_id": ids["cut_id"]},
        "/v1/clearance-policy": {"unknowns": "review"},
        "/v1/performers/{performer_id}/policy": {"policy": "block"},
        "/v1/clips/{clip_id}/takedowns": TAKEDOWN,
        "/v1/takedowns/{takedown_id}/counter-notice": {"received_at": "2026-01-01T00:00:00Z"},
        "/v1/takedowns/{takedown_id}/closing": {"outcome": "taken down"},
        "/v1/performers/{performer_id}/public-use-drafts": {
            "used_on": "2026-01-01",
            "where": "A cinema",
            "evidence_sha256": "a" * 64,
        },
        "/v1/performers/{performer_id}/public-uses": {**signed, "document": {}},
        "/v1/groups": {"name": "A guild"},
        "/v1/performers/{performer_id}/memberships": {"group_id": ids["group_id"]},
        "/v1/performers/{performer_id}/mandated-memberships": {
            "group_id": ids["group_id"],
            "mandate_ref": "paper 7",
        },
        "/v1/memberships/{membership_id}/signature": signed,
        "/v1/groups/{group_id}/framework-drafts": {"body": framework(), "key": did},
        "/v1/groups/{group_id}/frameworks": {**signed, "document": {}},
        "/v1/frameworks/{framework_id}/checks": {"terms": terms},
        "/v1/tariffs": {"document": {}},
        "/v1/tariff-checks": {"document": {}},
        "/v1/pool-reports": {"period": "2026-10"},
        "/v1/training-reports": {
            "dataset_id": "dat_none",
            "period": "2026-10",
            "income": {"training": "1"},
            "currency": "EUR",
        },
        "/v1/roles": {"scope_id": "cut_none", "performer_id": "prf_none", "role": "lead"},
        "/v1/performers/{performer_id}/shares": {"share": "1/2", "from_period": "2030-10"},
        "/v1/unlicensed-tariffs": {"from_period": "soon"},
        "/v1/tariffs/{tariff_id}/dry-runs": {"period": "2030-10"},
        "/v1/groups/{group_id}/suspensions": {"clause": "A strike."},
        "/v1/members/{person_id}/roles": {"roles": ["auditor"]},
        "/v1/members/{person_id}/access": {"allow": True, "why": "returned"},
        "/v1/accounts/{person_id}/access": {"allow": True, "why": "returned"},
        "/v1/invitations": {"email": "new@example.org", "roles": ["auditor"]},
        "/v1/me/organisation": {"tenant_id": "ten_none"},
        "/v1/keys": {"scopes": ["reports"]},
        "/v1/approvals/{approval_id}/decision": {"approve": True},
        "/sign-in/token": {"email": "", "password": "", "code": ""},
        "/sign-in/reset": {"email": ""},
        "/sign-in/reset/password": {"code": "", "password": ""},
        "/sign-in/passkey/options": {},
        "/sign-in/passkey": {"challenge_id": "x", "credential": {}},
        "/account/passkeys/options": {},
        "/account/passkeys": {"challenge_id": "x", "credential": {}},
        "/account/signing-keys": {
            "credential_id": "x",
            "did": generate().did,
            **dict.fromkeys(("salt", "nonce", "wrapped"), "AA"),
        },
        "/v1/mail-addresses": {"address": "someone@example.org", "lang": "en"},
        "/v1/webhooks": {"url": "https://hooks.example.org/other"},
        "/v1/works": {"title": "T", "level": "film"},
        "/v1/works/{work_id}/cuts": {"label": "a", "format": "feature", "language": "de"},
        "/v1/works/{work_id}/declaration": {"declaration": {}},
        "/v1/datasets": {"name": "D", "model": "M", "manifest": "path,sha256\n"},
        "/v1/characters": {**INVENTED, "name": "Another"},
        "/v1/characters/{character_id}/disputes": {"performer_id": ids["performer_id"]},
        "/v1/characters/{character_id}/disputes/withdrawal": {"performer_id": ids["performer_id"]},
        "/v1/characters/{character_id}/decision": {"decision": "dismiss"},
        "/v1/figures/{figure_id}/answer": {"answer": "not_a_person"},
        "/v1/figures/{figure_id}/merge": {"into": ids["figure_id"]},
        "/v1/figures/{figure_id}/split": {"trace_ids": ["trc_none"]},
        "/v1/submissions/{submission_id}/declaration": {"declaration": declaration()},
        "/v1/matches/{match_id}/reviews": {"verdict": "confirmed"},
        "/v1/matches/{match_id}/split": {"spans": [{"start_ms": 0, "end_ms": 90_000}]},
        "/v1/traces/{trace_id}/split": {"spans": [{"start_ms": 0, "end_ms": 90_000}]},
    }
    made: dict[str, Callable[[], dict[str, Any]]] = {
        path: (lambda body=body: body)  # type: ignore[misc]
        for path, body in fixed.items()
    }
    return {
        **made,
        "/v1/characters/{character_id}/files": lambda: {**sample, "upload_id": upload()},
        "/v1/enrolments/{enrolment_id}/samples": lambda: {**sample, "upload_id": upload()},
        "/v1/challenges/{challenge_id}/answer": lambda: {"upload_id": upload()},
        "/v1/performers/{performer_id}/clips": lambda: {
            "upload_id": upload(),
            "location": "https://video.example/2",
        },
        "/v1/submissions": lambda: {**submission, "upload_id": upload()},
        "/v1/performers/{performer_id}/estates": lambda: estate_body(upload()),
        "/v1/usage-imports": lambda: {"upload_id": upload()},
    }
