"""`init` and `doctor`: make a registry on this machine, and look at its health."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, progress, say, table
from api.web.faulttexts import told
from api.web.texts import text

if TYPE_CHECKING:
    from api.doctor import Check


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "init")(init)
    command(app, "doctor")(doctor)


def init(
    cli: Cli,
    models: Annotated[
        bool, typer.Option("--models/--no-models", help="Convert the recognition models too.")
    ] = True,
) -> None:
    """Make the data folder, its keys, the database and the recognition models.

    Run it again after an update: what is there stays, what is old is brought up to date.
    """
    from api.setup import convert_models, prepare  # noqa: PLC0415

    settings = cli.settings()
    made = prepare(settings)
    result: dict[str, Any] = {
        "data_dir": str(settings.data_dir),
        "created": list(made.created),
        "operator_tenant_id": made.operator_tenant_id,
    }
    if models:
        with progress(text(cli.lang, "init.models")) as bar:
            result["models"] = convert_models(settings, bar)
    emit(cli, result, lambda: fields(result))
    note(text(cli.lang, "init.next"))


def doctor(
    cli: Cli,
    audit: Annotated[
        bool,
        typer.Option("--audit", help="Re-derive log, audit chain and status by other code too."),
    ] = False,
    key: Annotated[
        list[str] | None,
        typer.Option(help="With --audit: a key of the log as you know it from elsewhere."),
    ] = None,
) -> None:
    """Check versions, database, keys, models and disk; exit 1 when something is wrong."""
    from api.doctor import examine  # noqa: PLC0415

    settings = cli.settings()
    checks = examine(settings)
    if audit:
        from api.doctoraudit import audited  # noqa: PLC0415

        checks += audited(settings, key or [])
    found = [
        {"check": item.name, "state": item.state, "found": item.found, "next_step": item.next_step}
        for item in checks
    ]

    def render() -> None:
        columns = (text(cli.lang, f"doctor.column.{name}") for name in ("check", "found", "next"))
        table(("", *columns), [_told(cli.lang, item) for item in checks])
        bad = sum(item.state == "bad" for item in checks)
        say(text(cli.lang, "doctor.bad", count=bad) if bad else text(cli.lang, "doctor.good"))

    emit(cli, found, render)
    if any(item.state == "bad" for item in checks):
        raise typer.Exit(1)


def _told(lang: str, item: "Check") -> tuple[str, ...]:
    """A finding as a row of words; in JSON it stays as it is, for programs."""
    state = text(lang, f"doctor.state.{item.state}")
    return (state, *(told(lang, said) for said in (item.name, item.found, item.next_step)))
