"""`request answer` and `request undo`: many requests by one filter, each signed by itself."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.licences import sign_draft
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import text, word
from core.errors import BadInput, EbenbildError

if TYPE_CHECKING:
    from api.client import Client

AT_ONCE = 200
Yes = Annotated[bool, typer.Option("--yes", help="Without asking.")]
WANTED = {"accept": ("accept",), "refuse": ("end",), "undo": ("undo",)}


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `request`."""
    command(app, "answer")(answer)
    command(app, "undo")(undo)


def answer(
    cli: Cli,
    answer: Annotated[str, typer.Argument(help="accept, refuse or undo.")],
    *,
    studio: Annotated[str, typer.Option(help="Only from this organisation.")] = "",
    performer: Annotated[str, typer.Option(help="Only about this performer.")] = "",
    kind: Annotated[str, typer.Option(help="Only where just this kind of use is asked.")] = "",
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Sign what is accepted with this key."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Answer every request that fits, in one call; what fails is listed and stops nothing."""
    if answer not in WANTED:
        raise typer.BadParameter("Choose accept, refuse or undo.")
    with cli.client() as client:
        listed = client.pages("/v1/requests", performer_id=performer or None)
        fitting = [item for item in listed if _fits(item, answer, studio, kind)][:AT_ONCE]
        if not fitting:
            raise BadInput(
                "No request fits that you could answer so.", next_step="ebenbild request list"
            )
        for item in fitting:
            note(_line(cli.lang, item))
        if not yes and sys.stdin.isatty():
            asked = text(cli.lang, "request.answer", answer=answer, count=len(fitting))
            typer.confirm(asked, abort=True, err=True)
        found = _answered(client, answer, fitting)
        if key is not None:
            for item in found:
                _sign(cli, client, key, item)
    emit(cli, found, lambda: _show(cli.lang, found))
    if any(item["problem"] for item in found):
        raise typer.Exit(1)


def undo(cli: Cli, request: Annotated[str, typer.Argument(help="Id of the request.")]) -> None:
    """Take back your own acceptance before it is signed, or a refusal or withdrawal for a day."""
    with cli.client() as client:
        found = client.post(f"/v1/requests/{request}/undo")
    emit(cli, found, lambda: fields({name: found[name] for name in ("id", "state", "may")}))


def _fits(item: Mapping[str, Any], answer: str, studio: str, kind: str) -> bool:
    return (
        any(turn in item["may"] for turn in WANTED[answer])
        and (not studio or item["studio_id"] == studio)
        and (not kind or item["offer"]["terms"]["kinds"] == [kind])
    )


def _answered(
    client: "Client", answer: str, items: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    named = [
        {
            "request_id": item["id"],
            "version": item["offer"]["version"],
            "digest": item["offer"]["digest"],
        }
        for item in items
    ]
    found = client.post("/v1/request-answers", {"answer": answer, "requests": named})
    return [{**item, "licence_id": None} for item in found]


def _sign(cli: Cli, client: "Client", key: Path, item: dict[str, Any]) -> None:
    """Sign one that was accepted; a failure is noted in its line like any other."""
    if item["request"] is None or item["request"]["state"] != "AGREED":
        return
    try:
        draft = client.post(f"/v1/requests/{item['request_id']}/licence-draft")
        item["licence_id"] = sign_draft(cli, client, key, draft, None)["id"]
    except EbenbildError as error:
        item["problem"] = {
            "code": error.code,
            "detail": error.message,
            "next_step": error.next_step,
        }


def _show(lang: str, found: list[dict[str, Any]]) -> None:
    rows = [
        (
            item["request_id"],
            item["request"]["state"] if item["request"] else "",
            item["licence_id"] or "",
            item["problem"]["detail"] if item["problem"] else "",
        )
        for item in found
    ]
    table(("id", "state", "licence", "problem"), rows)


def _line(lang: str, item: Mapping[str, Any]) -> str:
    terms = item["offer"]["terms"]
    kinds = ", ".join(word(lang, kind) for kind in terms["kinds"])
    price = " ".join(str(value) for value in terms["tariff"].values())
    return f"{item['id']}  {item['studio_id']}  {kinds}  {terms['valid_until'][:10]}  {price}"
