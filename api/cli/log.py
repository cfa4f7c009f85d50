"""`log`: the public log, its receipts, its witnesses and its keys."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.cli.verify import show_report
from api.web.texts import text

app = typer.Typer(help="The public log: receipts, witnesses, keys.", no_args_is_help=True)
SubjectId = Annotated[str, typer.Argument(help="Id of a licence, clearance or enrolment.")]
WAYS = {"lic_": "licences", "clr_": "clearances", "enr_": "enrolments", "dat_": "datasets"}


@command(app, "show")
def show(cli: Cli) -> None:
    """Show who the log is, how large, and its keys and witnesses."""
    with cli.client() as client:
        found = client.get("/log")

    def render() -> None:
        fields({name: found[name] for name in ("origin", "size", "root")})
        fields({"key": [item["vkey"] for item in found["keys"] if not item["retired_at"]]})
        rows = [(item["name"], item["cosigned"], item["url"]) for item in found["witnesses"]]
        table(("witness", "cosigned", "asked at"), rows)

    emit(cli, found, render)


@command(app, "receipt")
def receipt(
    cli: Cli,
    subject: SubjectId,
    out: Annotated[Path | None, typer.Option(help="Folder for the receipts as files.")] = None,
) -> None:
    """Fetch the receipts of what happened to a licence, a clearance or an enrolment."""
    from core.errors import BadInput  # noqa: PLC0415

    way = WAYS.get(subject[:4])
    if way is None:
        raise BadInput(
            f"{subject} is no id of a licence, clearance, enrolment or dataset",
            next_step="give an id that begins with lic_, clr_, enr_ or dat_",
        )
    with cli.client() as client:
        found = client.get(f"/v1/{way}/{subject}/receipts")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for item in found:
            path = out / f"{subject}-{item['index']}.tlog-proof"
            path.write_bytes(item["receipt"].encode())
            note(str(path))
    rows = [(item["index"], item["kind"], item["at"]) for item in found]
    emit(cli, found, lambda: table(("leaf", "what", "when"), rows))


@command(app, "verify")
def verify(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A receipt.")],
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Policy file (default: the one here)."),
    ] = None,
    of: Annotated[
        Path | None,
        typer.Option(
            "--of", exists=True, dir_okay=False, help="The licence or certificate it is of."
        ),
    ] = None,
) -> None:
    """Verify a receipt offline, in numbered steps; exit 1 when one fails."""
    from core.tlogpolicy import parse_policy  # noqa: PLC0415
    from licensing.logreceipt import verify_receipt_text  # noqa: PLC0415

    offered = policy.read_bytes().decode() if policy is not None else _policy_here(cli)
    document = None if of is None else of.read_bytes()
    report = verify_receipt_text(
        file.read_bytes().decode(errors="replace"), parse_policy(offered), document
    )
    show_report(cli, "log-receipt", report)
    if not report.ok:
        raise typer.Exit(1)


@command(app, "policy")
def policy(
    cli: Cli, out: Annotated[Path | None, typer.Option(help="Write it here.")] = None
) -> None:
    """Print the policy that this log offers: keep it, and verify receipts by it."""
    with cli.client() as client:
        found = client.fetch("/log/policy").decode()
    if out is not None:
        out.write_bytes(found.encode())
    emit(cli, {"policy": found}, lambda: say(found.rstrip("\n")))


@command(app, "add-witness")
def add_witness(
    cli: Cli,
    key: Annotated[str, typer.Argument(help="The witness's key, as it gave it.")],
    url: Annotated[str, typer.Option(help="Where it is asked; none: it comes itself.")] = "",
) -> None:
    """Ask a witness for cosignatures from now on."""
    with cli.client() as client:
        made = client.post("/v1/log/witnesses", {"vkey": key, "url": url})
    emit(cli, made, lambda: fields(made))


@command(app, "remove-witness")
def remove_witness(cli: Cli, name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Ask a witness no more; what it cosigned stays."""
    with cli.client() as client:
        gone = client.post("/v1/log/witnesses/removal", {"name": name})
    emit(cli, gone, lambda: fields(gone))


@command(app, "cosign")
def cosign(cli: Cli) -> None:
    """Ask every witness now that has not seen the newest checkpoint; exit 1 when one fails."""
    with cli.client() as client:
        found = client.post("/v1/log/cosigning")
    rows = [(item["name"], item["size"], item["fault"] or "cosigned") for item in found]
    emit(cli, found, lambda: table(("witness", "leaves", "answer"), rows))
    if any(item["fault"] for item in found):
        raise typer.Exit(1)


@command(app, "seal")
def seal(cli: Cli) -> None:
    """Put a digest of what was recorded since the last time into the log (else hourly)."""
    with cli.client() as client:
        found = client.post("/v1/log/sealing")
    emit(cli, found, lambda: fields(found))


@command(app, "rotate-key")
def rotate_key(cli: Cli) -> None:
    """Begin a change of the log's key: a new one signs beside the present one."""
    with cli.client() as client:
        made = client.post("/v1/log/keys")
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "log.key-next"))


@command(app, "retire-key")
def retire_key(cli: Cli, key: Annotated[str, typer.Argument(help="The old key.")]) -> None:
    """End a change of the log's key: the old one signs no more, and its secret goes."""
    with cli.client() as client:
        gone = client.post("/v1/log/keys/retirement", {"vkey": key})
    emit(cli, gone, lambda: fields(gone))


def _policy_here(cli: Cli) -> str:
    with cli.client() as client:
        return client.fetch("/log/policy").decode()
