"""`verify`: is this document genuine and in force? Checked offline, step by step.

Nothing is fetched: what the verifier brings is what is trusted, and what could not be checked is
said. Exit 0 when no step failed, 1 when one did, 3 with --strict when one could not be checked.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import MARKS, emit, fields, note, say, table
from api.web.faulttexts import told
from api.web.texts import reason, text
from core.files import sha256_of

if TYPE_CHECKING:
    from licensing.documentchecks import Brought
    from licensing.models_verification import VerifyReport

EXIT_FAILED, EXIT_UNCHECKED = 1, 3
# Kinds whose outcome has words of its own.
WORDS = {"certificate": "verify.certificate-", "log-receipt": "log.receipt-"}

File = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="A licence, token, certificate, receipt, ..."),
]
Registries = Annotated[
    list[str] | None,
    typer.Option("--registry", help="did:key of a registry you trust (default: the one here)."),
]
At = Annotated[str | None, typer.Option(help="As of 2026-11-21T10:00:00Z (now).")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 3 when a step cannot be checked.")]


def _files(name: str, help_text: str) -> Any:
    return typer.Option(name, exists=True, dir_okay=False, help=help_text)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "verify")(verify)


def verify(
    cli: Cli,
    file: File,
    registry: Registries = None,
    *,
    more: Annotated[
        list[Path] | None, _files("--with", "What else is at hand: status list, state, key, ...")
    ] = None,
    status: Annotated[list[Path] | None, _files("--status", "The same as --with.")] = None,
    policy: Annotated[
        Path | None, _files("--policy", "Keys of log and witnesses (ebenbild log policy).")
    ] = None,
    of: Annotated[Path | None, _files("--of", "The document that a receipt is of.")] = None,
    media: Annotated[list[Path] | None, _files("--media", "The file that is spoken of.")] = None,
    at: At = None,
    strict: Strict = False,
) -> None:
    """Verify any signed document offline, in numbered steps.

    Licence, token, certificate, state, status list, standing declaration, framework, consent,
    mandate, key binding, receipt or manifest.
    """
    beside = [*(more or ()), *(status or ())]
    check(
        cli,
        file,
        registry or registry_here(cli),
        others=beside,
        policy=policy,
        of=of,
        media=media or (),
        at=at,
        strict=strict,
    )


def check(
    cli: Cli,
    file: Path,
    registries: list[str],
    *,
    others: list[Path],
    policy: Path | None = None,
    of: Path | None = None,
    media: "list[Path] | tuple[()]" = (),
    at: str | None = None,
    strict: bool = False,
) -> None:
    """Print every step and what it found; exit as the module says."""
    from core.clock import from_text, utc_now  # noqa: PLC0415
    from core.keys import verification_method  # noqa: PLC0415
    from core.tlogpolicy import parse_policy  # noqa: PLC0415
    from licensing.documentchecks import Brought  # noqa: PLC0415
    from licensing.documentkinds import verify_document  # noqa: PLC0415

    brought = Brought(
        at=utc_now() if at is None else from_text(at),
        registry_methods=frozenset(map(verification_method, registries)),
        others=tuple(path.read_bytes() for path in others),
        policy=None
        if policy is None
        else parse_policy(policy.read_bytes().decode(errors="replace")),
        of=None if of is None else of.read_bytes(),
        media_sha256=tuple(sha256_of(path) for path in media),
    )
    kind, report = verify_document(file.read_bytes(), brought)
    show_report(cli, kind, report, clock=_clock(cli, brought, given=at is not None))
    if not report.ok:
        raise typer.Exit(EXIT_FAILED)
    if strict and not report.complete:
        raise typer.Exit(EXIT_UNCHECKED)


def show_report(cli: Cli, kind: str, report: "VerifyReport", clock: str = "") -> None:
    """Every numbered step, what the document says, what stays open, and the outcome in a line."""
    steps: list[dict[str, Any]] = [
        {"number": s.number, "name": s.name, "state": s.state.value, "detail": s.detail}
        for s in report.steps
    ]
    doubts = [{"code": item.code, "detail": dict(item.detail)} for item in report.doubts]
    unchecked = [step["name"] for step in steps if step["state"] == "not-checked"]
    found: dict[str, Any] = {
        **report.said,
        "kind": kind,
        "ok": report.ok,
        "complete": report.complete,
        "vc_id": report.vc_id,
        "steps": steps,
        "unchecked": unchecked,
        "doubts": doubts,
        "clock": clock,
    }

    def render() -> None:
        rows = [
            (
                MARKS[s["state"]],
                s["number"],
                *(told(cli.lang, s[key]) for key in ("name", "detail")),
            )
            for s in steps
        ]
        table(("", "step", "what", "found"), rows)
        fields(_flat(report.said))
        outcome = "good" if report.complete else "partly" if report.ok else "bad"
        say(text(cli.lang, f"{WORDS.get(kind, 'verify.')}{outcome}"))
        for item in doubts:
            note(f"? {reason(cli.lang, item)}")
        if clock:
            note(clock)

    emit(cli, found, render)


def registry_here(cli: Cli) -> list[str]:
    """The key of the registry in the data folder; none where there is no registry."""
    from core.errors import Unavailable  # noqa: PLC0415
    from core.init import REGISTRY_KEY_FILE  # noqa: PLC0415
    from core.keys import load_key  # noqa: PLC0415

    try:
        return [load_key(cli.settings().keys_dir / REGISTRY_KEY_FILE).did]
    except Unavailable:
        note(text(cli.lang, "verify.no-registry"))
        return []


def _clock(cli: Cli, brought: "Brought", *, given: bool) -> str:
    from core.clock import to_text  # noqa: PLC0415

    said = "verify.clock-given" if given else "verify.clock"
    return text(cli.lang, said, at=to_text(brought.at))


def _flat(said: Any) -> dict[str, Any]:
    """Tables inside as `name: value` lines."""
    return {
        name: [f"{key}: {each}" for key, each in value.items()]
        if isinstance(value, dict)
        else value
        for name, value in said.items()
    }
