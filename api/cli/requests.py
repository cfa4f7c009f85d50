"""`request`: ask for a licence, answer, and sign what was agreed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import answering
from api.cli.asking import Yes, sure
from api.cli.declared import check_never, tell_declared
from api.cli.licences import Agency, MaybeKey, one_of, sign_either
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.cli.termsfile import flat, read_terms
from api.web.texts import text, word

app = typer.Typer(help="Ask for a licence, answer, agree.", no_args_is_help=True)
RequestId = Annotated[str, typer.Argument(help="Id of the request.")]
TermsFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Terms as TOML.")]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Ask even whoever declares never to be asked.")
]
Message = Annotated[str, typer.Option(help="What is said with the offer.")]


@command(app, "new")
def new(
    cli: Cli,
    terms: TermsFile,
    message: Message = "",
    performer: Annotated[
        list[str] | None, typer.Option(help="Ask this performer instead; repeatable.")
    ] = None,
    *,
    anyway: Anyway = False,
) -> None:
    """Ask one performer or many for a licence on these terms; what they declare is told first."""
    wanted = read_terms(terms)
    if performer:
        wanted["performer_id"] = performer[0]
    body = {"terms": wanted, "message": message, "performer_ids": performer or []}
    asked = performer or [str(wanted.get("performer_id", ""))]
    with cli.client() as client:
        tell_declared(cli, client, asked, wanted.get("kinds", []), anyway=anyway)
        found = client.post("/v1/requests", body)
    _table(cli, found)


@command(app, "missing")
def missing(
    cli: Cli,
    clearance: Annotated[str, typer.Argument(help="Id of a clearance that lacks licences.")],
    *,
    rate: Annotated[str, typer.Option(help="What you offer, such as 0.25.")],
    per: Annotated[str, typer.Option(help="per_minute, per_view ...")] = "per_minute",
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "EUR",
    message: Message = "",
    description: Annotated[str, typer.Option(help="What the use is, for people to read.")] = "",
    anyway: Anyway = False,
) -> None:
    """Ask everybody whose licence a clearance lacks for exactly what was declared."""
    tariff = {"kind": per, "rate": rate, "currency": currency}
    body = {"tariff": tariff, "message": message, "description": description}
    with cli.client() as client:
        lacking = client.get(f"/v1/clearances/{clearance}")
        told = [item["code"] for span in lacking["spans"] for item in span["reasons"]]
        told += [item["code"] for item in lacking["reasons"]]
        check_never([code.removeprefix("standing-") for code in told], anyway=anyway)
        found = client.post(f"/v1/clearances/{clearance}/requests", body)
    _table(cli, found)


@command(app, "list")
def list_requests(
    cli: Cli,
    state: Annotated[
        list[str] | None, typer.Option(help="ASKED, COUNTERED, AGREED ...; repeatable.")
    ] = None,
    performer: Annotated[
        str | None, typer.Option(help="About this performer; also under a mandate to license.")
    ] = None,
) -> None:
    """List requests made and received, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/requests", state=state or [], performer_id=performer))
    _table(cli, found)


@command(app, "show")
def show(cli: Cli, request: RequestId) -> None:
    """Show a request and every offer that was made."""
    with cli.client() as client:
        found = client.get(f"/v1/requests/{request}")
        offers = client.get(f"/v1/requests/{request}/offers")
        concerns = client.get(f"/v1/requests/{request}/concerns", lang=cli.lang)
    found["offers"], found["concerns"] = offers, concerns

    def shown() -> None:
        _one(found)
        for offer in offers:
            fields(_read(offer, cli.lang))
        for concern in concerns:
            say(concern["text"])

    emit(cli, found, shown)


@command(app, "counter")
def counter(cli: Cli, request: RequestId, terms: TermsFile, message: Message = "") -> None:
    """Offer other terms instead."""
    body = {"terms": read_terms(terms), "message": message}
    with cli.client() as client:
        found = client.post(f"/v1/requests/{request}/offers", body)
    emit(cli, found, lambda: _one(found))


@command(app, "accept")
def accept(cli: Cli, request: RequestId, yes: Yes = False) -> None:
    """Agree to the newest offer, after reading it."""
    with cli.client() as client:
        offer = client.get(f"/v1/requests/{request}")["offer"]
        for name, value in _read(offer, cli.lang).items():
            note(f"{name}: {value}")
        sure(text(cli.lang, "request.accept"), yes=yes)
        body = {"version": offer["version"], "digest": offer["digest"]}
        found = client.post(f"/v1/requests/{request}/acceptance", body)
    emit(cli, found, lambda: _one(found))


answering.register(app)


@command(app, "end")
def end(cli: Cli, request: RequestId) -> None:
    """Refuse a request (performer's side) or withdraw it (studio)."""
    with cli.client() as client:
        found = client.post(f"/v1/requests/{request}/end")
    emit(cli, found, lambda: _one(found))


@command(app, "sign")
def sign(
    cli: Cli,
    request: RequestId,
    key: MaybeKey = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed licence.")] = None,
    *,
    agency: Agency = False,
) -> None:
    """Sign exactly what was agreed, here with the performer's key, or with the agency's.

    With --agency a second person then signs too: ebenbild licence sign LICENCE --agency.
    """
    one_of(key, agency=agency)
    asked = "?agency_key=true" if agency else ""
    with cli.client() as client:
        draft = client.post(f"/v1/requests/{request}/licence-draft{asked}")
        licence = sign_either(cli, client, key, draft, out)
    emit(cli, licence, lambda: fields(flat(licence, cli.lang)))


@command(app, "terminate")
def terminate(cli: Cli, licence: Annotated[str, typer.Argument(help="Id of the licence.")]) -> None:
    """Give notice: a licence ends after the agreed days (either side)."""
    with cli.client() as client:
        found = client.post(f"/v1/licences/{licence}/termination")
    emit(cli, found, lambda: fields(found))


_HEAD = ("id", "state", "studio_id", "performer_id", "licence_id", "expires_at", "may")


def _one(found: dict[str, Any]) -> None:
    fields({**{name: found[name] for name in _HEAD}, "may": _commands(found)})


def _commands(found: dict[str, Any]) -> list[str]:
    """What the caller may do now, as the commands that do it."""
    return ["counter" if turn == "offer" else turn for turn in found["may"]]


def _read(offer: dict[str, Any], lang: str) -> dict[str, Any]:
    """An offer as one level of names and values."""
    told = {name: offer[name] for name in ("version", "side", "message", "digest")}
    return {**told, **flat({"terms": offer["terms"]}, lang)}


def _table(cli: Cli, found: list[dict[str, Any]]) -> None:
    rows = [
        (
            item["id"],
            item["state"],
            ", ".join(word(cli.lang, kind) for kind in item["offer"]["terms"]["kinds"]),
            item["performer_id"],
            item["expires_at"][:10],
            ", ".join(_commands(item)),
        )
        for item in found
    ]
    columns = ("id", "state", "kinds of use", "performer", "until", "you may")
    emit(cli, found, lambda: table(columns, rows))
