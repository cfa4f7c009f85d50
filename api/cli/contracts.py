"""`template`: standard contracts and one's own, read, compared, filled in and published."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say, table
from api.cli.termsfile import read_terms, read_words
from api.web.texts import text
from core.errors import BadInput

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Contract templates: standards and your own.", no_args_is_help=True)
TemplateId = Annotated[str, typer.Argument(help="Id of the contract template.")]
Version = Annotated[str, typer.Option(help="Its version (the newest).")]


@command(app, "list")
def list_templates(cli: Cli) -> None:
    """List the standard contracts and those that organisations published."""
    with cli.client() as client:
        found = client.get("/v1/templates")
    rows = [
        (item["id"], item["version"], item["title"][cli.lang], ", ".join(item["home_territories"]))
        for item in found
    ]
    emit(cli, found, lambda: table(("id", "version", "title", "made for"), rows))


@command(app, "show")
def show(
    cli: Cli,
    template: TemplateId,
    version: Version = "",
    legal: Annotated[bool, typer.Option("--legal", help="The legal text too.")] = False,
) -> None:
    """Show a contract in plain words, and with --legal the legal text beside them."""
    with cli.client() as client:
        found = client.get(f"/v1/templates/{template}", version=version)
    emit(cli, found, lambda: _show(cli.lang, found, legal=legal))


@command(app, "diff")
def diff(
    cli: Cli,
    template: TemplateId,
    before: Annotated[
        str, typer.Option(help="Earlier version (the one before, or its standard).")
    ] = "",
    after: Annotated[str, typer.Option(help="Later version (the newest).")] = "",
) -> None:
    """What changed between two versions, or since the standard that a contract rests on."""
    with cli.client() as client:
        found = client.get(f"/v1/templates/{template}/differences", before=before, after=after)
    emit(cli, found, lambda: differences(cli.lang, found))


def differences(lang: str, found: dict[str, Any]) -> None:
    """Print what changed, one sentence a line, or that nothing did."""
    for line in found["lines"][lang]:
        say(f"- {line}")
    if not found["lines"][lang]:
        say(text(lang, "contracts.same"))


@command(app, "fill")
def fill(
    cli: Cli,
    template: TemplateId,
    answers: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Answers (TOML).")],
    legal: Annotated[bool, typer.Option("--legal", help="The legal text too.")] = False,
) -> None:
    """Fill in a contract, and say in words how the result deviates from it."""
    with cli.client() as client:
        body = {"answers": read_terms(answers)}
        found = client.post(f"/v1/templates/{template}/terms", body)

    def tell() -> None:
        _deviations(cli, found)
        _clauses(cli.lang, found["clauses"], legal=legal)

    emit(cli, found, tell)


@command(app, "publish")
def publish(
    cli: Cli,
    body: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The contract as TOML or JSON.")
    ],
    of: Annotated[str, typer.Option("--of", help="Your contract that this is a version of.")] = "",
) -> None:
    """Publish a contract of your own, or its next version; a standard makes a good start."""
    read = {"body": _read(body)}
    with cli.client() as client:
        path = f"/v1/templates/{of}/versions" if of else "/v1/templates"
        found = client.post(path, read)
    emit(cli, found, lambda: say(f"{found['id']} {found['version']} {found['digest']}"))


def filled(cli: Cli, client: "Client", template: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of a contract with these answers; tells how they deviate from it."""
    found = client.post(f"/v1/templates/{template}/terms", {"answers": dict(answers)})
    _deviations(cli, found)
    terms: dict[str, Any] = found["terms"]
    return terms


def _deviations(cli: Cli, found: Mapping[str, Any]) -> None:
    for line in found["deviations"][cli.lang]:
        note(f"~ {line}")


def _show(lang: str, found: Mapping[str, Any], *, legal: bool) -> None:
    body = found["body"]
    say(f"{found['title'][lang]} ({found['id']}, {found['version']})")
    say(found["summary"][lang])
    _clauses(lang, body["clauses"], legal=legal)
    say(f"{text(lang, 'contracts.refuses')}:")
    for item in body["refuses"]:
        say(f"- {item['words'][lang]}")
    say(f"{text(lang, 'contracts.fields')}:")
    for item in body["fields"]:
        optional = f" ({text(lang, 'contracts.optional')})" if item["optional"] else ""
        say(f"- {item['name']}: {item['label'][lang]}{optional}")
    note(found["no_advice"][lang])
    note(f"sha-256 {found['digest']}")


def _clauses(lang: str, clauses: list[Mapping[str, Any]], *, legal: bool) -> None:
    for number, clause in enumerate(clauses, start=1):
        say(f"{number}. {clause['title'][lang]}")
        say(f"   {clause['plain'][lang]}")
        if legal:
            note(f"   {clause['legal'][lang]}")


def _read(path: Path) -> dict[str, Any]:
    try:
        words = read_words(path)
        found: Any = json.loads(words) if path.suffix == ".json" else tomllib.loads(words)
    except ValueError as exc:
        raise BadInput(
            f"{path.name} is neither TOML nor JSON: {exc}", next_step="Mend it."
        ) from exc
    if not isinstance(found, dict):
        raise BadInput(f"{path.name} holds no contract.", next_step="See the guide to contracts.")
    # What `template show --json` printed can be changed and handed in again.
    body = found.get("body", found)
    return body if isinstance(body, dict) else {}
