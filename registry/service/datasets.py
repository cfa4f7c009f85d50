"""Datasets: a manifest is taken once each of its files was handed in as material for training."""

from datetime import datetime

from sqlmodel import Session

from core import log
from core.db import next_seq
from core.errors import BadInput
from core.ids import new_id
from core.principal import Principal, require
from core.vault import Vault
from registry.manifest import digest_of, read_manifest
from registry.models.datasets import Dataset, DatasetFile
from registry.store import datasets, submissions

SCOPE = "submissions"
NAME_LENGTH_MAX = 200


def register(
    session: Session,
    vault: Vault,
    principal: Principal,
    *,
    name: str,
    model: str,
    manifest: str,
    now: datetime,
) -> Dataset:
    """Keep a manifest whose files were all handed in, as the very same bytes, for training.

    A retraining is a dataset of its own. Raises `BadInput` for a manifest that cannot be read, and
    for files that were not handed in as a dataset.
    """
    # Load.
    require(principal, SCOPE)
    listed = read_manifest(manifest)
    files, missing = [], []
    for item in listed:
        stored = vault.hmac_name(principal.tenant_id, bytes.fromhex(item.sha256))
        found = [
            each
            for each in submissions.with_object(session, principal, stored)
            if each.declaration.dataset
        ]
        if found:
            files.append(DatasetFile(item.sha256, found[-1].id))
        else:
            missing.append(item.path)
    # Decide.
    if missing:
        raise BadInput(
            f"{len(missing)} of {len(listed)} files were not handed in as a dataset.",
            next_step="Hand each in with a declaration that says dataset = true.",
            code="dataset-incomplete",
        )
    made = Dataset(
        id=new_id("dat"),
        tenant_id=principal.tenant_id,
        name=_text("name", name),
        model=_text("model", model),
        manifest_sha256=digest_of(manifest),
        files=tuple(files),
        seq=next_seq(session),
        recorded_at=now,
    )
    # Save.
    datasets.add_dataset(session, made, at=now)
    payload = {"manifest_sha256": made.manifest_sha256, "files": len(files)}
    log.append(session, kind="dataset.registered", subject_id=made.id, payload=payload, at=now)
    return made


def get_dataset(session: Session, principal: Principal, dataset_id: str) -> Dataset:
    """One dataset of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return datasets.get_dataset(session, principal, dataset_id)


def list_datasets(session: Session, principal: Principal) -> tuple[Dataset, ...]:
    """The caller's datasets, newest first."""
    require(principal, SCOPE)
    return datasets.list_datasets(session, principal)


def _text(what: str, text: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > NAME_LENGTH_MAX or not plain.isprintable():
        raise BadInput(
            f"The {what} must have 1 to {NAME_LENGTH_MAX} printable characters.",
            next_step=f"Give the {what} as it should be shown.",
        )
    return plain
