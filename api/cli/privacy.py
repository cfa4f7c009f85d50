"""A performer's rights, and what the operator owes: schedule, record, what a breach asks for."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.asking import Yes, sure
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, progress, table
from api.web.texts import text, word


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "erase")(erase)
    command(app, "purpose")(purpose)
    command(app, "export")(export)
    command(app, "searches")(searches)
    command(app, "retention")(retention)
    command(app, "records")(records)
    command(app, "breach")(breach)


def erase(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    receipt: Annotated[Path | None, typer.Option(help="Where to write the signed receipt.")] = None,
    yes: Yes = False,
) -> None:
    """Erase a performer for good: prints, samples, names, keys; what must be kept names nobody."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}")
        payee = client.get(f"/v1/performers/{performer}/payee")
        note(text(cli.lang, "erase.what", name=found["name"]))
        if not payee["current"] and not payee["cooling"]:
            note(text(cli.lang, "erase.unpaid", id=performer))
        sure(text(cli.lang, "erase.sure"), yes=yes)
        begun = client.post(f"/v1/performers/{performer}/erasure")
        with progress(text(cli.lang, "erase.label")) as bar:
            client.wait(begun["job"]["id"], bar)
        done = client.get(f"/v1/erasures/{begun['id']}")
        signed = client.fetch(f"/v1/erasures/{begun['id']}/receipt")
    if receipt is not None:
        receipt.write_bytes(signed)
    shown = {
        **{name: done[name] for name in ("id", "state", "finished_at")},
        "gone": [f"{name}: {count}" for name, count in done["gone"].items() if count],
    }
    emit(cli, done, lambda: fields(shown))


def purpose(
    cli: Cli,
    enrolment: Annotated[str, typer.Argument(help="Id of the enrolment.")],
    withdraw: Annotated[
        str | None,
        typer.Option(
            help="Take this purpose back: matching, licensing, training, reembedding, comparison."
        ),
    ] = None,
) -> None:
    """Show what a consent allows now, or take one purpose back."""
    with cli.client() as client:
        if withdraw is not None:
            client.post(f"/v1/enrolments/{enrolment}/purposes/{withdraw}/withdrawal")
        found = client.get(f"/v1/enrolments/{enrolment}/purposes")
    emit(cli, found, lambda: fields(found))


def export(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    file: Annotated[Path, typer.Argument(help="Where to write the zip file; never over a file.")],
) -> None:
    """Write everything about a performer to one zip file: signed documents, samples, searches."""
    if file.exists():
        raise typer.BadParameter(f"{file}: exists already.")
    with cli.client() as client:
        begun = client.post(f"/v1/performers/{performer}/exports")
        with progress(text(cli.lang, "export.label")) as bar:
            client.wait(begun["job"]["id"], bar)
        client.download(f"/v1/exports/{begun['id']}/packet", file)
        done = client.get(f"/v1/exports/{begun['id']}")
    shown = {"file": str(file), **{name: done[name] for name in ("bytes", "sha256", "expires_at")}}
    emit(cli, {**done, "file": str(file)}, lambda: fields(shown))


def searches(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    looks: Annotated[
        bool, typer.Option("--looks", help="Who compared a find in doubt with the performer.")
    ] = False,
) -> None:
    """Show who searched and found a performer; titles only once they are out."""
    if looks:
        _looks(cli, performer)
        return
    with cli.client() as client:
        found = list(client.pages(f"/v1/performers/{performer}/searches"))
    rows = [
        (
            item["searched_at"][:10],
            item["studio"],
            ", ".join(word(cli.lang, kind) for kind in item["kinds"]) or word(cli.lang, None),
            f"{item['term_from']} – {item['term_until'] or ''}",
            item["title"] or "",
            item["cut"] or "",
        )
        for item in found
    ]
    names = ("when", "studio", "kinds", "term", "title", "cut")
    columns = [text(cli.lang, f"searches.column.{name}") for name in names]
    emit(cli, found, lambda: table(columns, rows))


def _looks(cli: Cli, performer: str) -> None:
    with cli.client() as client:
        found = list(client.pages(f"/v1/performers/{performer}/looks"))
    rows = [
        (item["looked_at"][:16], item["studio"], word(cli.lang, item["part"])) for item in found
    ]
    columns = [text(cli.lang, f"looks.column.{name}") for name in ("when", "studio", "part")]
    emit(cli, found, lambda: table(columns, rows))


def retention(
    cli: Cli,
    run: Annotated[bool, typer.Option("--run", help="Enforce it now.")] = False,
) -> None:
    """Show what is kept for how long, and enforce it now if asked."""
    from api.opening import open_registry  # noqa: PLC0415
    from api.retention import enforce, schedule  # noqa: PLC0415
    from core.clock import utc_now  # noqa: PLC0415

    settings = cli.settings()
    gone = {}
    if run:
        with open_registry(settings) as world:
            gone = dict(enforce(world, now=utc_now()))
    found = [
        {"what": key, "days": days, **({"gone": gone[key]} if run else {})}
        for key, days in schedule(settings)
    ]
    rows = [
        (text(cli.lang, f"retention.{item['what']}"), *list(item.values())[1:]) for item in found
    ]
    names = ("what", "days", *(("gone",) if run else ()))
    columns = [text(cli.lang, f"retention.column.{name}") for name in names]
    emit(cli, found, lambda: table(columns, rows))


def records(cli: Cli) -> None:
    """Show the record of processing: what each table holds about whom, why and how long."""
    from api.recordwords import in_words  # noqa: PLC0415

    found = in_words(cli.lang)
    names = ("table", "about", "purpose", "basis", "kept")
    columns = [text(cli.lang, f"records.column.{name}") for name in names]
    rows = [[item[name] for name in names] for item in found]
    emit(cli, found, lambda: table(columns, rows))


def breach(
    cli: Cli,
    folder: Annotated[Path, typer.Argument(help="Where to write; a new folder.")],
    reached: Annotated[
        list[str], typer.Option(help="What was reached: database, files, keys, kek; repeatable.")
    ],
    discovered: Annotated[str, typer.Option(help="When it was noticed, as 2026-11-21T10:00:00Z.")],
) -> None:
    """Write who is affected by what, and a letter to the authority, due within 72 hours."""
    from api.breaches import write  # noqa: PLC0415
    from api.opening import open_registry  # noqa: PLC0415
    from core.clock import from_text  # noqa: PLC0415

    with open_registry(cli.settings()) as world:
        found = write(world, folder, reached=reached, discovered=from_text(discovered))
    emit(cli, found, lambda: fields(found))
