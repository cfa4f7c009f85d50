"""`rules`: what laws, bills, agreements and house rules say of a consent, and why."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.cli.termsfile import read_terms, read_words
from api.web.texts import text
from core.errors import BadInput

app = typer.Typer(help="Rule packs: what the laws say of a consent.", no_args_is_help=True)
EXIT_CODES = {"valid": 0, "invalid": 2, "needs_human": 3}
MARKS = {"valid": "✓", "invalid": "✗", "needs_human": "?"}
Territory = Annotated[
    str, typer.Option("--territory", help="ISO 3166 codes apart by commas: US-NY,DE.")
]
At = Annotated[str, typer.Option(help="As of this day or time (now).")]
_LISTS = ("contexts", "guardians_due", "guardians_signed", "public_uses", "purposes", "kinds")
_YES_NO = {"yes": True, "no": False}


@command(app, "list")
def list_packs(cli: Cli, territory: Territory = "*", at: At = "") -> None:
    """List the rule packs, for all territories or for those of a release."""
    with cli.client() as client:
        found = client.get("/v1/rules", territories=territory, at=at)
    rows = [
        (
            pack["id"],
            pack["title"][cli.lang],
            text(cli.lang, f"rules.standing.{pack['standing']}"),
            ", ".join(_few(pack["territories"])),
            _days(pack),
            text(cli.lang, f"rules.certainty.{pack['certainty']}"),
            len(pack["rules"]),
        )
        for pack in found
    ]
    columns = ("id", "title", "what", "territories", "in force", "certainty", "rules")
    emit(cli, found, lambda: table(columns, rows))


@command(app, "show")
def show(
    cli: Cli, pack: Annotated[str, typer.Argument(help="Id of the pack.")], at: At = ""
) -> None:
    """Show one rule pack: every rule with its conditions, clause, source and certainty."""
    with cli.client() as client:
        found = client.get(f"/v1/rules/{pack}", at=at)
    emit(cli, found, lambda: _show(cli.lang, found))


@command(app, "check")
def check(
    cli: Cli,
    terms: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Terms as TOML.")],
    territory: Territory = "",
    at: At = "",
    fact: Annotated[
        list[str] | None,
        typer.Option(help="A fact beside the terms: performer_minor_until=2030-05-01, repeated."),
    ] = None,
) -> None:
    """What do the packs say of these terms? Exits 0 valid, 2 invalid, 3 needs a person."""
    body = {
        "terms": read_terms(terms),
        "territories": [code.strip() for code in territory.split(",") if code.strip()],
        "at": at,
        "facts": dict(_fact(one) for one in fact or ()),
    }
    with cli.client() as client:
        found = client.post("/v1/rules/checks", body)
    emit(cli, found, lambda: _answer(cli.lang, found))
    raise typer.Exit(EXIT_CODES[found["verdict"]])


@command(app, "test")
def test(
    cli: Cli,
    cases: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="A table of cases (the shipped one)."),
    ] = None,
) -> None:
    """Do the packs answer a table of cases as expected? Exits 1 where a row comes out otherwise."""
    with cli.client() as client:
        found = client.post("/v1/rules/tables", {"table": _table(cases)})
    columns = ("line", "pack", "rule", "case", "expected", "found")
    rows = [[row[name] for name in columns] for row in found["others"]]

    def tell() -> None:
        if rows:
            table(columns, rows)
        say(text(cli.lang, "rules.tried", rows=found["rows"], fine=found["as_expected"]))

    emit(cli, found, tell)
    raise typer.Exit(1 if rows else 0)


def _table(cases: Path | None) -> str:
    if cases is None:
        return files("licensing").joinpath("data", "rule-cases.csv").read_text("utf-8")
    return read_words(cases)


def _show(lang: str, pack: Mapping[str, Any]) -> None:
    known = {
        text(lang, "rules.what"): text(lang, f"rules.standing.{pack['standing']}"),
        text(lang, "rules.territories"): ", ".join(pack["territories"]),
        text(lang, "rules.in_force"): _days(pack),
        text(lang, "rules.source"): pack["source"],
        text(lang, "rules.certainty"): text(lang, f"rules.certainty.{pack['certainty']}"),
    }
    say(f"{pack['id']}  {pack['title'][lang]}")
    fields(known)
    if pack["note"]:
        note(pack["note"][lang])
    for rule in pack["rules"]:
        say("")
        say(f"{rule['id']}: {rule['clause'][lang]}")
        for name in ("applies", "wants", "unless"):
            if rule[name][lang]:
                note(f"    {text(lang, f'rules.{name}')}: {rule[name][lang]}")
        broken = rule["verdict"] or rule["kind"]
        note(f"    {text(lang, f'rules.verdict.{broken}')} · {_written(lang, rule)}")


def _answer(lang: str, found: Mapping[str, Any]) -> None:
    say(f"{MARKS[found['verdict']]} {text(lang, 'rules.answer.' + found['verdict'])}")
    for item in found["findings"]:
        say(f"{MARKS[item['verdict']]} {item['pack']}/{item['rule']}: {item['clause'][lang]}")
        note(f"    {item['why'][lang]} {_written(lang, item)}")
    note(text(lang, "rules.no_advice"))


def _written(lang: str, item: Mapping[str, Any]) -> str:
    sure = text(lang, f"rules.certainty.{item['certainty']}")
    return f"({item['source']}; {sure})"


def _days(pack: Mapping[str, Any]) -> str:
    until = pack["valid_until"]
    return f"{pack['valid_from'][:10]} – {until[:10] if until else ''}"


def _few(codes: list[str]) -> list[str]:
    return codes if len(codes) <= 4 else [*codes[:3], f"+{len(codes) - 3}"]


def _fact(given: str) -> tuple[str, object]:
    name, sign, value = (part.strip() for part in given.partition("="))
    if not sign:
        raise BadInput("A fact is not name=value.", next_step="Write --fact name=value.")
    if name in _LISTS:
        return name, [item.strip() for item in value.split(",") if item.strip()]
    return name, _YES_NO.get(value, value)
