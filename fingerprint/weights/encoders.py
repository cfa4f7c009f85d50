"""The list of encoders of one's own in a models folder, beside the shipped models.

A file of its own, because the shipped models are made again with every release and these never.
The sha256 is checked whenever an encoder is opened, as it is for the shipped ones.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from core.errors import NotFound, Unavailable
from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.weights.manifest import write_atomic
from fingerprint.weights.packages import sha256_file

FORMAT = "ebenbild-encoders/1"
FILE_NAME = "encoders.json"


def installed(models_dir: Path) -> Mapping[str, Encoder]:
    """The encoders that were added, by model id; raises Unavailable for a list that is broken."""
    path = models_dir / FILE_NAME
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise ValueError("another format")
        found = [_encoder(item) for item in document["encoders"]]
    except (ValueError, KeyError, TypeError) as exc:
        raise Unavailable(
            f"The list of added encoders cannot be read: {exc}",
            next_step=f"Restore {FILE_NAME} from a backup, or delete it and add them again.",
            code="models-broken",
        ) from exc
    return {encoder.model_id: encoder for encoder in found}


def get(models_dir: Path, model_id: str) -> Encoder:
    """One added encoder; raises NotFound."""
    found = installed(models_dir).get(model_id)
    if found is None:
        raise NotFound(
            f"There is no encoder {model_id} in the models folder.",
            next_step="`ebenbild models list` names those there are; `ebenbild models add` adds.",
            code="no-encoder",
        )
    return found


def checked(models_dir: Path, model_id: str) -> Encoder:
    """As `get`, with its file there and unchanged; raises Unavailable where it is not."""
    encoder = get(models_dir, model_id)
    path = models_dir / encoder.file
    if not path.is_file() or sha256_file(path) != encoder.sha256:
        raise Unavailable(
            f"The file of {model_id} is missing or not the one that was added.",
            next_step="Put the same file back with `ebenbild models add`.",
            code="models-mismatch",
        )
    return encoder


def keep(models_dir: Path, encoder: Encoder) -> None:
    """Add an encoder to the list, in the place of one of the same id."""
    known = {**installed(models_dir), encoder.model_id: encoder}
    document = {"format": FORMAT, "encoders": [asdict(item) for item in known.values()]}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    write_atomic(models_dir / FILE_NAME, text.encode())


def _encoder(item: dict[str, Any]) -> Encoder:
    if set(item) != {field.name for field in fields(Encoder)}:
        raise ValueError("an encoder with missing or unknown fields")
    encoder = Encoder(**{**item, "front_end": FrontEnd(item["front_end"])})
    for name in ("name", "version", "file", "sha256", "licence", "source"):
        if not isinstance(item[name], str):
            raise ValueError(f"field {name} is no text")
    for name in ("dimension", "window_ms"):
        if type(item[name]) is not int or item[name] <= 0:
            raise ValueError(f"field {name} is no positive whole number")
    if Path(encoder.file).name != encoder.file:
        raise ValueError("an encoder's file outside the folder")
    return encoder
