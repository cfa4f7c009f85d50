"""Does a licence keep the framework that it pins? Answered from the framework's bytes alone."""

from collections.abc import Collection, Sequence

from core.canonical import parse_strict
from core.errors import BadInput, BadProof
from licensing.frameworks import BYTES_MAX, check_proofs, digest_of, framework_facts
from licensing.minimums import compare, lines
from licensing.models import Terms
from licensing.models_framework import FrameworkFacts
from licensing.stepping import Unchecked


def check_pin(terms: Terms, given: Sequence[bytes], registry_methods: Collection[str]) -> str:
    """Say that the version pinned is at hand, genuine and kept; raises `BadProof` where it is not.

    Raises `Unchecked` where no version of the framework was given.
    """
    named = f"{terms.framework_id} version {terms.framework_version}"
    known = [(data, facts) for data in given if (facts := _facts(data)).id == terms.framework_id]
    if not known:
        raise Unchecked(f"The framework was not given: bring {named} with --with.")
    digests = {digest_of(data): facts for data, facts in known}
    if terms.framework_digest not in digests:
        raise BadProof(f"No framework given has the bytes that the licence pins as {named}.")
    facts = digests[terms.framework_digest]
    if str(facts.version) != terms.framework_version:
        raise BadProof(f"The bytes pinned are version {facts.version}, and the licence says other.")
    _genuine(next(data for data, one in known if one is facts), facts, registry_methods)
    fallen = [item for item in compare(facts.minimums, terms) if not item.kept]
    if fallen:
        raise BadProof("The licence falls below its framework: " + " ".join(lines(fallen, "en")))
    return f"{facts.title}, version {facts.version}, has the bytes pinned, and the terms keep it."


def _facts(data: bytes) -> FrameworkFacts:
    try:
        return framework_facts(parse_strict(data, bytes_max=BYTES_MAX))
    except BadInput as exc:
        raise BadProof("A framework that was given cannot be read.") from exc


def _genuine(data: bytes, facts: FrameworkFacts, registry_methods: Collection[str]) -> None:
    document = parse_strict(data, bytes_max=BYTES_MAX)
    if check_proofs(document, facts) not in registry_methods:
        raise BadProof("The framework is countersigned by none of the registries trusted.")
