"""`usage mapping`: how senders write their reports, agreed once and kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.signnames import SIGNS
from api.web.texts import catalogue, moment, text

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="How senders write their reports.", no_args_is_help=True)
Report = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV of theirs.")]
_HEAD_BYTES = 1 << 20
Sender = Annotated[str, typer.Argument(help="Short name of the sender, such as youtube.")]


@command(app, "guess")
def guess(cli: Cli, sender: Sender, file: Report) -> None:
    """Show what the headings of a CSV most likely mean; nothing is kept."""
    with cli.client() as client:
        found = _guessed(client, sender, file)
    emit(cli, found, lambda: _show_guess(cli.lang, found))


@command(app, "save")
def save(
    cli: Cli,
    sender: Sender,
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="A CSV of theirs.")
    ] = None,
    *,
    column: Annotated[
        list[str] | None, typer.Option(help="views='Watch count': our column, their heading.")
    ] = None,
    fixed: Annotated[
        list[str] | None, typer.Option(help="currency=EUR: what holds for every line.")
    ] = None,
    decimal: Annotated[str | None, typer.Option(help="Sign before decimals: . or ,")] = None,
    thousands: Annotated[
        str | None, typer.Option(help="Sign that parts thousands: . , ' or a blank.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="utf-8, or windows-1252 (Latin-1 too).")
    ] = None,
    watched: Annotated[
        str | None, typer.Option(help="milliseconds, seconds, minutes or hours.")
    ] = None,
    longer: Annotated[
        bool, typer.Option("--longer", help="Count reports over months in their last month.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Keep it without asking.")] = False,
) -> None:
    """Keep how a sender writes: guessed from a file, changed by options, shown, then kept."""
    with cli.client() as client:
        shown: dict[str, Any] = {"mapping": {"sender": sender}, "not_read": []}
        if file is not None:
            shown = _guessed(client, sender, file)
        document = shown["mapping"]
        for name, more in (("columns", column), ("fixed", fixed)):
            document[name] = {**document.get(name, {}), **_pairs(more)}
        said = {
            "decimal": decimal,
            "thousands": thousands,
            "encoding": encoding,
            "watched": watched,
        }
        document |= {"longer": True} if longer else {}
        document |= {name: value for name, value in said.items() if value is not None}
        if not yes:
            _show_guess(cli.lang, shown)
            typer.confirm(text(cli.lang, "usage.keep-mapping"), abort=True)
        kept = client.post("/v1/usage-mappings", {"mapping": document})
    emit(cli, kept, lambda: _show_mapping(cli.lang, kept))


@command(app, "list")
def list_mappings(cli: Cli) -> None:
    """List how your senders write."""
    with cli.client() as client:
        found = client.get("/v1/usage-mappings")
    rows = [
        (item["sender"], moment(cli.lang, item["since"]), *_words(cli.lang, item["mapping"]))
        for item in found
    ]
    names = ("sender", "since", "columns", "how")
    heads = [text(cli.lang, f"usage.mapping.{name}") for name in names]

    def render() -> None:
        if found:
            table(heads, rows)
        else:
            note(text(cli.lang, "usage.mapping.none"))

    emit(cli, found, render)


@command(app, "rename")
def rename(
    cli: Cli, sender: Sender, new: Annotated[str, typer.Argument(help="Its new short name.")]
) -> None:
    """Keep a sender's mapping under another name; the name before is free again."""
    with cli.client() as client:
        known = {item["sender"]: item["mapping"] for item in client.get("/v1/usage-mappings")}
        document = {**known.get(sender, {}), "sender": new}
        body = {"mapping": document, "replaces": sender}
        kept = client.post("/v1/usage-mappings", body)
    emit(cli, kept, lambda: _show_mapping(cli.lang, kept))


@command(app, "remove")
def remove(cli: Cli, sender: Sender) -> None:
    """Forget how a sender writes."""
    with cli.client() as client:
        gone = client.post(f"/v1/usage-mappings/{sender}/removal")
    emit(cli, gone, lambda: fields(gone))


def _guessed(client: "Client", sender: str, file: Path) -> dict[str, Any]:
    # Imported here: help must not read the readers of reports.
    from royalties.reports.lines import encoding_of  # noqa: PLC0415
    from royalties.usage import headings  # noqa: PLC0415

    with file.open("rb") as source:
        encoding = encoding_of(source.read(_HEAD_BYTES))
        source.seek(0)
        _, names = headings(source, encoding)
    body = {"sender": sender, "headings": [name for name in names if name]}
    found: dict[str, Any] = client.post("/v1/usage-mapping-guesses", body)
    found["mapping"]["encoding"] = encoding.value
    return found


def _pairs(said: list[str] | None) -> dict[str, str]:
    found = {}
    for item in said or []:
        name, equals, value = item.partition("=")
        if not equals:
            raise typer.BadParameter(f"{item}: write it as name=value")
        found[name.strip()] = value.strip()
    return found


def _show_guess(lang: str, found: dict[str, Any]) -> None:
    _show_mapping(lang, found)
    if found["not_read"]:
        note(text(lang, "usage.ignored", names=", ".join(found["not_read"])))


def _show_mapping(lang: str, item: dict[str, Any]) -> None:
    document = item["mapping"]
    told = document.get("columns", {}).items()
    # Options take the code of a column, so it stands beside its words.
    columns = {f"{_column(lang, name)} ({name})": said for name, said in told}
    sender = text(lang, "usage.mapping.sender")
    fields({sender: document["sender"], **columns, "": _how(lang, document)})


def _words(lang: str, document: dict[str, Any]) -> tuple[str, str]:
    """What a mapping says, for one row: its columns, and how figures and letters read."""
    columns = document["columns"].items()
    told = (text(lang, "usage.mapping.is", name=_column(lang, name), said=s) for name, s in columns)
    return "; ".join(told), _how(lang, document)


def _how(lang: str, document: dict[str, Any]) -> str:
    """What holds for every line, then signs, units and letters, each in words."""
    fixed = document.get("fixed", {}).items()
    said = [text(lang, "usage.mapping.is", name=_column(lang, name), said=s) for name, s in fixed]
    for name in ("decimal", "thousands", "watched", "encoding"):
        if name in document:
            word = SIGNS.get(document[name], document[name])
            label = text(lang, f"societymapping.{name}")
            value = text(lang, f"societymapping.{name}.{word}")
            said.append(text(lang, "usage.mapping.is", name=label, said=value))
    if document.get("longer"):
        said.append(text(lang, "societymapping.longer"))
    return "; ".join(said)


def _column(lang: str, name: str) -> str:
    return catalogue(lang).get(f"usagecolumn.{name}", name)
