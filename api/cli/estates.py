"""`estate`: what follows a performer's death, from the papers to the heirs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.cli.signing import KeyFile, open_key, signature
from api.web.texts import text
from core.errors import BadInput
from core.files import sha256_of

app = typer.Typer(help="Heirs of a performer who died.", no_args_is_help=True)
PerformerId = Annotated[str, typer.Argument(help="Id of the performer.")]
EstateId = Annotated[str, typer.Argument(help="Id of the estate.")]


@command(app, "claim")
def claim(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    papers: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The papers.")],
    *,
    deceased_on: Annotated[str, typer.Option(help="Day of death, such as 2026-03-01.")],
    heir: Annotated[list[str], typer.Option(help="NAME=KEY=SHARE, such as Ada=did:key:z6..=1/2.")],
) -> None:
    """Claim an estate with its papers; two attesters then read them."""
    heirs = [_heir(item) for item in heir]
    with cli.client() as client:
        body = {"deceased_on": deceased_on, "upload_id": client.upload(papers), "heirs": heirs}
        made = client.post(f"/v1/performers/{performer}/estates", body)
    _print(cli, made)


@command(app, "list")
def list_estates(
    cli: Cli, performer: Annotated[str, typer.Argument(help="Id of the performer.")]
) -> None:
    """List the claims about a performer."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/estates")
    rows = [(item["id"], item["state"], item["deceased_on"]) for item in found]
    emit(cli, found, lambda: table(("id", "state", "died"), rows))


@command(app, "show")
def show(cli: Cli, estate: EstateId) -> None:
    """Show where a claim stands, the heirs and who has read the papers."""
    with cli.client() as client:
        found = client.get(f"/v1/estates/{estate}")
    _print(cli, found)


@command(app, "papers")
def papers(
    cli: Cli,
    estate: EstateId,
    file: Annotated[Path, typer.Argument(help="Where to write them; never over a file.")],
) -> None:
    """Save the papers of a claim, to read them before attesting."""
    with cli.client() as client:
        _save(cli, client.fetch(f"/v1/estates/{estate}/papers"), file)


@command(app, "attest")
def attest(cli: Cli, estate: EstateId) -> None:
    """Vouch for the papers under your own name, after having read them."""
    with cli.client() as client:
        found = client.post(f"/v1/estates/{estate}/attestation")
    _print(cli, found)
    note(text(cli.lang, f"estate.{found['state'].lower()}"))


@command(app, "withdraw")
def withdraw(cli: Cli, estate: EstateId) -> None:
    """Take a claim back before it is confirmed."""
    with cli.client() as client:
        found = client.post(f"/v1/estates/{estate}/withdrawal")
    _print(cli, found)


@command(app, "use")
def use(
    cli: Cli,
    performer: PerformerId,
    *,
    on: Annotated[str, typer.Option(help="Day of the public use, such as 2034-05-01.")],
    where: Annotated[str, typer.Option(help="Where it was: a cinema, a channel, an address.")],
    evidence: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, help="What shows it; up to 200 MiB, kept sealed."
        ),
    ],
    key: KeyFile,
) -> None:
    """State a public use with the estate's key: it renews the right after death."""
    path = f"/v1/performers/{performer}"
    body = {"used_on": on, "where": where, "evidence_sha256": sha256_of(evidence)}
    with cli.client() as client:
        draft = client.post(f"{path}/public-use-drafts", body)
        signed = {
            **signature(open_key(key, cli.lang), draft),
            "document": draft["document"],
            "upload_id": client.upload(evidence),
        }
        found = client.post(f"{path}/public-uses", signed)
    emit(cli, found, lambda: _right(found))


@command(app, "evidence")
def evidence_file(
    cli: Cli,
    performer: PerformerId,
    file: Annotated[Path, typer.Argument(help="Where to write it; never over a file.")],
    use: Annotated[str, typer.Option(help="Id of the use; empty: the last one.")] = "",
) -> None:
    """Save the file that shows a public use, as an attester or the performer's side."""
    path = f"/v1/performers/{performer}/public-use-evidence"
    with cli.client() as client:
        _save(cli, client.fetch(path, **({"use": use} if use else {})), file)


@command(app, "right")
def right(cli: Cli, performer: PerformerId) -> None:
    """Show how long the right lasts after the performer's death, and what has renewed it."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/right-after-death")
    emit(cli, found, lambda: _right(found))


def _right(found: dict[str, Any]) -> None:
    fields({name: value for name, value in found.items() if name != "uses"})
    names = ("id", "used_on", "where", "evidence_sha256", "evidence_kept")
    rows = [tuple(item[name] for name in names) for item in found["uses"]]
    table(("use", "used on", "where", "sha-256 of the evidence", "kept"), rows)


def _save(cli: Cli, data: bytes, file: Path) -> None:
    with file.open("xb") as out:
        out.write(data)
    emit(cli, {"file": str(file), "bytes": len(data)}, lambda: note(str(file)))


def _heir(item: str) -> dict[str, str]:
    parts = [part.strip() for part in item.split("=")]
    if len(parts) != 3 or not all(parts):
        raise BadInput(
            f"{item!r} names no heir.",
            next_step="Write it as NAME=KEY=SHARE, such as Ada=did:key:z6Mk..=1/2.",
            code="bad-heir",
        )
    return dict(zip(("name", "did", "share"), parts, strict=True))


def _print(cli: Cli, found: dict[str, Any]) -> None:
    rows = [(heir["id"], heir["name"], heir["share"], heir["payee_id"]) for heir in found["heirs"]]
    shown = {name: value for name, value in found.items() if name != "heirs"}

    def render() -> None:
        fields(shown)
        table(("heir", "name", "share", "payee"), rows)

    emit(cli, found, render)
