"""`guardian`: who has custody of a performer who is a minor, and signs with the performer."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.cli.signing import cosignature, keyed, open_key
from api.web.texts import text
from core.canonical import canonical
from core.files import create_private

app = typer.Typer(help="Those who sign for a performer who is a minor.", no_args_is_help=True)
GuardianId = Annotated[str, typer.Argument(help="Id of the guardian.")]
PerformerId = Annotated[str, typer.Argument(help="Id of the performer.")]
ReleaseId = Annotated[str, typer.Argument(help="Id of the release.")]


@command(app, "add")
def add(
    cli: Cli,
    performer: PerformerId,
    *,
    name: Annotated[str, typer.Option(help="The guardian's name; kept sealed.")],
    did: Annotated[str, typer.Option(help="Public name of the guardian's own key (key show).")],
    relation: Annotated[str, typer.Option(help="parent or court_appointed.")] = "parent",
    person: Annotated[str | None, typer.Option(help="The guardian's account, if any.")] = None,
) -> None:
    """Name one more person who must sign for a minor."""
    body = {"name": name, "did": did, "relation": relation, "person": person}
    with cli.client() as client:
        made = client.post(f"/v1/performers/{performer}/guardians", body)
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "guardian.waits"))


@command(app, "list")
def list_guardians(cli: Cli, performer: PerformerId) -> None:
    """List who has, or had, custody of a performer."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/guardians")
    rows = [
        (item["id"], item["name"], item["relation"], item["proved_at"], item["until"])
        for item in found
    ]
    emit(cli, found, lambda: table(("id", "name", "relation", "proved", "until"), rows))


@command(app, "show")
def show(cli: Cli, guardian: GuardianId) -> None:
    """Show who is said to have custody, to be compared with the papers."""
    with cli.client() as client:
        found = client.get(f"/v1/guardians/{guardian}")
    emit(cli, found, lambda: fields(found))


@command(app, "attest")
def attest(
    cli: Cli,
    guardian: GuardianId,
    *,
    paper: Annotated[
        str,
        typer.Option(help="birth_certificate, custody_certificate, adoption_order or court_order."),
    ],
) -> None:
    """Vouch for having read a paper that shows this custody."""
    with cli.client() as client:
        found = client.post(f"/v1/guardians/{guardian}/attestation", {"paper": paper})
    emit(cli, found, lambda: fields(found))
    note(text(cli.lang, "guardian.proved" if found["proved_at"] else "guardian.waits"))


@command(app, "end")
def end(
    cli: Cli,
    guardian: GuardianId,
    *,
    why: Annotated[str, typer.Option(help="court, death or adoption.")],
) -> None:
    """End a guardian's right; two people of the operator's agree (approval approve, then again)."""
    with cli.client() as client:
        done = client.post(f"/v1/guardians/{guardian}/ending", {"why": why})
    emit(cli, done, lambda: fields(done))
    if not done["done"]:
        note(text(cli.lang, "account.waits"))


@command(app, "rekey")
def rekey(
    cli: Cli,
    guardian: GuardianId,
    *,
    did: Annotated[str, typer.Option(help="Public name of the new key (key show).")],
) -> None:
    """Bind another key where a guardian lost theirs; two of the operator's people agree (again)."""
    with cli.client() as client:
        done = client.post(f"/v1/guardians/{guardian}/key", {"did": did})
    emit(cli, done, lambda: fields(done))
    if not done["done"]:
        note(text(cli.lang, "account.waits"))


@command(app, "erase")
def erase(
    cli: Cli,
    guardian: GuardianId,
    receipt: Annotated[
        Path | None, typer.Option(help="Write the signed receipt to this new file.")
    ] = None,
) -> None:
    """Take a former guardian's name and account away, when the guardian asks for it."""
    with cli.client() as client:
        done = client.post(f"/v1/guardians/{guardian}/erasure")
    if receipt is not None:
        create_private(receipt, canonical(done["receipt"]))
    emit(cli, done["receipt"], lambda: fields(done["receipt"]))


@command(app, "release")
def release(
    cli: Cli,
    performer: PerformerId,
    *,
    until: Annotated[str, typer.Option(help="Last moment, such as 2027-06-30T00:00:00Z.")],
    key: Annotated[
        list[Path],
        typer.Option("--key", exists=True, dir_okay=False, help="Key file; once per guardian."),
    ],
) -> None:
    """Sign with every guardian's key that a child's blocked money may be paid until then."""
    keys = {one.verification_method: one for one in (open_key(path, cli.lang) for path in key)}
    with cli.client() as client:
        path = f"/v1/performers/{performer}/money-releases"
        draft = client.post(path, {"valid_until": until})
        made = [
            cosignature(keyed(keys, options), {**draft, "options": options})
            for options in (draft["options"], *draft["guardians"])
        ]
        body = {**made[0], "guardians": made[1:]}
        found = client.post(f"/v1/money-releases/{draft['id']}/signature", body)
    emit(cli, found, lambda: fields(found))
    if not found["released_at"]:
        note(text(cli.lang, "guardian.court"))


@command(app, "releases")
def releases(cli: Cli, performer: PerformerId) -> None:
    """List what was signed to release a child's money."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/money-releases")
    columns = ("id", "signed_at", "released_at", "valid_until", "ended_at")
    rows = [tuple(item[name] for name in columns) for item in found]
    emit(cli, found, lambda: table(columns, rows))


@command(app, "attest-release")
def attest_release(cli: Cli, release_id: ReleaseId) -> None:
    """Vouch for having read the court's order that lets the only guardian release the money."""
    with cli.client() as client:
        found = client.post(f"/v1/money-releases/{release_id}/attestation")
    emit(cli, found, lambda: fields(found))


@command(app, "end-release")
def end_release(cli: Cli, release_id: ReleaseId) -> None:
    """Block the money again from now on; any one guardian may."""
    with cli.client() as client:
        found = client.post(f"/v1/money-releases/{release_id}/ending")
    emit(cli, found, lambda: fields(found))
