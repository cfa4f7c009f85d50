"""`export`: licences in the forms that other programs read, of one or behind a certificate."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli
from api.cli.output import note
from core.errors import BadInput

# The names of the files that the registry serves, by what people call the form.
FORMS = {"odrl": "odrl.jsonld", "rsl": "rsl.xml", "cawg": "cawg.json"}
As = Annotated[str, typer.Option("--as", help=f"One of {', '.join(FORMS)}.")]
Out = Annotated[Path | None, typer.Option(help="Where to write it; else it is printed.")]
Location = Annotated[str, typer.Option(help="Path or address that an RSL document is about.")]


def export_licence(
    cli: Cli,
    licence: Annotated[str, typer.Argument(help="Id of the licence.")],
    form: As = "odrl",
    out: Out = None,
    location: Location = "/",
) -> None:
    """Write a licence as ODRL; as RSL or CAWG what its performer says to everybody."""
    _export(cli, f"/v1/licences/{licence}", form, out, location)


def export_certificate(
    cli: Cli,
    clearance: Annotated[str, typer.Argument(help="Id of the decision.")],
    form: As = "odrl",
    out: Out = None,
    location: Location = "/",
) -> None:
    """Write the licences behind a certificate as ODRL, or what everybody may do as RSL or CAWG."""
    _export(cli, f"/v1/clearances/{clearance}/certificate", form, out, location)


def _export(cli: Cli, path: str, form: str, out: Path | None, location: str) -> None:
    if form not in FORMS:
        raise BadInput("There is no such form.", next_step=f"Use one of: {', '.join(FORMS)}.")
    with cli.client() as client:
        data = client.fetch(f"{path}/exports/{FORMS[form]}", location=location)
    if out is None:
        sys.stdout.write(data.decode())
    else:
        out.write_bytes(data)
        note(str(out))
