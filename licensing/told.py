"""What a performer's standing declaration says to a studio that lacks consent: told first.

Pure. A licence that covers a use is the performer's newer and more exact word, so nothing is told
beside it; where it is missing, the declaration says whether asking makes sense.
"""

from collections.abc import Sequence

from fingerprint.models import Reason
from licensing.models_standing import Stance, Standing
from registry.models.works import KindOfUse

_CODES = {
    Stance.NEVER: "standing-never",
    Stance.ASK: "standing-ask",
    Stance.TERMS: "standing-terms",
}


def stance_on(kind: KindOfUse, declared: Sequence[Standing]) -> Standing | None:
    """What was declared on a kind of use; it names each kind once."""
    return next((item for item in declared if item.kind is kind), None)


def told_first(
    kind: KindOfUse, declared: Sequence[Standing], lacking: tuple[Reason, ...]
) -> tuple[Reason, ...]:
    """`lacking` with the stance before everything else, where something lacks and one was taken."""
    stance = stance_on(kind, declared) if lacking else None
    if stance is None:
        return lacking
    return (Reason(_CODES[stance.stance], {"kind": kind.value}), *lacking)
