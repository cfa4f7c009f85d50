"""`rematch` and `reindex`: bring past scans and the search up to date with what is enrolled."""

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, progress, say
from api.web.texts import text


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "rematch")(rematch)
    command(app, "reindex")(reindex)


def rematch(cli: Cli) -> None:
    """Search past scans for performers who enrolled later; no media is decoded again."""
    with cli.client() as client:
        started = client.post("/v1/rematches")
        with progress(text(cli.lang, "rematch.label")) as bar:
            ended = [client.wait(job["id"], bar) for job in started]
    failed = [job for job in ended if job["state"] != "done"]
    found = {"scans": len(ended), "failed": [job["id"] for job in failed]}
    emit(cli, found, lambda: say(text(cli.lang, "rematch.report", **found)))
    if failed:
        raise typer.Exit(1)


def reindex(cli: Cli) -> None:
    """Rebuild search, archive and their sealed files; check that everything sealed opens."""
    from api.reindexing import NO_MODELS, rebuild  # noqa: PLC0415

    found = rebuild(cli.settings())

    def state(name: str) -> str:
        return text(cli.lang, f"reindex.file.{found[name]}")

    def report() -> None:
        say(text(cli.lang, "reindex.report", **{**found, "file": state("file")}))
        if found["archive_file"] == NO_MODELS:
            say(text(cli.lang, "reindex.no-models"))
        else:
            told = {"archived": found["archived"], "file": state("archive_file")}
            say(text(cli.lang, "reindex.archive", **told))

    emit(cli, found, report)
