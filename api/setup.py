"""Makes a registry, or brings one up to date: folder, keys, database, recognition models.

Run again it changes only what is missing or old. The models are converted from the packages that
carry their weights; that needs no network.
"""

from collections.abc import Callable, Mapping
from typing import Any

from api.schema import standing, upgrade
from api.scopes import SCOPES
from core.init import InitReport, initialise, open_world
from core.settings import Settings
from migrations import HEAD
from registry.service.rekeying import adopt_enrolments

Progress = Callable[[Mapping[str, Any]], None]


def prepare(settings: Settings) -> InitReport:
    """Make the registry in `settings.data_dir`, or upgrade its database."""
    made = initialise(settings, upgrade, operator_scopes=SCOPES)
    if not made.created:
        with open_world(settings) as world:
            if standing(world.db) != HEAD:
                upgrade(world.db)
        _bring_seals_up_to_date(settings)
    return made


def _bring_seals_up_to_date(settings: Settings) -> None:
    """Seal what an earlier version left in the clear; put enrolments' keys under performers'."""
    with open_world(settings) as world:
        for name in world.objects.names():
            world.objects.seal_in_place(name)
        with world.db.read() as session:
            adopt_enrolments(session, world.vault)


def convert_models(settings: Settings, progress: Progress) -> dict[str, str]:
    """Convert what is missing or stale; returns each model's id and sha256."""
    # Imported here: the converter needs libraries that nothing else does.
    from fingerprint.weights.convert import convert_all  # noqa: PLC0415

    def feed(model_id: str, done: int, total: int) -> None:
        progress({"progress": done / total, "note": model_id})

    manifest = convert_all(settings.models_path, feed)
    return {model_id: entry.sha256 for model_id, entry in manifest.models.items()}
