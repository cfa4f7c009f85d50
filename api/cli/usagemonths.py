"""`usage missing`, `estimates`, `from-events`: months that nobody reported, or that players saw."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say, table
from api.web.texts import text

Month = Annotated[str, typer.Option(help="Month, such as 2026-10 (the last one that is over).")]
After = Annotated[str, typer.Option(help="The last cut of the page before.")]
_MISSING = ("cut_id", "licensee_id", "days", "reminders", "state", "estimates")
_REMINDED = ("licensee_id", "month", "level", "titles")
_DIFFERENCE = ("cut_id", "territory", "reported_views", "seen_views", "difference")
_ESTIMATE = ("cut_id", "territory", "views", "basis", "rule_id", "counts")


def add_to(app: typer.Typer) -> None:
    """Put these commands beside the others of `usage`."""
    command(app, "missing")(list_missing)
    command(app, "remind")(remind)
    command(app, "estimate")(estimate)
    command(app, "estimates")(list_estimates)
    command(app, "from-events")(from_events)
    command(app, "differences")(differences)


def list_missing(cli: Cli, *, month: Month = "", after: After = "") -> None:
    """List cleared titles under a licence that nobody reported a month of."""
    with cli.client() as client:
        found = client.get("/v1/usage-missing", month=month or None, after=after or None)
    rows = [
        {
            **item,
            "state": text(cli.lang, f"usage.missing.state.{item['state']}"),
            "estimates": len(item["estimates"]),
        }
        for item in found
    ]
    emit(cli, found, lambda: _show(cli.lang, _MISSING, rows))


def remind(cli: Cli) -> None:
    """Remind every licensee whose next reminder is due."""
    with cli.client() as client:
        found = client.post("/v1/usage-reminders")
    emit(cli, found, lambda: _show(cli.lang, _REMINDED, found))


def estimate(
    cli: Cli, *, month: Annotated[str, typer.Option(help="Month, such as 2026-09.")]
) -> None:
    """Estimate what is missing of a month, once its term is over."""
    with cli.client() as client:
        found = client.post("/v1/usage-estimates", {"month": month})
    said = {"titles": len(found), "lines": sum(len(one["line_ids"]) for one in found)}
    emit(cli, found, lambda: say(text(cli.lang, "usage.missing.estimated", month=month, **said)))


def list_estimates(cli: Cli, *, month: Month = "", after: After = "") -> None:
    """List the estimates of a month, what each rests on, and whether it still counts."""
    with cli.client() as client:
        found = client.get("/v1/usage-estimates", month=month or None, after=after or None)
    rows = [{**item, **line, **_basis(cli.lang, item)} for item in found for line in item["lines"]]
    emit(cli, found, lambda: _show(cli.lang, _ESTIMATE, rows))


def from_events(
    cli: Cli, month: Annotated[str, typer.Argument(help="Month, such as 2026-11.")]
) -> None:
    """Count your players' events of a month as usage lines; again, it corrects its own."""
    with cli.client() as client:
        found = client.post("/v1/usage-counts", {"month": month})
    said = {"month": month, "lines": len(found["lines"]), "held": found["held"]}
    key = "usage.counted" if found["lines"] else "usage.counted.none"
    emit(cli, found, lambda: say(text(cli.lang, key, **said)))


def differences(cli: Cli, *, month: Month = "", after: After = "") -> None:
    """List cuts that a report and players both tell of; the report counts."""
    with cli.client() as client:
        found = client.get("/v1/usage-differences", month=month or None, after=after or None)
    if not found:
        return emit(cli, found, lambda: say(text(cli.lang, "usage.difference.none")))
    titles = [text(cli.lang, f"usage.difference.{name}") for name in _DIFFERENCE]
    rows = [tuple(item[name] for name in _DIFFERENCE) for item in found]
    return emit(cli, found, lambda: table(titles, rows))


def _basis(lang: str, item: dict[str, Any]) -> dict[str, str]:
    basis = text(lang, f"usage.missing.basis.{item['basis']}", months=", ".join(item["months"]))
    return {
        "basis": basis,
        "counts": text(lang, f"usage.missing.counts.{'yes' if item['counts'] else 'no'}"),
    }


def _show(lang: str, names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if not rows:
        say(text(lang, "usage.missing.none"))
        return
    table(
        [text(lang, f"usage.missing.{name}") for name in names],
        [tuple(item[name] for name in names) for item in rows],
    )
