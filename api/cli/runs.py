"""`run`: distribution runs of a book, from the draft to the proof that nothing is missing."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.moneyshape import cell, document
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.web.texts import text
from core.errors import BadInput

app = typer.Typer(help="Hand on what was received: distribution runs.", no_args_is_help=True)
RunId = Annotated[str, typer.Argument(help="Id of the run.")]
Why = Annotated[str, typer.Option("--note", help="Why, for the record.")]
_COLUMNS = ("number", "id", "kind", "first_month", "last_month", "state", "lines")
_REPORT = (
    "received",
    "before",
    "handed_on",
    "drawn",
    "payable",
    "blocked",
    "tax",
    "cost",
    "social",
    "reserve",
    "frozen",
    "waiting",
    "held",
    "unidentified",
    "suspense",
    "lacking",
)
_PREVIEW = ("handed_on", "set_free", "deducted", "reserve", "tax", "payable", "blocked", "stays")


@command(app, "draft")
def draft(
    cli: Cli,
    *,
    first: Annotated[str, typer.Option("--from", help="First month earned, as 2026-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last month earned (as --from).")] = "",
    follows: Annotated[str, typer.Option(help="The first run that this one follows.")] = "",
    final: Annotated[bool, typer.Option("--final", help="Release the reserve.")] = False,
) -> None:
    """Plan a run by what was received by now; nothing is booked, and an older draft is dropped."""
    if not (first or follows):
        raise BadInput(
            "A run needs the months it is about, or the run it follows.",
            next_step="Such as: ebenbild run draft --from 2026-01 --to 2026-12",
        )
    body: dict[str, Any] = {"follows_id": follows, "final": final}
    body |= {"first_month": first, "last_month": last or first}
    with cli.client() as client:
        _show(cli, client.post("/v1/runs", body))


@command(app, "list")
def list_runs(cli: Cli) -> None:
    """List the runs of your book, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/runs"))
    rows = [tuple(cell(cli.lang, item, name) for name in _COLUMNS) for item in found]
    names = [text(cli.lang, f"run.column.{name}") for name in _COLUMNS]
    emit(cli, found, lambda: table(names, rows))


@command(app, "show")
def show(cli: Cli, run: RunId) -> None:
    """Show a run's report: what was received, where it went, and whether anything is missing."""
    with cli.client() as client:
        _show(cli, client.get(f"/v1/runs/{run}"))


@command(app, "preview")
def preview(
    cli: Cli,
    run: RunId,
    after: Annotated[str, typer.Option(help="The last performer of the page before.")] = "",
) -> None:
    """Show a run performer by performer, beside the deductions of a year before."""
    with cli.client() as client:
        found = client.get(f"/v1/runs/{run}/preview", after=after or None)

    def render() -> None:
        names = [*_PREVIEW, "before_tax", "former"]
        rows = [
            (
                item["performer"] or item["performer_id"],
                *(_amount(cli, item, name, item["currency"]) for name in names),
            )
            for item in found
        ]
        heads = [text(cli.lang, f"run.sum.{name}") for name in names]
        table([text(cli.lang, "run.column.performer"), *heads], rows)

    emit(cli, found, render)


@command(app, "propose")
def propose(cli: Cli, run: RunId) -> None:
    """Lay a draft before a second person."""
    with cli.client() as client:
        found = client.post(f"/v1/runs/{run}/proposal")
    emit(cli, found, lambda: document(cli.lang, found))
    note(text(cli.lang, "run.waits", run=run))


@command(app, "approve")
def approve(cli: Cli, run: RunId, why: Why = "") -> None:
    """Close and book a run that somebody else proposed; its hash goes into the public log."""
    found = _decide(cli, run, approve=True, why=why)
    if found["state"] != "CLOSED":
        note(text(cli.lang, f"run.dropped.{found['dropped_for']}"))
        raise typer.Exit(1)
    note(text(cli.lang, "run.pay"))


@command(app, "reject")
def reject(cli: Cli, run: RunId, why: Why = "") -> None:
    """Drop a run that somebody else proposed; nothing of it is booked."""
    _decide(cli, run, approve=False, why=why)


@command(app, "calendar")
def calendar(cli: Cli) -> None:
    """List by when each year's money is paid out, published as unclaimed, and given up."""
    with cli.client() as client:
        found = client.get("/v1/run-calendar")

    def render() -> None:
        rows = [
            (
                item["year"],
                text(cli.lang, f"run.deadline.{item['what']}"),
                item["day"],
                item["days_left"],
                len(item["runs"]),
                len(item["lists"]),
                item["source"],
            )
            for item in found
        ]
        names = ("year", "what", "day", "days_left", "runs", "lists", "source")
        table([text(cli.lang, f"run.column.{name}") for name in names], rows)

    emit(cli, found, render)


@command(app, "export")
def export(
    cli: Cli, run: RunId, out: Annotated[Path, typer.Argument(help="File to write.")]
) -> None:
    """Write the facts of a run, for whoever checks it without a registry."""
    with cli.client() as client:
        out.write_bytes(client.fetch(f"/v1/runs/{run}/facts"))
    done = {"file": str(out), "run": run}
    emit(cli, done, lambda: say(text(cli.lang, "run.exported", **done)))


@command(app, "verify")
def verify(
    cli: Cli, run: Annotated[str, typer.Argument(help="Id of a run, or a file of its facts.")]
) -> None:
    """Derive a run again, by the registry or by its exported facts alone: is anything missing?"""
    file = Path(run)
    if file.is_file():
        from royalties.runfile import check_file  # noqa: PLC0415
        from royalties.wire_runs import proof_to_dict  # noqa: PLC0415

        with file.open(encoding="utf-8") as lines:
            found = proof_to_dict(check_file(lines))
    else:
        with cli.client() as client:
            found = client.get(f"/v1/runs/{run}/verification")

    def render() -> None:
        fields(
            {name: found[name] for name in ("run_id", "stated", "recomputed", "claims", "lines")}
        )
        said = "run.conserved" if found["ok"] else "run.missing"
        say(text(cli.lang, said, what=", ".join(found["faults"])))

    emit(cli, found, render)
    if not found["ok"]:
        raise typer.Exit(1)


def _decide(cli: Cli, run: str, *, approve: bool, why: str) -> dict[str, Any]:
    with cli.client() as client:
        found = client.post(f"/v1/runs/{run}/decision", {"approve": approve, "note": why})
    emit(cli, found, lambda: document(cli.lang, found))
    if found["single_operator"]:
        note(text(cli.lang, "stamp.single-operator"))
    return dict(found)


def _show(cli: Cli, found: dict[str, Any]) -> None:
    from core.money import format as money  # noqa: PLC0415

    def render() -> None:
        document(cli.lang, found)
        if found["dropped_for"]:
            say(text(cli.lang, f"run.dropped.{found['dropped_for']}"))
        for unit, sums in found["totals"].items():
            rows = [
                (text(cli.lang, f"run.sum.{name}"), _amount(cli, sums, name, unit))
                for name in _REPORT
                if int(sums[f"{name}_micro"])
            ]
            table([unit, text(cli.lang, "run.column.amount")], rows)
        for unit, sums in found["set_free_micro"].items():
            for outcome, micro in sums.items():
                amount = money(int(micro), unit, cli.lang)
                said = text(cli.lang, f"run.sum.{outcome}")
                say(text(cli.lang, "run.set-free", amount=amount, said=said))
        faults = [
            f"{unit} {name}: {micro}"
            for unit, what in found["missing"].items()
            for name, micro in what.items()
        ]
        said = "run.missing" if faults else "run.conserved"
        say(text(cli.lang, said, what=", ".join(faults)))
        if found["state"] == "DRAFT":
            note(text(cli.lang, "run.next", run=found["id"]))

    emit(cli, found, render)


def _amount(cli: Cli, sums: dict[str, Any], name: str, unit: str) -> str:
    from core.money import format as shown  # noqa: PLC0415

    return shown(int(sums[f"{name}_micro"]), unit, cli.lang)
