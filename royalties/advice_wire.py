"""A remittance advice, and the answer to one, as signed JSON and back (eddsa-jcs-2022).

Amounts are text, pins are those of the ledger. The id follows from everything else that is said.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from core import integrity
from core.canonical import canonical, parse_strict
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof
from core.ids import derived_id
from core.integrity import ProofOptions
from core.keys import PrivateKey, verification_method
from royalties.advice import Advice, AdvisedCut, AdvisedLine
from royalties.sisterclaims import FIGURES
from royalties.wire import pins_from_dict, pins_to_dict

FORM = "ebenbild-remittance-advice-1"
ANSWER = "ebenbild-advice-answer-1"
ADVICE_BYTES_MAX = 1 << 28
_NAMES = ("payer", "payer_name", "payee", "payment_id", "reference", "currency")
_LISTS = ("runs", "before", "notes")


def to_dict(advice: Advice) -> dict[str, Any]:
    """JSON-ready form; inverse of `from_dict`."""
    said = {
        "form": FORM,
        "issuer": advice.registry,
        **{name: getattr(advice, name) for name in _NAMES},
        **{name: list(getattr(advice, name)) for name in _LISTS},
        "amount_micro": str(advice.amount_micro),
        "proposed_at": to_text(advice.proposed_at),
        "claims_micro": str(advice.claims_micro),
        "rounding_micro": str(advice.rounding_micro),
        "vat_micro": {name: str(amount) for name, amount in advice.vat.items()},
        "cuts": [asdict(one) for one in advice.cuts],
        "lines": [_line(one) for one in advice.lines],
    }
    return {**said, "id": derived_id("adv", hashlib.sha256(canonical(said)).hexdigest())}


def id_of(advice: Advice) -> str:
    """The id that belongs to all that an advice says, whenever it was signed."""
    return str(to_dict(advice)["id"])


def from_dict(data: Mapping[str, Any]) -> Advice:
    """Read an advice back, signed or not; raises `BadInput` for what is none, or says more."""
    try:
        told: dict[str, Any] = {name: str(data[name]) for name in _NAMES}
        told |= {name: tuple(map(str, data[name])) for name in _LISTS}
        read = Advice(
            registry=str(data["issuer"]),
            **told,
            amount_micro=int(data["amount_micro"]),
            proposed_at=from_text(str(data["proposed_at"])),
            vat={str(name): int(amount) for name, amount in data["vat_micro"].items()},
            cuts=tuple(AdvisedCut(**one) for one in data["cuts"]),
            lines=tuple(_line_from(one) for one in data["lines"]),
        )
        if to_dict(read) != {name: said for name, said in data.items() if name != "proof"}:
            raise ValueError("not what it says")
    except (KeyError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise BadInput(
            "This is no remittance advice.",
            code="bad-advice",
            next_step=f"Hand in one of the form {FORM}, as the other society wrote it.",
        ) from exc
    return read


def signed(document: Mapping[str, Any], registry_key: PrivateKey, at: datetime) -> bytes:
    """An advice or an answer with the registry's proof, as canonical JSON."""
    options = ProofOptions(registry_key.verification_method, to_text(at))
    return canonical(integrity.sign(document, options, registry_key))


def read_signed(data: bytes, form: str, registries: Sequence[str]) -> dict[str, Any]:
    """The document in these bytes, signed by the one of these registries that it names.

    Raises `BadInput` for another form, `BadProof` for another signer or bytes that were changed.
    """
    document = parse_strict(data, bytes_max=ADVICE_BYTES_MAX)
    if document.get("form") != form:
        raise BadInput(
            "This is another kind of file.",
            code="bad-advice",
            next_step=f"Hand in one of the form {form}, as the other society wrote it.",
        )
    issuer = str(document.get("issuer", ""))
    if issuer not in registries:
        raise BadProof(
            "This is of no registry that is trusted here.",
            next_step="Have the operator pin its key: ebenbild registry trust did:key:...",
            code="registry-not-trusted",
        )
    integrity.verify(document, expected={verification_method(issuer)})
    return document


def _line(one: AdvisedLine) -> dict[str, Any]:
    return {
        "claim_id": one.claim_id,
        "amount_micro": str(one.amount_micro),
        **{name: str(one.figures[name]) for name in FIGURES},
        "pins": pins_to_dict(one.pins),
    }


def _line_from(data: Mapping[str, Any]) -> AdvisedLine:
    figures = {name: int(data[name]) for name in FIGURES}
    return AdvisedLine(str(data["claim_id"]), pins_from_dict(data["pins"]), figures)
