"""What may be trained on or mined, as the assertion that C2PA manifests carry for it.

An entry says `notAllowed`, or `constrained` where somebody offers terms; `allowed` is never said,
since no performer here gives consent for nothing. No identity assertion is written: it needs a
credential about a named person's identity, and this registry issues none.
Spec: https://cawg.io/training-and-data-mining/1.1/
"""

from collections.abc import Sequence

from licensing.models_standing import Stance, Standing
from registry.models.works import KindOfUse

LABEL = "cawg.training-mining"
ENTRIES = {
    KindOfUse.TRAIN_MODEL: ("cawg.ai_training", "cawg.ai_generative_training"),
    KindOfUse.TEXT_AND_DATA_MINING: ("cawg.data_mining",),
}


def training_mining(standings: Sequence[Standing], *, address: str) -> dict[str, object]:
    """The assertion as manifest definitions hold it; `address` is where terms can be read."""
    entries = {
        name: _entry(item.stance, address)
        for item in standings
        for name in ENTRIES.get(item.kind, ())
    }
    return {"label": LABEL, "data": {"entries": entries}}


def _entry(stance: Stance, address: str) -> dict[str, str]:
    if stance is Stance.TERMS:
        return {"use": "constrained", "constraint_info": address}
    return {"use": "notAllowed"}
