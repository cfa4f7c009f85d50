"""Who joins the series later, and who stands beside them: a mother, a union, two societies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from api.cli.signing import cosignature, signature
from api.client import Client
from api.demo.papers import payee
from core.clock import utc_now
from core.keys import PrivateKey, generate, load_key

PURPOSES = ("matching", "licensing")
COMPARED = (*PURPOSES, "comparison")
MINORS_YEARS = 12
NEVER = ("synthesise_voice", "replicate_face", "train_model")
MOTHER = "Maren Ahrens"
CLAUSE = "Strike of the voice actors: no synthesised voices until there is an agreement"


@dataclass
class Companions:
    """The agency that enrols them, whoever vouches, their union, and two who claim their money.

    `mother` is the account of the minor's.
    """

    agency: Client
    operator: Client
    union: Client
    claimants: tuple[Client, ...]
    mother: str
    keys: dict[str, PrivateKey] = field(default_factory=dict)
    guardians: dict[str, PrivateKey] = field(default_factory=dict)

    def join(
        self,
        name: str,
        samples: Sequence[Path],
        *,
        minor: bool,
        purposes: Sequence[str] = PURPOSES,
    ) -> str:
        """Enrol somebody from files, a minor with her mother; returns the performer's id."""
        key = generate()
        body = {"name": name, "public_name": name}
        performer = str(self.agency.post("/v1/performers", body)["id"])
        self.keys[performer] = key
        draft = self.agency.post(f"/v1/performers/{performer}/keys", {"did": key.did})
        own = {"possession": signature(key, draft["possession"])["signature"]}
        self.agency.post(f"/v1/key-drafts/{draft['id']}/signature", own)
        if minor:
            self._guardian(performer)
        self._enrol(performer, samples, purposes)
        self.agency.post(f"/v1/performers/{performer}/payee", payee(name))
        return performer

    def license(self, performer: str, terms: dict[str, Any]) -> None:
        """Sign a licence; a minor's mother signs it too."""
        path = f"/v1/licences/{self.agency.post('/v1/licences', {'terms': terms})['id']}"
        for key in (self.keys[performer], self.guardians.get(performer)):
            if key is not None:
                draft = self.agency.get(f"{path}/draft", signer=key.did)
                self.agency.post(f"{path}/signature", signature(key, draft))

    def never_for(self, performer: str, key: Path) -> None:
        """Have somebody declare to everybody: never, for every way of making a likeness."""
        self.keys[performer] = load_key(key)
        path = f"/v1/performers/{performer}/standing"
        draft = self.agency.post(path, {"never": list(NEVER)})
        made = [signature(self.keys[performer], one) for one in draft["requests"]]
        self.agency.post(f"{path}/signature", {"draft_id": draft["id"], "signatures": made})

    def strike(self, performer: str) -> None:
        """Have somebody join the union, which then suspends the consents of its members."""
        group = self.union.post("/v1/groups", {"name": "Guild of Voices"})
        path = f"/v1/performers/{performer}/memberships"
        draft = self.agency.post(path, {"group_id": group["id"]})
        signed = self._signed(performer, draft)
        self.agency.post(f"/v1/memberships/{draft['id']}/signature", signed)
        self.union.post(f"/v1/groups/{group['id']}/suspensions", {"clause": CLAUSE})

    def claim_too_much(self, performer: str, month: str) -> None:
        """Two parties claim more than the whole of somebody's money from this month on."""
        for claimant, share in zip(self.claimants, ("7/10", "1/2"), strict=True):
            path = f"/v1/performers/{performer}/shares"
            claimant.post(path, {"share": share, "from_period": month})

    def _guardian(self, performer: str) -> None:
        mother = self.guardians[performer] = generate()
        born = utc_now() - timedelta(days=365 * MINORS_YEARS)
        body = {"born_on": f"{born:%Y-%m-%d}"}
        self.agency.post(f"/v1/performers/{performer}/minority", body)
        parent = {"name": MOTHER, "did": mother.did, "relation": "parent"}
        parent["person"] = self.mother
        made = self.agency.post(f"/v1/performers/{performer}/guardians", parent)
        paper = {"paper": "birth_certificate"}
        self.operator.post(f"/v1/guardians/{made['id']}/attestation", paper)

    def _enrol(self, performer: str, samples: Sequence[Path], purposes: Sequence[str]) -> None:
        body = {"modalities": ["voice"], "purposes": list(purposes)}
        draft = self.agency.post(f"/v1/performers/{performer}/enrolments", body)
        path = f"/v1/enrolments/{draft['id']}"
        self.agency.post(f"{path}/signature", self._signed(performer, draft))
        for sample in samples:
            handed = {"upload_id": self.agency.upload(sample), "modality": "voice"}
            self.agency.wait(self.agency.post(f"{path}/samples", handed)["id"])
        job = self.agency.post(f"{path}/attestations", {"facts": ["identity", "voice"]})
        self.agency.wait(job["id"])

    def _signed(self, performer: str, draft: dict[str, Any]) -> dict[str, Any]:
        """The performer's signature, and those of all guardians over the same document."""
        signed: dict[str, Any] = dict(signature(self.keys[performer], draft))
        asked = [{**draft, "options": options} for options in draft.get("guardians", [])]
        mother = self.guardians.get(performer)
        return (
            signed
            if mother is None
            else {**signed, "guardians": [cosignature(mother, one) for one in asked]}
        )
