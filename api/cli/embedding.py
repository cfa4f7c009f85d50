"""`certificate embed | extract | signing-key`: a certificate inside the film that it is about."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli
from api.cli.output import emit, fields, note
from api.web.texts import text
from core.files import sha256_of

if TYPE_CHECKING:
    from api.client import Client

ISSUED = "certificate.issued"  # the leaf of a certificate
KEY_FILE, CHAIN_FILE = "c2pa.key", "c2pa-chain.pem"


def signing_key(
    cli: Cli,
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where the key is kept.")],
    name: Annotated[str, typer.Option(help="Your organisation, as manifests will name it.")],
) -> None:
    """Make the key that signs manifests (C2PA), and certificates for it, good for five years.

    Nobody else knows them: other programs read such a manifest as intact, its signer as untrusted.
    """
    from core import files  # noqa: PLC0415
    from core.clock import utc_now  # noqa: PLC0415
    from core.keys import generate, save_key  # noqa: PLC0415
    from core.signingchain import signing_chain  # noqa: PLC0415

    key = generate()
    chain = signing_chain(key, name, utc_now())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    save_key(folder / KEY_FILE, key)
    files.create_private(folder / CHAIN_FILE, chain)
    made = {"key": str(folder / KEY_FILE), "chain": str(folder / CHAIN_FILE), "name": name}
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "embed.untrusted"))


def embed(
    cli: Cli,
    media: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The file that was cleared.")
    ],
    clearance: Annotated[str, typer.Option(help="Id of the decision whose certificate it is.")],
    key: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="The folder of `certificate signing-key`."),
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The copy to write.")],
) -> None:
    """Write a copy of the file that holds its certificate as a C2PA assertion.

    Picture and sound stay as they are, and so do manifests that the file has already.
    """
    from core.keys import load_key  # noqa: PLC0415
    from fingerprint.labels import embedding  # noqa: PLC0415
    from licensing.certificateassertion import assertions_of  # noqa: PLC0415

    digest = sha256_of(media)
    with cli.client() as client:
        made = client.post(f"/v1/clearances/{clearance}/certificate", {"media_sha256": digest})
        signed = client.fetch(made["credential"])
        receipt = receipt_of(client, clearance)
    embedding.embed(
        media,
        out,
        assertions_of(signed, receipt.decode(), media_sha256=digest),
        key=load_key(key / KEY_FILE),
        chain=(key / CHAIN_FILE).read_bytes(),
    )
    found = {"file": str(out), "sha256": sha256_of(out), "certificate": made["id"]}
    emit(cli, found, lambda: fields(found))
    note(text(cli.lang, "embed.untrusted"))


def receipt_of(client: "Client", clearance: str) -> bytes:
    """The log's receipt of a decision's certificate; empty while the log has none."""
    receipts = client.get(f"/v1/clearances/{clearance}/receipts")
    found = (str(item["receipt"]) for item in receipts if item["kind"] == ISSUED)
    return next(found, "").encode()


def extract(
    cli: Cli,
    media: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A film.")],
    out: Annotated[Path | None, typer.Option(help="Write the signed certificate here.")] = None,
    receipt: Annotated[Path | None, typer.Option(help="Write its receipt of the log here.")] = None,
) -> None:
    """Read the certificate out of a file; exit 1 where the file was changed since it was put in."""
    from core.errors import NotFound  # noqa: PLC0415
    from fingerprint.labels.reading import read_assertion  # noqa: PLC0415
    from licensing.certificateassertion import LABEL, certificate_in  # noqa: PLC0415

    found = read_assertion(media, LABEL)
    if found is None:
        raise NotFound(
            "There is no certificate in this file.",
            next_step="Ask whoever gave it to you for the certificate beside it.",
        )
    inside = certificate_in(found.data)
    for path, data in ((out, inside.signed), (receipt, inside.receipt)):
        if path is not None:
            path.write_bytes(data)
    shown: dict[str, Any] = {
        "certificate": inside.facts.id,
        "title": inside.facts.title,
        "state": inside.state_url,
        "certified_sha256": inside.facts.media.sha256,
        "manifest_signer": found.signer,
        "manifest_newest": found.newest,
        "faults": list(found.faults),
    }
    emit(cli, shown, lambda: fields(shown))
    note(text(cli.lang, "embed.changed" if found.faults else "embed.verify-next"))
    if found.faults:
        raise typer.Exit(1)
