"""The encoders of the models folder, as people and requests see them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from api.opening import open_registry
from core.clock import utc_now
from core.settings import Settings
from fingerprint.models import Modality, ModelCard
from registry.service import encoders


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """One encoder; `calibration` is measured, provisional or none."""

    model_id: str
    version: str
    modality: str
    front_end: str
    licence: str
    source: str
    sha256: str
    dimension: int
    in_use: bool
    calibration: str


def card(settings: Settings, model_id: str) -> ModelCard:
    """An installed encoder's card; raises NotFound, Unavailable where its file was changed."""
    # Imported here: a server that only answers requests need not load what the models need.
    from fingerprint.weights import encoders as own_ones  # noqa: PLC0415
    from fingerprint.weights.manifest import SHIPPED_ENCODERS, load_manifest  # noqa: PLC0415

    for modality, shipped in SHIPPED_ENCODERS.items():
        if model_id == shipped:
            return load_manifest(settings.models_path).card(shipped, modality)
    return own_ones.checked(settings.models_path, model_id).card


def overview(settings: Settings, in_use: Mapping[Modality, str]) -> list[EncoderInfo]:
    """Every encoder that can be used, the shipped ones first; raises Unavailable."""
    from fingerprint import opening  # noqa: PLC0415
    from fingerprint.weights import encoders as own_ones  # noqa: PLC0415
    from fingerprint.weights.manifest import SHIPPED_ENCODERS, load_manifest  # noqa: PLC0415

    files = load_manifest(settings.models_path)
    serving = {**SHIPPED_ENCODERS, **in_use}
    measured = opening.calibrations(files)
    cards = [files.card(model_id, part) for part, model_id in SHIPPED_ENCODERS.items()]
    added = own_ones.installed(settings.models_path)
    cards += [encoder.card for encoder in added.values()]
    found = []
    for item in cards:
        own = added.get(item.model_id)
        entry = files.models.get(item.model_id)
        calibration = measured.get(item.model_id)
        found.append(
            EncoderInfo(
                model_id=item.model_id,
                version=own.version if own else entry.version if entry else "",
                modality=item.modality.value,
                front_end=item.front_end,
                licence=item.licence,
                source=own.source if own else f"{entry.package} {entry.version}" if entry else "",
                sha256=item.sha256,
                dimension=item.dimension,
                in_use=serving[item.modality] == item.model_id,
                calibration=_word(calibration.provisional if calibration else None),
            )
        )
    return found


def installed_models(settings: Settings) -> list[dict[str, Any]]:
    """Every model on this machine, checked against its stamp; raises Unavailable.

    An encoder also says whether it is in use and measured, and how many prints it made, as far as
    there is a registry to ask.
    """
    from fingerprint.weights.manifest import load_manifest  # noqa: PLC0415

    in_use, prints = _registry_says(settings)
    found = [
        {**asdict(item), "id": item.model_id, "prints": prints.get(item.model_id, 0)}
        for item in overview(settings, in_use)
    ]
    known = {item["id"] for item in found}
    others = load_manifest(settings.models_path).models.values()
    found += [
        {
            "id": entry.model_id,
            "version": entry.version,
            "front_end": entry.front_end,
            "licence": entry.licence,
            "source": f"{entry.package} {entry.version}",
            "sha256": entry.sha256,
            "dimension": entry.dimension,
        }
        for entry in others
        if entry.model_id not in known
    ]
    return found


def add(settings: Settings, file: Path, declared: Mapping[str, Any]) -> EncoderInfo:
    """Try a file as an encoder and keep it; raises BadInput with what is wrong with it."""
    from fingerprint.frontends import Encoder, FrontEnd  # noqa: PLC0415
    from fingerprint.weights import adding  # noqa: PLC0415

    made = Encoder(
        file="",
        sha256="",
        dimension=0,
        **{**declared, "front_end": FrontEnd(declared["front_end"])},
    )
    kept = adding.add(settings.models_path, file, made)
    return next(item for item in overview(settings, {}) if item.model_id == kept.model_id)


def _registry_says(settings: Settings) -> tuple[dict[Modality, str], Mapping[str, int]]:
    if not settings.database_path.is_file():
        return {}, {}
    with open_registry(settings) as world, world.db.read() as session:
        return encoders.in_use(session), encoders.prints_by_model(session, at=utc_now())


def _word(provisional: bool | None) -> str:
    if provisional is None:
        return "none"
    return "provisional" if provisional else "measured"
