"""Hands a file in for a cut and waits until it has been scanned, showing how far it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.options import Cli
from api.cli.output import note, progress
from api.web.texts import text
from core.errors import BadInput, BadMedia, Conflict, EbenbildError, Unavailable

if TYPE_CHECKING:
    from api.client import Client


_OF_THE_PLACE = ("attempts-exhausted", "busy", "disk-fault", "disk-full", "models-")


def submit(
    cli: Cli,
    client: "Client",
    file: Path,
    cut_id: str,
    declaration: Mapping[str, Any] | None,
    *,
    fast: bool | None = None,
) -> dict[str, Any]:
    """The scanned submission; raises with what the worker said.

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


def failure(job: Mapping[str, Any]) -> EbenbildError:
    """The error of a job that failed or was cancelled, of the kind that its worker met."""
    fault = job["error"]
    if job["state"] == "cancelled" or fault is None:
        return Conflict("The work was cancelled.", next_step="Start it again.", code="cancelled")
    kind = _kind(fault["code"])
    return kind(fault["message"], next_step=fault["next_step"], code=fault["code"])


def _kind(code: str) -> type[EbenbildError]:
    """A job keeps the code of what it met; whose fault that is follows from it."""
    from api.problems import TITLES  # noqa: PLC0415
    from fingerprint.media.faults import CODES  # noqa: PLC0415

    if code in CODES:
        return BadMedia
    if code.startswith(_OF_THE_PLACE):
        return Unavailable
    return next((kind for kind in TITLES if kind.code == code), BadInput)
