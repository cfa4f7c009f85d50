"""Which media a calibration is made of, and whose: its manifest and its list of identities."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from core.errors import BadInput
from fingerprint.models import Modality
from fingerprint.pieces import Source


def read_identities(path: Path) -> dict[str, Any]:
    """Whose media may be used: `calibration` by modality, and `credits`; raises BadInput."""
    try:
        chosen = json.loads(path.read_bytes())
        lists = [*chosen["calibration"].values(), chosen.setdefault("credits", [])]
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise _bad_identities(path) from exc
    if not all(isinstance(names, list) for names in lists):
        raise _bad_identities(path)
    found: dict[str, Any] = chosen
    return found


def _bad_identities(path: Path) -> BadInput:
    return BadInput(
        f"{path.name} does not list whose media may be used.",
        next_step='Write JSON such as {"calibration": {"voice": ["ada"]}, "credits": ["own"]}.',
        code="bad-identities",
    )


def read_sources(manifest: Path) -> tuple[Source, ...]:
    """The lines of a calibration manifest; raises BadInput for one without the columns."""
    with manifest.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        needed = {"path", "modality", "identity"}
        if not needed <= set(reader.fieldnames or ()):
            raise BadInput(f"The manifest needs the columns {', '.join(sorted(needed))}.")
        return tuple(
            Source(
                manifest.parent / row["path"],
                row["modality"],
                row["identity"],
                row.get("kind") or "",
                row.get("licence") or "",
                row.get("source") or "",
            )
            for row in reader
        )


def shown(sources: Iterable[Source]) -> set[str]:
    """Who is named in the sources; a list of speakers has commas."""
    return {name for source in sources for name in source.identity.split(",")}


def concerns(source: Source, modality: Modality, wanted: set[str]) -> bool:
    """Whether a source shows wanted people; a list of speakers stands beside its RTTM file."""
    return source.modality == modality and not wanted.isdisjoint(source.identity.split(","))


def credit(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """How many files under which licence from where, for the credit that licences ask for."""
    counts = Counter((source.licence, source.origin) for source in sources)
    return [
        {"files": count, "licence": licence, "source": origin}
        for (licence, origin), count in sorted(counts.items())
    ]
