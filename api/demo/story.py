"""The main job from end to end, told through the product's own commands.

enrol, licence, submit, scan, clear, usage, accrue, statement: on media made on the spot, or on the
user's own files. Each run has a folder of its own, so nothing made earlier is touched.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.demo import aftermath, banking, papers, season, visitors
from api.demo.cast import KIND_OF_USE, Cast, CutFile, Role, declared, made, own
from api.demo.shell import acting_as, ask, remark, scene, show
from core.clock import Clock, living_behind, utc_now
from core.files import create_private

VIEWS = (("DE", 120_000), ("AT", 18_000))
ANY_VERDICT = (0, 2, 3)
LATEST = "latest"
BEGAN_BEFORE = timedelta(days=92)


def tell(folder: Path, media: Path | None, lang: str) -> None:
    """Tell the story in a new folder below `folder`; prints to the terminal as it goes.

    On made media it begins three months ago and goes on to this day.
    """
    with living_behind() as clock:
        _tell(folder, media, lang, clock)


def _tell(folder: Path, media: Path | None, lang: str, clock: Clock) -> None:
    run = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
    run.mkdir(parents=True)
    scene("Media")
    cast = own(media) if media else made(folder / "media", lambda name: remark(f"making {name}"))
    remark(f"{len(cast.roles)} performers, {len(cast.cuts)} files to clear")
    if cast.season is not None:
        clock.set_behind(BEGAN_BEFORE)
        remark(f"the story begins on {utc_now():%d %B %Y}, three months ago")
    data = run / "registry"
    os.environ["EBENBILD_DATA_DIR"] = str(data)
    scene("A registry of your own")
    remark("a demonstration: one person runs it, and new prints are searched at once")
    show("init")
    visitors.declare(data)
    agency = _organisation(run, "Agency")
    studio = _organisation(run, "Studio")
    visitors.seat(data, agency["id"], studio["id"])
    with acting_as("The agency enrols its performers and signs what they allow", agency["api_key"]):
        performers = [_enrol(run, number, role) for number, role in enumerate(cast.roles)]
        for number, role in enumerate(cast.roles):
            _grant(run, number, role, performers[number], studio["id"])
    with acting_as("The studio asks: may we release this?", studio["api_key"]):
        clearances = [_clear(run, cast, cut, performers) for cut in cast.cuts]
        if cast.broken is not None:
            _try_broken(run, cast, performers)
        period = _report_views(run, clearances)
        show("accrue")
        for cut, clearance in zip(cast.cuts, clearances, strict=True):
            scene(f"Clearance report: {cut.label}")
            show("report", "clearance", clearance["id"], "--lang", lang)
    with acting_as("The agency reads what its performers earned", agency["api_key"]):
        scene("Royalty statements")
        for performer, role in zip(performers, cast.roles, strict=True):
            if role.licences:
                show("report", "statement", performer, "--period", period, "--lang", lang)
    paid = {
        one: role.name for one, role in zip(performers, cast.roles, strict=True) if role.licences
    }
    batch = banking.pay(run, agency, studio, paid, lang)
    if cast.season is not None:
        scene("Three months go by")
        who = {season.GERMAN: performers[0], season.ENGLISH: performers[1]}
        told = aftermath.begin(run, clock, agency, studio, who=who, cleared=clearances)
        told.companions.never_for(performers[2], run / "performer-3.key")
        told.office.answered(batch)
        told.tell(cast.season, BEGAN_BEFORE)
        remark(f"{len(told.cuts)} cuts, {len(told.who)} voices; it is today")
    scene("Do the books balance?")
    show("report", "trial-balance", "--lang", lang)
    visitors.equip(data, cast.newcomers)
    _point_at(folder / LATEST, run)
    _next(data, run, clearances)


def _point_at(link: Path, run: Path) -> None:
    """Have `make serve` find this run, unless the folder cannot hold links."""
    draft = link.with_name(f".{link.name}-{os.getpid()}")
    with suppress(OSError):
        draft.symlink_to(run.name)
        draft.replace(link)


def _organisation(run: Path, name: str) -> Any:
    """Add an organisation; its API key is kept in a file that only the owner can read."""
    added = ask("tenant", "add", name, "--kind", name.lower())
    create_private(run / f"{name.lower()}.apikey", added["api_key"].encode() + b"\n")
    return added


def _enrol(run: Path, number: int, role: Role) -> str:
    key = run / f"performer-{number + 1}.key"
    ask("key", "new", str(key))
    performer = ask("performer", "add", role.name, "--key", str(key))["id"]
    show("enrol", performer, *map(str, role.samples), "--key", str(key), "--yes")
    return str(performer)


def _grant(run: Path, number: int, role: Role, performer: str, studio: str) -> None:
    if not role.licences:
        remark(f"{role.name} signs no licence.")
    for licence in role.licences:
        name = f"performer-{number + 1}-{licence.modality}"
        terms = papers.licence_terms(
            run / f"{name}.toml",
            performer=performer,
            licensee=studio,
            kind=KIND_OF_USE[licence.modality],
            modality=licence.modality,
            tariff=licence.tariff,
            rate=licence.rate,
        )
        key, out = run / f"performer-{number + 1}.key", run / f"{name}.licence.json"
        ask("licence", "new", str(terms), "--key", str(key), "--yes", "--out", str(out))


def _clear(run: Path, cast: Cast, cut: CutFile, performers: list[str]) -> Any:
    scene(f"{cut.label} ({cut.format})")
    paper = _declare(run, cast, cut, performers)
    found = ask("clear", str(cut.file), "--declare", str(paper), expect=ANY_VERDICT)
    remark(f"{cut.file.name}: {found['verdict']}")
    return found


def _declare(run: Path, cast: Cast, cut: CutFile, performers: list[str]) -> Path:
    name = cut.label.lower().replace(" ", "-")
    return papers.declaration(
        run / f"{name}.toml",
        title=cast.title,
        label=cut.label,
        format_=cut.format,
        uses=declared(cast, cut, performers),
    )


def _try_broken(run: Path, cast: Cast, performers: list[str]) -> None:
    scene("A broken file")
    assert cast.broken is not None
    cut = CutFile("Broken upload", "horizontal", cast.broken, cast.cuts[0].cast)
    paper = _declare(run, cast, cut, performers)
    show("clear", str(cast.broken), "--declare", str(paper), expect=(1,))


def _report_views(run: Path, clearances: list[Any]) -> str:
    """Hand in a usage report for every cut, for this month."""
    scene("How often they were shown")
    period = f"{utc_now():%Y-%m}"
    for clearance in clearances:
        cut = clearance["cut_id"]
        path = papers.usage_report(run / f"usage-{cut}.csv", cut=cut, period=period, views=VIEWS)
        show("usage", "import", str(path))
    return period


def _next(data: Path, run: Path, clearances: list[Any]) -> None:
    scene("What to do next")
    licences = sorted(run.glob("*.licence.json"))
    remark("Everything above is in a registry of your own; look around in it:")
    models = os.environ.get("EBENBILD_MODELS_DIR")
    lines = [
        *([". .venv/bin/activate"] if Path(".venv").is_dir() else []),
        f"export EBENBILD_DATA_DIR={data}" + (f" EBENBILD_MODELS_DIR={models}" if models else ""),
        "ebenbild doctor",
        f"export EBENBILD_API_KEY=$(cat {run / 'studio.apikey'})    # you are the studio now",
        f"ebenbild report clearance {clearances[-1]['id']} --html report.html",
        *([f"ebenbild verify {licences[0]}"] if licences else []),
        "ebenbild serve    # or `make serve`: open http://localhost:8420, come in as any of them",
        "make demo MEDIA=folder    # the same on your own files",
    ]
    for line in lines:
        remark(f"  {line}")
