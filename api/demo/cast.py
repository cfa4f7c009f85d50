"""Who plays in the story: made on the spot, or read from the user's own folder.

A folder of one's own holds one subfolder per performer with samples in it, and the files to clear
beside those subfolders. The last performer by name refuses, so that the story keeps its point.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.demo.papers import Declared
from api.demo.season import Material
from core.errors import BadInput

SOUND = {".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus"}
STILL = {".jpg", ".jpeg", ".png", ".webp"}
FILM = {".mp4", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".avi"}
KIND_OF_USE = {"voice": "synthesise_voice", "face": "replicate_face"}


@dataclass(frozen=True, slots=True)
class Licence:
    """What a performer grants: one modality, one tariff."""

    modality: str
    tariff: str
    rate: str


@dataclass(frozen=True, slots=True)
class Role:
    """A performer of the story: samples to enrol, and what is granted (nothing: a refusal)."""

    name: str
    samples: tuple[Path, ...]
    licences: tuple[Licence, ...]


@dataclass(frozen=True, slots=True)
class CutFile:
    """A file to clear, and which roles (by number) the studio declares in it."""

    label: str
    format: str
    file: Path
    cast: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """All that the story needs; `broken` is a file nobody can play, where there is one.

    `newcomers` are the files for whoever tries the demonstration, by their names there;
    `season` is what goes on after the story.
    """

    title: str
    roles: tuple[Role, ...]
    cuts: tuple[CutFile, ...]
    broken: Path | None
    newcomers: Mapping[str, Path] = field(default_factory=dict)
    season: Material | None = None


def made(folder: Path, progress: Callable[[str], None]) -> Cast:
    """Synthetic voices and a moving portrait, made in `folder` where they are missing."""
    # The makers need the `demo` extra; a story on one's own files does not.
    from api.demo.films import for_newcomers, for_the_season, make  # noqa: PLC0415
    from api.demo.script import PARTS  # noqa: PLC0415

    media = make(folder, progress)
    names = [part.name for part in PARTS]
    voice, face = Licence("voice", "per_minute", "90"), Licence("face", "per_view", "0.0125")
    own = Licence("voice", "per_minute", "60")
    return Cast(
        title="Two lighthouses",
        roles=(
            Role(names[0], media.samples[0], (voice,)),
            Role(names[1], (*media.samples[1], media.portrait), (own, face)),
            Role(names[2], media.samples[2], ()),
        ),
        cuts=(
            CutFile("Feature", "horizontal", media.horizontal, (0, 1)),
            CutFile("Episode 1", "vertical", media.vertical, (0, 1, 2)),
        ),
        broken=media.broken,
        newcomers=for_newcomers(folder, progress),
        season=for_the_season(folder, progress),
    )


def own(folder: Path) -> Cast:
    """The user's own files in `folder`; raises BadInput where a part is missing."""
    people = sorted(item for item in folder.iterdir() if item.is_dir()) if folder.is_dir() else []
    roles = [_role(person) for person in people]
    roles = [role for role in roles if role.samples]
    files = [
        item for item in sorted(folder.glob("*")) if item.suffix.lower() in SOUND | FILM | STILL
    ]
    if not roles or not files:
        raise BadInput(
            f"{folder} holds {len(roles)} performers with samples and {len(files)} files to clear.",
            next_step="Make one subfolder per performer with sound, stills or films of that person "
            "in it, and put the films or recordings to clear beside those subfolders.",
            code="bad-demo-folder",
        )
    if len(roles) > 1:
        roles[-1] = Role(roles[-1].name, roles[-1].samples, ())
    everyone = tuple(range(len(roles)))
    cuts = tuple(CutFile(file.stem, "horizontal", file, everyone) for file in files)
    return Cast(title=folder.resolve().name, roles=tuple(roles), cuts=cuts, broken=None)


def declared(cast: Cast, cut: CutFile, performer_ids: list[str]) -> list[Declared]:
    """Everybody the studio names in a cut, with the kind of use for each modality enrolled."""
    return [
        Declared(performer_ids[number], KIND_OF_USE[modality], modality)
        for number in cut.cast
        for modality in modalities(cast.roles[number])
    ]


def modalities(role: Role) -> list[str]:
    """What the samples of a role can show of it."""
    heard = any(path.suffix.lower() in SOUND | FILM for path in role.samples)
    seen = any(path.suffix.lower() in STILL | FILM for path in role.samples)
    return ["voice"] * heard + ["face"] * seen


def _role(folder: Path) -> Role:
    known = SOUND | FILM | STILL
    samples = tuple(path for path in sorted(folder.iterdir()) if path.suffix.lower() in known)
    bare = Role(folder.name, samples, ())
    rates = {"voice": ("per_minute", "90"), "face": ("per_view", "0.0125")}
    return Role(bare.name, samples, tuple(Licence(part, *rates[part]) for part in modalities(bare)))
