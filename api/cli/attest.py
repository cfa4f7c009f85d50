"""`attest`: what an enrolment lacks, and an attester's word for what he has seen or heard."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say
from api.web.texts import reason, text
from core.errors import BadInput

Facts = Annotated[
    list[str] | None,
    typer.Option(
        "--fact", help="identity, voice, face, words or live; repeatable. None: only look."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    command(app, "attest")(attest)
    command(app, "identify")(identify)


def attest(
    cli: Cli,
    enrolment: Annotated[
        str, typer.Argument(help="Id of the enrolment. None: list those that wait.")
    ] = "",
    *,
    fact: Facts = None,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Deny the facts; --statement says why.")
    ] = False,
    statement: Annotated[str, typer.Option(help="What you saw or heard, and where.")] = "",
) -> None:
    """Show what an enrolment lacks, or vouch for it or refuse to, under your own name."""
    if not enrolment:
        _list(cli)
        return
    if refuse and not (fact and statement):
        raise BadInput(
            "A refusal names what is not so, and why.",
            next_step="Add --fact and --statement: the performer reads the statement.",
        )
    path = f"/v1/enrolments/{enrolment}"
    said = ("attest.refused" if refuse else "attest.kept") if fact else ""
    with cli.client() as client:
        if fact:
            where = f"{path}/refusals" if refuse else f"{path}/attestations"
            client.post(where, {"facts": fact, "statement": statement})
        proofs = client.get(f"{path}/proofs")
    emit(cli, proofs, lambda: _show(cli.lang, proofs, said))


def _list(cli: Cli) -> None:
    """What waits for an attester, without names."""
    with cli.client() as client:
        found = list(client.pages("/v1/attestation-queue"))

    def render() -> None:
        for item in found:
            why = " ".join(reason(cli.lang, one) for one in item["missing"])
            day = item["created_at"][:10]
            say(text(cli.lang, "attest.line", id=item["enrolment_id"], day=day, reasons=why))
        if not found:
            say(text(cli.lang, "attest.none"))

    emit(cli, found, render)


def identify(
    cli: Cli, enrolment: Annotated[str, typer.Argument(help="Id of your own enrolment.")]
) -> None:
    """Count the identity that a provider verified when you signed in, instead of attesters."""
    with cli.client() as client:
        client.post(f"/v1/enrolments/{enrolment}/identification")
        proofs = client.get(f"/v1/enrolments/{enrolment}/proofs")
    emit(cli, proofs, lambda: _show(cli.lang, proofs))


def _show(lang: str, proofs: dict[str, Any], said: str = "") -> None:
    from registry.proofing.headturn import words_of  # noqa: PLC0415 - would slow every command

    if said:
        say(text(lang, said))
    lacking = " ".join(reason(lang, item) for item in proofs["missing"])
    for item in proofs["challenges"]:
        if item["state"] == "HEAR":
            words = " ".join(words_of(item["asked"]))
            say(text(lang, "challenge.hear", id=item["id"], words=words))
            for why in item["reasons"]:
                say(reason(lang, why))
    say(text(lang, "attest.lacks", reasons=lacking) if lacking else text(lang, "attest.complete"))
