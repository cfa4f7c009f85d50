"""`attest`: what an enrolment lacks, and an attester's word for what he has seen or heard."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say
from api.web.texts import reason, text

Facts = Annotated[
    list[str] | None,
    typer.Option("--fact", help="identity, voice, face or words; repeatable. None: only look."),
]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    command(app, "attest")(attest)
    command(app, "identify")(identify)


def attest(
    cli: Cli,
    enrolment: Annotated[str, typer.Argument(help="Id of the enrolment, from the performer.")],
    *,
    fact: Facts = None,
    statement: Annotated[str, typer.Option(help="What you saw or heard, and where.")] = "",
) -> None:
    """Show what an enrolment lacks, or vouch for it under your own name."""
    path = f"/v1/enrolments/{enrolment}"
    with cli.client() as client:
        if fact:
            client.post(f"{path}/attestations", {"facts": fact, "statement": statement})
        proofs = client.get(f"{path}/proofs")
    emit(cli, proofs, lambda: _show(cli.lang, proofs, vouched=bool(fact)))


def identify(
    cli: Cli, enrolment: Annotated[str, typer.Argument(help="Id of your own enrolment.")]
) -> None:
    """Count the identity that a provider verified when you signed in, instead of attesters."""
    with cli.client() as client:
        client.post(f"/v1/enrolments/{enrolment}/identification")
        proofs = client.get(f"/v1/enrolments/{enrolment}/proofs")
    emit(cli, proofs, lambda: _show(cli.lang, proofs, vouched=False))


def _show(lang: str, proofs: dict[str, Any], *, vouched: bool) -> None:
    if vouched:
        say(text(lang, "attest.kept"))
    lacking = " ".join(reason(lang, item) for item in proofs["missing"])
    for item in proofs["challenges"]:
        if item["state"] == "HEAR":
            say(text(lang, "challenge.hear", id=item["id"], words=" ".join(item["asked"])))
    say(text(lang, "attest.lacks", reasons=lacking) if lacking else text(lang, "attest.complete"))
