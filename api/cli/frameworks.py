"""`framework`: what a union asks for at least in every licence under its name."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.contracts import differences
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.cli.signing import KeyFile, open_key, signature
from api.cli.termsfile import read_terms
from api.web.texts import text, word

app = typer.Typer(help="Frameworks of unions: minimum terms.", no_args_is_help=True)
FrameworkId = Annotated[str, typer.Argument(help="Id of the framework.")]
Version = Annotated[int | None, typer.Option(help="Its version (the newest).")]


@command(app, "publish")
def publish(
    cli: Cli,
    group_id: Annotated[str, typer.Argument(help="Id of your group.")],
    body: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Framework as TOML.")],
    key: KeyFile,
    of: Annotated[str, typer.Option("--of", help="Framework that this is a version of.")] = "",
) -> None:
    """Sign a framework with the union's key and publish it, or the next version of one."""
    with cli.client() as client:
        signer = open_key(key, cli.lang)
        wanted = {"body": read_terms(body), "key": signer.did, "framework_id": of}
        draft = client.post(f"/v1/groups/{group_id}/framework-drafts", wanted)
        signed = {**signature(signer, draft), "document": draft["document"]}
        found = client.post(f"/v1/groups/{group_id}/frameworks", signed)
    emit(cli, found, lambda: say(f"{found['id']} {found['version']} {found['digest']}"))


@command(app, "list")
def list_frameworks(
    cli: Cli, group: Annotated[str, typer.Option(help="Of this group alone.")] = ""
) -> None:
    """List the newest version of every framework."""
    with cli.client() as client:
        found = client.get("/v1/frameworks", group_id=group or None)
    rows = [
        (
            item["id"],
            item["version"],
            item["body"]["title"],
            item["group_name"],
            item["body"].get("valid_until", "")[:10],
        )
        for item in found
    ]
    emit(cli, found, lambda: table(("id", "version", "title", "group", "until"), rows))


@command(app, "show")
def show(
    cli: Cli,
    framework: FrameworkId,
    version: Version = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed document.")] = None,
) -> None:
    """Show a framework and its minimum terms, or write its exact signed bytes to a file."""
    path = f"/v1/frameworks/{framework}"
    with cli.client() as client:
        found = client.get(path, version=version)
        if out is not None:
            out.write_bytes(client.fetch(f"{path}/document", version=found["version"]))
    emit(cli, found, lambda: fields(_read(cli.lang, found)))


@command(app, "diff")
def diff(
    cli: Cli,
    framework: FrameworkId,
    before: Annotated[
        int | None, typer.Option(help="Earlier version (the one before the later).")
    ] = None,
    after: Annotated[int | None, typer.Option(help="Later version (the newest).")] = None,
) -> None:
    """Say in words what changed between two versions of a framework."""
    path = f"/v1/frameworks/{framework}/differences"
    with cli.client() as client:
        found = client.get(path, before=before, after=after)
    emit(cli, found, lambda: differences(cli.lang, found))


@command(app, "check")
def check(
    cli: Cli,
    framework: FrameworkId,
    terms: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Terms as TOML.")],
    version: Version = None,
) -> None:
    """Say in words how terms differ from a framework; exit 2 where it refuses them."""
    with cli.client() as client:
        body = {"terms": read_terms(terms), "version": version}
        found = client.post(f"/v1/frameworks/{framework}/checks", body)
    refused = found["refusals"][cli.lang]

    def tell() -> None:
        for line in found["deviations"][cli.lang]:
            note(f"~ {line}")
        for line in refused:
            say(f"! {line}")
        if not refused:
            say(text(cli.lang, "framework.kept"))

    emit(cli, found, tell)
    if refused:
        raise typer.Exit(2)


def _read(lang: str, found: dict[str, Any]) -> dict[str, Any]:
    """A framework as one level of names and values."""
    head = ("id", "version", "group_name", "group_id", "published_at", "key", "digest")
    body = found["body"]
    least = body["minimums"]
    rates = [" ".join(rate.values()) for rate in least["rates"]]
    return {
        **{name: found[name] for name in head},
        **{name: value for name, value in body.items() if name != "minimums"},
        **least,
        "kinds": ", ".join(word(lang, kind) for kind in least["kinds"]) or "*",
        "rates": ", ".join(rates),
    }
