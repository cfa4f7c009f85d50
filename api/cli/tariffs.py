"""`tariff`: what a use costs, as dated documents that ship or that societies publish."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import shares, unlicensed
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.web.texts import text

app = typer.Typer(help="Tariffs: what a use costs, dated and in versions.", no_args_is_help=True)
app.add_typer(unlicensed.app, name="unlicensed")
app.add_typer(shares.share, name="share")
app.add_typer(shares.role, name="role")
TariffId = Annotated[str, typer.Argument(help="Id of the tariff.")]
TariffFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Tariff as JSON.")]
Version = Annotated[int | None, typer.Option(help="Its version (the newest).")]


@command(app, "list")
def list_tariffs(
    cli: Cli, kind: Annotated[str, typer.Option(help="Of this kind alone.")] = ""
) -> None:
    """List the newest version of every tariff, shipped or published by a society."""
    with cli.client() as client:
        found = client.get("/v1/tariffs", kind=kind or None)
    names = ("id", "version", "kind", "title", "currency", "from", "certainty")
    columns = [text(cli.lang, f"tariff.column.{name}") for name in names]
    emit(cli, found, lambda: table(columns, [_row(cli.lang, item) for item in found]))


@command(app, "show")
def show(
    cli: Cli,
    tariff: TariffId,
    version: Version = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the document.")] = None,
) -> None:
    """Show a tariff with all its figures, or write its document to a file."""
    with cli.client() as client:
        found = client.get(f"/v1/tariffs/{tariff}", version=version)
    if out is not None:
        lines = json.dumps(found["document"], ensure_ascii=False, indent=2)
        out.write_text(f"{lines}\n", encoding="utf-8")
    emit(cli, found, lambda: fields(_read(found)))


@command(app, "check")
def check(cli: Cli, file: TariffFile) -> None:
    """Read a document as if it were published: its digest, or every field that is wrong."""
    with cli.client() as client:
        found = client.post("/v1/tariff-checks", {"document": _document(file)})
    emit(cli, found, lambda: say(text(cli.lang, "tariff.sound", **_named(found))))


@command(app, "publish")
def publish(cli: Cli, file: TariffFile) -> None:
    """Publish a society's tariff, or the next version of one; it is never changed afterwards."""
    with cli.client() as client:
        found = client.post("/v1/tariffs", {"document": _document(file)})
    emit(cli, found, lambda: say(text(cli.lang, "tariff.published", **_named(found))))


@command(app, "diff")
def diff(
    cli: Cli,
    tariff: Annotated[str, typer.Argument(help="Id, or ID@VERSION.")],
    other: Annotated[str, typer.Argument(help="Id, or ID@VERSION, to compare with.")],
) -> None:
    """Say what is otherwise in another tariff, or in another version of the same."""
    (name, version), (to, to_version) = _pinned(tariff), _pinned(other)
    with cli.client() as client:
        found = client.get(
            f"/v1/tariffs/{name}/differences", version=version, to=to, to_version=to_version
        )
    rows = [(item["path"], item["old"], item["new"]) for item in found]
    columns = [text(cli.lang, f"tariff.column.{column}") for column in ("path", "old", "new")]

    def tell() -> None:
        if rows:
            table(columns, rows)
        else:
            say(text(cli.lang, "tariff.alike"))

    emit(cli, found, tell)


@command(app, "dry-run")
def dry_run(
    cli: Cli,
    tariff: TariffId,
    period: Annotated[str, typer.Option(help="Month, as 2026-11.")],
    version: Version = None,
    figures: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="What reports did not say, as JSON."),
    ] = None,
) -> None:
    """Say what a month would have paid under a tariff, per performer; nothing is booked."""
    body = {"period": period, "version": version}
    with cli.client() as client:
        given = {"figures": _document(figures)} if figures else {}
        found = client.post(f"/v1/tariffs/{tariff}/dry-runs", {**body, **given})
    emit(cli, found, lambda: _show_run(cli.lang, found))


def _show_run(lang: str, found: dict[str, Any]) -> None:
    from core.money import format as money  # noqa: PLC0415

    def said(micro: str) -> str:
        return money(int(micro), found["currency"], lang)

    def mark(item: dict[str, Any]) -> str:
        return "" if item["complete"] else text(lang, "tariff.incomplete")

    names = ("performer_id", "amount_micro", "paid_micro", "difference_micro")
    rows = [
        (item["performer_id"], *(said(item[name]) for name in names[1:]), mark(item))
        for item in found["performers"]
    ]
    if rows:
        table([*(text(lang, f"tariff.column.{name}") for name in names), ""], rows)
    for outcome, amount in found["others"].items():
        say(text(lang, f"tariff.outcome.{outcome}", amount=said(amount)))
    for name, count in found["missing"].items():
        lacking = text(lang, f"societytrial.figure.{name}")
        note(text(lang, "tariff.missing", name=lacking, count=count))
    if found["undecided_cuts"]:
        note(text(lang, "tariff.undecided", count=found["undecided_cuts"]))
    if not found["in_force"]:
        note(text(lang, "tariff.not-in-force", period=found["period"]))
    say(text(lang, "tariff.ran", **{name: found[name] for name in ("lines", "period")}))


def _document(file: Path) -> dict[str, Any]:
    """The JSON object in a file; raises BadInput where it is none."""
    from core.canonical import parse_strict  # noqa: PLC0415

    return parse_strict(file.read_bytes())


def _pinned(said: str) -> tuple[str, str | None]:
    name, _, version = said.partition("@")
    return name, version or None


def _named(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("id", "version", "digest")}


def _row(lang: str, item: dict[str, Any]) -> tuple[Any, ...]:
    said = item["document"]
    kind = text(lang, f"tariff.kind.{item['kind']}")
    certainty = text(lang, f"tariff.certainty.{said['certainty']}")
    dated = said["valid_from"][:10]
    title = said["title"][lang]
    return (item["id"], item["version"], kind, title, said["currency"], dated, certainty)


def _read(found: dict[str, Any]) -> dict[str, Any]:
    """A tariff as names and values, each figure by its path in the document."""
    from royalties.tariffs.comparing import flat  # noqa: PLC0415

    head = {"digest": found["digest"], "tenant_id": found["tenant_id"]}
    return {**flat(found["document"]), **head}
