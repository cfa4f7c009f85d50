"""Datasets to train a model with: a manifest names every file by its digest."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """One file of the manifest, and the submission by which it was scanned."""

    sha256: str
    submission_id: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """What one model is trained with, once; a retraining is a dataset of its own."""

    id: str
    tenant_id: str
    name: str
    model: str
    manifest_sha256: str
    files: tuple[DatasetFile, ...]
    seq: int
    recorded_at: datetime
