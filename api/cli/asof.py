"""`licence as-of`: which licences were in force on a day, as it was known then."""

import re
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from api.cli.options import Cli
from api.cli.output import emit, table
from api.web.texts import word
from core.errors import BadInput

_NUMBER = re.compile(r"[0-9]{1,15}", flags=re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", flags=re.ASCII)


def as_of(
    cli: Cli,
    on: Annotated[str, typer.Option("--on", help="The day, such as the release: 2026-11-21.")],
    known: Annotated[
        str,
        typer.Option(
            "--known",
            help="As known at the end of a day, at a time (2026-11-21T10:00:00Z), or at a number "
            "of the registry (a clearance's known_seq); now unless given.",
        ),
    ] = "",
    performer: Annotated[str | None, typer.Option(help="Only this performer's.")] = None,
) -> None:
    """Show which licences were in force on a day, as it was known then."""
    asked = {"on": _day(on).isoformat(), **_known(known)}
    with cli.client() as client:
        found = client.get("/v1/licences/as-of", performer_id=performer, **asked)
    rows = [
        (
            item["licence"]["id"],
            item["standing"],
            ", ".join(word(cli.lang, kind) for kind in item["licence"]["terms"]["kinds"]),
            ", ".join(word(cli.lang, kind) for kind in item["suspended"]),
            (item["revoked_at"] or item["ends_at"] or "")[:10],
        )
        for item in found
    ]
    columns = ("licence", "stood", "kinds of use", "suspended", "revoked or ended")
    emit(cli, found, lambda: table(columns, rows))


def _known(text: str) -> dict[str, Any]:
    if not text:
        return {}
    if _NUMBER.fullmatch(text):
        return {"known_seq": int(text)}
    if _DAY.fullmatch(text):
        return {"known": f"{_day(text) + timedelta(days=1)}T00:00:00Z"}
    return {"known": text}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise BadInput(f"{text} is no day", next_step="write it like 2026-11-21") from exc
