"""`compare`: what differs between two cuts of one work, by the newest decision on each."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say, table
from api.web.texts import difference, text, word


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "compare")(compare)


def compare(
    cli: Cli,
    cut: Annotated[str, typer.Argument(help="Id of the cut.")],
    other: Annotated[str, typer.Argument(help="Id of another cut of the same work.")],
) -> None:
    """Tell who was added to a cut or lost, is longer or shorter in it, or is decided otherwise."""
    with cli.client() as client:
        found = client.get(f"/v1/cuts/{cut}/comparisons/{other}")
    emit(cli, found, lambda: show(cli.lang, found))


def show(lang: str, found: Mapping[str, Any]) -> None:
    """One line per change."""
    if not found["differences"]:
        say(text(lang, "compare.nothing", other=found["other_label"]))
        return
    rows = [
        (
            item["public_name"] or text(lang, "clearance.somebody"),
            word(lang, item["kind"]) if item["performer_id"] else item["figure_id"] or "",
            difference(lang, item),
        )
        for item in found["differences"]
    ]
    columns = [text(lang, f"column.{name}") for name in ("who", "kind", "change")]
    table(columns, rows)
