"""Forms that several routes share: what is signed, why something is so, and when.

Bytes travel as base64; vectors and object names do not travel at all, evidence only by itself.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

from core.errors import BadInput
from core.integrity import ProofOptions
from fingerprint.models import Reason, Span

FROZEN = ConfigDict(frozen=True, extra="forbid")
Text = Annotated[str, Field(min_length=1, max_length=300)]


class Draft(Protocol):
    """Whatever waits for a performer's signature: a consent, a key binding, a licence."""

    @property
    def id(self) -> str: ...
    @property
    def document(self) -> Mapping[str, object]: ...
    @property
    def options(self) -> ProofOptions: ...
    @property
    def signing_input(self) -> bytes: ...


class ReasonOut(BaseModel):
    """Why: a stable code and its figures."""

    code: str
    detail: dict[str, str | int | float]

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """The reason as data."""
        return cls(code=reason.code, detail=dict(reason.detail))


class SpanOut(BaseModel):
    """From-to in milliseconds from the start of the cut."""

    start_ms: int
    end_ms: int

    @classmethod
    def of(cls, span: Span) -> Self:
        """The span as data."""
        return cls(start_ms=span.start_ms, end_ms=span.end_ms)


class Options(BaseModel):
    """The terms of the proof to make (Data Integrity, eddsa-jcs-2022)."""

    verification_method: str
    created: str
    purpose: str
    previous_proof: str | tuple[str, ...] | None
    id: str | None

    @classmethod
    def of(cls, options: ProofOptions) -> Self:
        """The options as data."""
        return cls(
            verification_method=options.verification_method,
            created=options.created,
            purpose=options.purpose,
            previous_proof=options.previous_proof,
            id=options.id,
        )


class ToSign(BaseModel):
    """What the performer's own program signs: Ed25519 over `signing_input` (base64, 64 bytes)."""

    id: str
    document: dict[str, Any]
    options: Options
    signing_input: str

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """The request as data."""
        return cls(
            id=draft.id,
            document=dict(draft.document),
            options=Options.of(draft.options),
            signing_input=base64.b64encode(draft.signing_input).decode("ascii"),
        )


class Signed(BaseModel):
    """A signature (base64, 64 bytes) and the key that made it."""

    model_config = FROZEN
    verification_method: Text
    signature: Text

    def signature_bytes(self) -> bytes:
        """The raw signature; raises BadInput."""
        return from_base64(self.signature)


def from_base64(text: str) -> bytes:
    """The bytes behind strict base64; raises BadInput."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise BadInput(
            "A signature is not base64.", next_step="Send the 64 raw bytes as base64."
        ) from exc
