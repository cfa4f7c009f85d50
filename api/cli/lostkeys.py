"""Commands of `key` for a signing key that was lost: only public names and signatures are sent."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli
from api.cli.output import emit, fields, note, table
from api.cli.signing import KeyFile, open_key, signature
from api.web.texts import text

PerformerId = Annotated[str, typer.Argument(help="Id of the performer.")]
Replacement = Annotated[str, typer.Argument(help="Id of the replacement (krp_...).")]


def lost(cli: Cli, performer: PerformerId, key: KeyFile) -> None:
    """Say that the performer's signing key is lost, and which new one is to follow it."""
    made = open_key(key, cli.lang)
    with cli.client() as client:
        draft = client.post(f"/v1/performers/{performer}/key-replacements", {"did": made.did})
        signed = {"possession": signature(made, draft["possession"])["signature"]}
        found = client.post(f"/v1/key-replacements/{draft['id']}/signature", signed)
    _tell(cli, found, "keylost.unvouched" if found["state"] == "unvouched" else "keylost.asked")


def lost_keys(cli: Cli, performer: PerformerId) -> None:
    """List which keys of a performer were reported lost, and what became of it."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/key-replacements")
    rows = [(item["id"], item["state"], item["asked_at"], item["begins_at"]) for item in found]
    emit(cli, found, lambda: table(("replacement", "state", "asked", "begins"), rows))


def vouch(cli: Cli, replacement: Replacement) -> None:
    """Say that the performer asks for a new key: as an attester, or as one of two operators."""
    with cli.client() as client:
        found = client.post(f"/v1/key-replacements/{replacement}/attestation")
    _tell(cli, found, "keylost.second" if found["approval_id"] else "keylost.vouched")


def stop(cli: Cli, replacement: Replacement) -> None:
    """Stop the replacement of a key before it begins; the present key stays."""
    with cli.client() as client:
        found = client.post(f"/v1/key-replacements/{replacement}/stop")
    _tell(cli, found, "keylost.stopped")


def _tell(cli: Cli, found: dict[str, Any], said: str) -> None:
    emit(cli, found, lambda: fields(found))
    note(text(cli.lang, said, id=found["id"], at=found["begins_at"]))
