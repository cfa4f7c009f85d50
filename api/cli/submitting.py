"""Hands a file in for a cut and waits until it has been scanned, showing how far it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.options import Cli
from api.cli.output import note, progress
from api.web.texts import text
from core.errors import EbenbildError

if TYPE_CHECKING:
    from api.client import Client


class ScanFailed(EbenbildError):
    """The scan ended without a result; the words are those of its job."""

    status = 422


def submit(
    cli: Cli,
    client: "Client",
    file: Path,
    cut_id: str,
    declaration: Mapping[str, Any] | None,
    *,
    fast: bool | None = None,
) -> dict[str, Any]:
    """The scanned submission; raises ScanFailed with what the worker said.

    How thoroughly it is scanned is for the settings to say unless `fast` does.
    """
    note(text(cli.lang, "submit.sending", file=file.name))
    with progress(file.name) as bar:
        upload_id = client.upload(file, bar)
    body = {
        "cut_id": cut_id,
        "upload_id": upload_id,
        "filename": file.name,
        "declaration": declaration,
        "mode": None if fast is None else "fast" if fast else "thorough",
    }
    submission = client.post("/v1/submissions", body)
    with progress(file.name) as bar:
        job = client.wait(submission["job"]["id"], bar)
    if job["state"] != "done":
        raise failure(job)
    found: dict[str, Any] = client.get(f"/v1/submissions/{submission['id']}")
    return found


def failure(job: Mapping[str, Any]) -> ScanFailed:
    """The error of a job that failed or was cancelled."""
    fault = job["error"] or {"message": f"The job was {job['state']}.", "next_step": "", "code": ""}
    return ScanFailed(
        fault["message"], next_step=fault["next_step"], code=fault["code"] or "job-ended"
    )
