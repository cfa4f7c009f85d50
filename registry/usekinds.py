"""Which modalities each kind of use concerns, for declarations that do not say.

A synthesised voice explains a voice that was found and never a face: a declaration must not
cover more than what it names.
"""

from fingerprint.models import Modality
from registry.models.works import KindOfUse

VOICE_ONLY = frozenset({Modality.VOICE})
FACE_ONLY = frozenset({Modality.FACE})
BOTH = frozenset(Modality)

MODALITIES: dict[KindOfUse, frozenset[Modality]] = {
    KindOfUse.OWN_PERFORMANCE: BOTH,
    KindOfUse.SYNTHESISE_VOICE: VOICE_ONLY,
    KindOfUse.REPLICATE_FACE: FACE_ONLY,
    KindOfUse.FULL_REPLICA: BOTH,
    KindOfUse.EDIT: BOTH,
    KindOfUse.BLEND: BOTH,
    KindOfUse.ENHANCE: BOTH,
    KindOfUse.DUB: VOICE_ONLY,
    KindOfUse.DE_AGE: BOTH,
    KindOfUse.ARCHIVE_REUSE: BOTH,
    KindOfUse.TRAIN_MODEL: BOTH,
    KindOfUse.TEXT_AND_DATA_MINING: BOTH,
}


def concerned(kind: KindOfUse, modality: Modality | None) -> frozenset[Modality]:
    """Modalities that a declared `kind` covers; `modality` narrows it and never widens it."""
    if modality is None:
        return MODALITIES[kind]
    return MODALITIES[kind] & {modality}
