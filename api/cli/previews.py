"""`licence preview` and `request preview`: what terms would have earned last month."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say
from api.cli.termsfile import read_terms
from api.web.texts import count, text

Period = Annotated[str, typer.Option(help="Month, such as 2026-10 (the last one).")]


def register(licence: typer.Typer, request: typer.Typer) -> None:
    """Add the commands of this file."""
    command(licence, "preview")(of_terms)
    command(request, "preview")(of_request)


def of_terms(
    cli: Cli,
    terms: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Terms as TOML.")],
    period: Period = "",
) -> None:
    """What would a licence on these terms have earned last month? Nothing is signed or booked."""
    with cli.client() as client:
        found = client.post("/v1/licence-previews", {"terms": read_terms(terms), "period": period})
    emit(cli, found, lambda: _show(cli.lang, found))


def of_request(
    cli: Cli,
    request: Annotated[str, typer.Argument(help="Id of the request.")],
    period: Period = "",
) -> None:
    """What would the newest offer have earned last month? Nothing is signed or booked."""
    with cli.client() as client:
        found = client.get(f"/v1/requests/{request}/preview", period=period or None)
    emit(cli, found, lambda: _show(cli.lang, found))


def _show(lang: str, found: dict[str, Any]) -> None:
    from core.money import format as money  # noqa: PLC0415

    say(text(lang, "preview.month", period=found["period"]))
    for side in ("here", "elsewhere"):
        part = found[side]
        if not part["lines"] and not part["outside"] and not part["missing"]:
            continue
        amount = money(int(part["amount_micro"]), found["currency"], lang)
        earned = ", ".join(money(int(micro), unit, lang) for unit, micro in part["earned"].items())
        lines = count(lang, part["lines"])
        say(text(lang, f"preview.{side}", amount=amount, lines=lines, earned=earned or "0"))
        if part["outside"]:
            note(text(lang, "preview.outside", count=count(lang, part["outside"])))
        for name, lacking in part["missing"].items():
            note(text(lang, "preview.missing", name=name, count=count(lang, lacking)))
    if not any(found[side]["lines"] for side in ("here", "elsewhere")):
        say(text(lang, "preview.nothing"))
    if not found["in_force"]:
        note(text(lang, "tariff.not-in-force", period=found["period"]))
