"""The table of datasets: which files one signed-for manifest names, and how each was handed in."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.errors import NotFound
from core.principal import Principal
from core.visibility import visible
from registry.models.datasets import Dataset, DatasetFile

PAGE_MAX = 500


class DatasetRow(Owned, table=True):
    """Table of datasets; `files` are pairs of digest and submission."""

    __tablename__ = "dataset"
    __table_args__ = (append_only(),)

    name: str
    model: str
    manifest_sha256: str
    files: list[list[str]] = Field(sa_type=JsonText)
    seq: int = Field(unique=True)


def add_dataset(session: Session, dataset: Dataset, *, at: datetime) -> None:
    """Store a dataset."""
    session.add(
        DatasetRow(
            id=dataset.id,
            tenant_id=dataset.tenant_id,
            recorded_at=at,
            name=dataset.name,
            model=dataset.model,
            manifest_sha256=dataset.manifest_sha256,
            files=[[item.sha256, item.submission_id] for item in dataset.files],
            seq=dataset.seq,
        )
    )
    session.flush()


def get_dataset(session: Session, principal: Principal, dataset_id: str) -> Dataset:
    """One dataset of the caller's; raises NotFound."""
    query = select(DatasetRow).where(
        col(DatasetRow.id) == dataset_id, visible(DatasetRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such dataset.", next_step="List the datasets.")
    return _dataset(row)


def list_datasets(session: Session, principal: Principal) -> tuple[Dataset, ...]:
    """The caller's datasets, newest first."""
    query = (
        select(DatasetRow)
        .where(visible(DatasetRow, principal))
        .order_by(col(DatasetRow.seq).desc())
        .limit(PAGE_MAX)
    )
    return tuple(_dataset(row) for row in session.exec(query))


def _dataset(row: DatasetRow) -> Dataset:
    return Dataset(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        model=row.model,
        manifest_sha256=row.manifest_sha256,
        files=tuple(DatasetFile(sha256, submission_id) for sha256, submission_id in row.files),
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
