"""How a document says that an agency holds the key: one form in bindings, licences, declarations.

W3C has no word for it, so the members are our own; whoever reads a document finds the mandate by
its id and knows by the digest that it is the same.
"""

from collections.abc import Mapping

from registry.mandates import MANDATE_URN, TENANT_URN
from registry.models.heldkeys import AgencyKey

_NAMES = ("holder", "holderName", "mandate", "mandateSha256")


def custody_document(declared: AgencyKey, prefix: str = "") -> dict[str, str]:
    """The declaration as data; `agency_key_of` reads it back."""
    values = (
        TENANT_URN + declared.holder_id,
        declared.holder_name,
        MANDATE_URN + declared.mandate_id,
        declared.mandate_sha256,
    )
    return {prefix + name: value for name, value in zip(_NAMES, values, strict=True)}


def agency_key_of(said: object, prefix: str = "") -> AgencyKey:
    """Read a declaration; raises TypeError, KeyError or ValueError for anything else."""
    if not isinstance(said, Mapping) or set(said) != {prefix + name for name in _NAMES}:
        raise TypeError("custody")
    holder, name, mandate, digest = (said[prefix + one] for one in _NAMES)
    if not all(isinstance(text, str) and text for text in (holder, name, mandate, digest)):
        raise ValueError("custody")
    return AgencyKey(
        holder.removeprefix(TENANT_URN), name, mandate.removeprefix(MANDATE_URN), digest
    )
