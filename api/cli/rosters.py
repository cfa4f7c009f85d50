"""`roster` and `quota`: enrol many performers from one file, and go on where it stopped.

The file is read whole before anything is sent. What cannot be enrolled is written to a file beside
it, with line, cause and fix; whatever is there already is not done twice.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import Yes, sure
from api.cli.enrol import all_sign, hand_in, judged, parts_of, vouch
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, progress, table
from api.cli.performers import bind
from api.cli.signing import open_key
from api.web.texts import reason, text, word
from core.errors import BadInput, EbenbildError

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Many performers from one file.", no_args_is_help=True)
quota = typer.Typer(help="How many enrolments may begin in a month.", no_args_is_help=True)
COLUMNS = (
    *("reference", "name", "public_name", "born_on", "key", "guardian_keys", "samples"),
    "purposes",
)
NEEDED = ("reference", "name", "key", "samples")
AT_ONCE = 500
BYTES_MAX = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; paths are relative to its folder, `;` stands between several."""

    number: int
    values: dict[str, str]
    folder: Path

    def purposes(self, otherwise: Sequence[str]) -> list[str]:
        """What this person consents to: what the line names, else what was said for all."""
        named = [part.strip() for part in self.values["purposes"].split(";") if part.strip()]
        return list(dict.fromkeys(named or otherwise))

    def paths(self, column: str) -> list[Path]:
        """The files of a column; raises BadInput for one that is not there."""
        found = [
            self.folder / part.strip() for part in self.values[column].split(";") if part.strip()
        ]
        for path in found:
            if not path.is_file():
                raise BadInput(f"{column}: there is no file {path}.", next_step="Correct the path.")
        return found


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that could not be enrolled."""

    line: int
    reference: str
    cause: str
    fix: str


@command(app, "enrol")
def enrol(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV; see docs.")],
    *,
    purpose: Annotated[
        list[str] | None,
        typer.Option(help="Consented to by each line that names no purposes; again for more."),
    ] = None,
    make_keys: Annotated[
        bool, typer.Option("--make-keys", help="Make key files that are not there yet.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Add, sign and enrol everybody in a file; run it again to go on or to try rejects again."""
    lines, purposes = list(read(file)), purpose or ["matching"]
    consented = _counted(lines, purposes, cli.lang)
    sure(text(cli.lang, "roster.sign", count=len(lines), purposes=consented), yes=yes)
    with cli.client() as client:
        rejects, done = _enrol_all(cli, client, lines, purposes, make_keys=make_keys)
    beside = file.with_suffix(".rejects.csv")
    _write(beside, rejects)
    found = {
        "enrolled": done,
        "rejected": [{"line": item.line, "cause": item.cause, "fix": item.fix} for item in rejects],
        "rejects_file": str(beside) if rejects else None,
    }
    rows = [(item.line, item.reference, item.cause, item.fix) for item in rejects]
    emit(cli, found, lambda: table(("line", "reference", "cause", "fix"), rows))
    note(text(cli.lang, "roster.done", done=done, rejected=len(rejects)))
    if rejects:
        raise typer.Exit(1)


@command(app, "list")
def list_entries(cli: Cli) -> None:
    """List your roster, and how far each has come."""
    with cli.client() as client:
        found = list(client.pages("/v1/rosters"))
    rows = [
        (
            item["reference"],
            item["performer_id"],
            item["state"] or "",
            item["prints"],
            " ".join(reason(cli.lang, one) for one in item["missing"]),
        )
        for item in found
    ]
    emit(cli, found, lambda: table(("reference", "performer", "state", "prints", "lacks"), rows))


@command(quota, "show")
def show_quota(cli: Cli) -> None:
    """Show how many enrolments your organisation has begun this month, and may begin."""
    with cli.client() as client:
        found = client.get("/v1/quota")
    emit(cli, found, lambda: fields(found))


@command(quota, "lift")
def lift_quota(
    cli: Cli,
    tenant: Annotated[str, typer.Argument(help="Id of the organisation.")],
    *,
    month: Annotated[str, typer.Option(help="Such as 2026-11.")],
    enrolments: Annotated[int, typer.Option(min=1, help="How many may begin in it.")],
) -> None:
    """Set an organisation's quota of one month; two people of the operator's agree."""
    body = {"month": month, "enrolments": enrolments}
    with cli.client() as client:
        found = client.post(f"/v1/tenants/{tenant}/quota-lifts", body)
    emit(cli, found, lambda: fields(found))
    if not found["done"]:
        note(text(cli.lang, "account.waits"))


def read(file: Path) -> Iterator[Line]:
    """The lines of a roster; raises BadInput for what is no such file."""
    if file.stat().st_size > BYTES_MAX:
        raise BadInput("This roster is larger than 16 MiB.", next_step="Split it.")
    try:
        rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise BadInput(
            f"{file.name} is no CSV in UTF-8: {exc}", next_step="Export it anew."
        ) from exc
    given = set(rows[0]) if rows else set()
    lacking = [name for name in NEEDED if name not in given]
    if lacking or not given <= set(COLUMNS):
        raise BadInput(
            f"{file.name} has other columns than a roster.",
            next_step=f"The first line names: {', '.join(COLUMNS)}.",
            code="roster-columns",
        )
    for number, row in enumerate(rows, 2):
        yield Line(number, {name: (row.get(name) or "").strip() for name in COLUMNS}, file.parent)


def _counted(lines: Sequence[Line], otherwise: Sequence[str], lang: str) -> str:
    """What is to be consented to, and by how many."""
    found = Counter(one for line in lines for one in line.purposes(otherwise))
    return ", ".join(f"{word(lang, name)} ({number})" for name, number in found.items())


def _enrol_all(
    cli: Cli, client: "Client", lines: Sequence[Line], otherwise: Sequence[str], *, make_keys: bool
) -> tuple[list[Reject], int]:
    rejects: list[Reject] = []
    wanted: list[Line] = []
    for line in lines:
        fault = _fault(line, otherwise)
        if fault is None:
            wanted.append(line)
        else:
            rejects.append(Reject(line.number, line.values["reference"], *fault))
    known = _add(client, wanted, rejects)
    standing = {item["reference"]: item for item in client.pages("/v1/rosters")}
    done = 0
    with progress(text(cli.lang, "roster.running")) as bar:
        for place, line in enumerate(wanted):
            if line.values["reference"] not in known:
                continue
            bar({"progress": place / len(wanted), "note": line.values["reference"]})
            try:
                entry, purposes = standing[line.values["reference"]], line.purposes(otherwise)
                _enrol(cli, client, line, entry, purposes, make_keys=make_keys)
                done += 1
            except EbenbildError as fault_met:
                rejects.append(
                    Reject(
                        line.number,
                        line.values["reference"],
                        fault_met.message,
                        fault_met.next_step,
                    )
                )
    return sorted(rejects, key=lambda item: item.line), done


def _fault(line: Line, otherwise: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with a line before anything is sent, and how to mend it."""
    empty = [name for name in NEEDED if not line.values[name]]
    if empty:
        return f"{', '.join(empty)}: empty", "Fill it in."
    born_on = line.values["born_on"]
    if born_on and re.fullmatch(r"\d{4}-\d\d-\d\d", born_on) is None:
        return f"born_on: {born_on} is no date", "Write it as 2014-03-09, for minors only."
    # Imported here: most commands never read a roster.
    from registry.models.people import Purpose  # noqa: PLC0415

    if unknown := sorted(set(line.purposes(otherwise)) - set(Purpose)):
        return f"purposes: {', '.join(unknown)} is none", f"Choose from {', '.join(Purpose)}."
    return None


def _add(client: "Client", lines: Sequence[Line], rejects: list[Reject]) -> set[str]:
    """The references of everybody who is there now; others are added to `rejects`."""
    known: set[str] = set()
    for start in range(0, len(lines), AT_ONCE):
        part = lines[start : start + AT_ONCE]
        body = [
            {
                "reference": line.values["reference"],
                "name": line.values["name"],
                "public_name": line.values["public_name"],
                "born_on": line.values["born_on"] or None,
            }
            for line in part
        ]
        for line, result in zip(part, client.post("/v1/rosters", {"lines": body}), strict=True):
            if result["performer_id"] is None:
                rejects.append(
                    Reject(line.number, result["reference"], result["cause"], result["next_step"])
                )
            else:
                known.add(result["reference"])
    return known


def _enrol(
    cli: Cli,
    client: "Client",
    line: Line,
    entry: dict[str, Any],
    purposes: Sequence[str],
    *,
    make_keys: bool,
) -> None:
    """Take one person as far as the samples go, from where that one stands."""
    if entry["state"] not in (None, "DRAFT") or entry["prints"]:
        return
    samples = line.paths("samples")
    wanted = [(path, part) for path in samples for part in parts_of(path, None)]
    key = line.folder / line.values["key"]
    _key_file(key, make=make_keys)
    performer = entry["performer_id"]
    if not entry["key_bound"]:
        bind(client, performer, open_key(key, cli.lang))
    body = {"modalities": sorted({part for _, part in wanted}), "purposes": purposes}
    draft = client.post(f"/v1/performers/{performer}/enrolments", body)
    signed = all_sign(cli, draft, key, line.paths("guardian_keys"))
    client.post(f"/v1/enrolments/{draft['id']}/signature", signed)
    jobs = [hand_in(client, draft["id"], *pair) for pair in wanted]
    results = [judged(cli, client, job, *pair) for job, pair in zip(jobs, wanted, strict=True)]
    accepted = sorted({item["modality"] for item in results if item["accepted"]})
    if not accepted:
        # Nothing came of it: the next run begins afresh instead of piling up drafts.
        client.post(f"/v1/enrolments/{draft['id']}/withdrawal")
        why = " ".join(reason(cli.lang, one) for item in results for one in item["reasons"])
        raise BadInput(why or "No sample could be read.", next_step="Hand in other recordings.")
    vouch(cli, client, draft["id"], accepted, yes=True)


def _key_file(path: Path, *, make: bool) -> None:
    from core import keys  # noqa: PLC0415

    if path.is_file():
        return
    if not make:
        raise BadInput(
            f"key: there is no file {path}.",
            next_step="Name the performer's key file, or have it made with --make-keys.",
        )
    keys.save_key(path, keys.generate(), None)


def _write(path: Path, rejects: Sequence[Reject]) -> None:
    """Write what was rejected beside the roster; an old file goes when nothing was."""
    if not rejects:
        path.unlink(missing_ok=True)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reference", "cause", "fix"))
        writer.writerows((item.line, item.reference, item.cause, item.fix) for item in rejects)
