"""`enrol`: from the performer's consent to searchable prints, in one command.

The consent is shown, signed on this machine and sent; only then are samples handed in. Each
sample is judged, and a refused one says why in words.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import Yes, said_yes, sure
from api.cli.options import Cli, command
from api.cli.output import emit, note, progress, say, table
from api.cli.signing import KeyFile, cosignature, open_key, signature
from api.filekinds import kind_of
from api.web.texts import reason, text, word
from core.errors import BadProof

if TYPE_CHECKING:
    from api.client import Client
    from core.keys import PrivateKey

PARTS = {"sound": ("voice",), "still": ("face",), "film": ("voice", "face")}
Samples = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Sample files.")]
GuardianKeys = Annotated[
    list[Path] | None,
    typer.Option("--guardian-key", exists=True, dir_okay=False, help="Of a minor's guardian."),
]
Modality = Annotated[
    str | None,
    typer.Option(help="voice or face; otherwise sound gives voice, a still face, a film both."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "enrol")(enrol)
    command(app, "withdraw")(withdraw)


def enrol(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    files: Samples,
    *,
    key: KeyFile,
    guardian_key: GuardianKeys = None,
    modality: Modality = None,
    purpose: Annotated[
        list[str] | None,
        typer.Option(
            help="matching (else), licensing, training, reembedding, comparison; repeatable."
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Sign the consent with the performer's key and enrol voice or face from sample files."""
    wanted = [(file, part) for file in files for part in parts_of(file, modality)]
    modalities = sorted({part for _, part in wanted})
    with cli.client() as client:
        body = {"modalities": modalities, "purposes": purpose or ["matching"]}
        draft = client.post(f"/v1/performers/{performer}/enrolments", body)
        agree(cli, draft, yes=yes)
        signed = all_sign(cli, draft, key, guardian_key or [])
        enrolment = client.post(f"/v1/enrolments/{draft['id']}/signature", signed)
        # All are handed in before the first is waited for, so that one worker does them all.
        jobs = [hand_in(client, enrolment["id"], *pair) for pair in wanted]
        results = [judged(cli, client, job, *pair) for job, pair in zip(jobs, wanted, strict=True)]
        accepted = sorted({item["modality"] for item in results if item["accepted"]})
        if accepted:
            vouch(cli, client, enrolment["id"], accepted, yes=yes)
        stands = client.get(f"/v1/enrolments/{enrolment['id']}")
    found = {"enrolment": enrolment["id"], "state": stands["state"], "samples": results}
    emit(cli, {**found, "notice_until": stands["notice_until"]}, lambda: _show(cli.lang, results))
    note(text(cli.lang, f"enrol.state.{stands['state']}", until=_minute(stands["notice_until"])))
    if stands["state"] == "NOTICE":
        note(text(cli.lang, "enrol.notice.how"))
    if not accepted:
        raise typer.Exit(1)


def _minute(moment: str | None) -> str:
    """An instant of the API, which is UTC, as people read one."""
    return f"{moment[:16].replace('T', ' ')} UTC" if moment else ""


def withdraw(
    cli: Cli,
    enrolment: Annotated[str, typer.Argument(help="Id of the enrolment.")],
) -> None:
    """Withdraw a consent: its prints are erased at once and found no more."""
    with cli.client() as client:
        gone = client.post(f"/v1/enrolments/{enrolment}/withdrawal")
    emit(cli, gone, lambda: say(text(cli.lang, "enrol.withdrawn", id=enrolment)))


def parts_of(file: Path, modality: str | None) -> tuple[str, ...]:
    """What a sample can give: as told, else by the kind its name says it is."""
    if modality is not None:
        return (modality,)
    kind = kind_of(file.name)
    if kind is None:
        raise typer.BadParameter(f"{file.name}: say --modality voice or face.")
    return PARTS[kind]


def agree(cli: Cli, draft: dict[str, Any], *, yes: bool) -> None:
    """Show what will be signed, and ask."""
    subject = draft["document"]["credentialSubject"]
    lists = {
        name: ", ".join(word(cli.lang, item) for item in subject[name])
        for name in ("modalities", "purposes")
    }
    note(text(cli.lang, "enrol.consent", **lists))
    for purpose in subject["purposes"]:
        note(f"- {text(cli.lang, f'consent.purpose.{purpose}')}")
    sure(text(cli.lang, "enrol.sign"), yes=yes)


def all_sign(
    cli: Cli, draft: dict[str, Any], key: Path, guardian_keys: Sequence[Path]
) -> dict[str, Any]:
    """The signatures of the performer and of every guardian, all over the document shown here."""
    own: dict[str, Any] = dict(signature(open_key(key, cli.lang), draft))
    held = {made.verification_method: made for made in _keys(cli, guardian_keys)}
    asked = [{**draft, "options": options} for options in draft["guardians"]]
    lacking = [one for one in asked if one["options"]["verification_method"] not in held]
    if lacking:
        raise BadProof(
            f"{len(lacking)} of {len(asked)} guardians have not signed.",
            next_step="Name every guardian's key file with --guardian-key.",
        )
    made = [cosignature(held[one["options"]["verification_method"]], one) for one in asked]
    return {**own, "guardians": made}


def _keys(cli: Cli, files: Sequence[Path]) -> "list[PrivateKey]":
    return [open_key(file, cli.lang) for file in files]


def vouch(cli: Cli, client: "Client", enrolment: str, accepted: list[str], *, yes: bool) -> None:
    """Where one person runs the registry alone, that person's word is the proof: ask for it."""
    proofs = client.get(f"/v1/enrolments/{enrolment}/proofs")
    if not proofs["single_operator"]:
        return
    asked = text(cli.lang, "enrol.vouch")
    if yes:
        note(asked)
    if not said_yes(asked, yes=yes):
        return
    body = {"facts": ["identity", *accepted], "statement": asked}
    job = client.post(f"/v1/enrolments/{enrolment}/attestations", body)
    with progress(text(cli.lang, "enrol.proving")) as bar:
        client.wait(job["id"], bar)


def hand_in(client: "Client", enrolment: str, file: Path, part: str) -> str:
    """Hand in one sample; returns the job that judges it."""
    body = {"upload_id": client.upload(file), "modality": part}
    job = client.post(f"/v1/enrolments/{enrolment}/samples", body)
    return str(job["id"])


def judged(cli: Cli, client: "Client", job_id: str, file: Path, part: str) -> dict[str, Any]:
    """What became of a sample, once its job has ended."""
    with progress(f"{file.name} ({word(cli.lang, part)})") as bar:
        ended = client.wait(job_id, bar)
    sample = client.get(f"/v1/jobs/{job_id}/sample")
    return {
        "file": str(file),
        "modality": part,
        "accepted": sample["print_id"] is not None,
        "print_id": sample["print_id"],
        "reasons": sample["reasons"],
        "error": ended["error"],
    }


def _show(lang: str, results: Sequence[dict[str, Any]]) -> None:
    rows = []
    for result in results:
        why = [reason(lang, item) for item in result["reasons"]]
        if result["error"]:
            why.append(f"{result['error']['message']} → {result['error']['next_step']}")
        word_key = "enrol.accepted" if result["accepted"] else "enrol.refused"
        rows.append(
            (
                Path(result["file"]).name,
                word(lang, result["modality"]),
                text(lang, word_key),
                result["print_id"] or "",
                " ".join(why),
            )
        )
    names = ("file", "modality", "result", "print", "why")
    table([text(lang, f"enrol.column.{name}") for name in names], rows)
