"""Works, cuts and what a studio declares about them, as frozen values; kinds of use by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fingerprint.models import Modality, Span

ANYWHERE = "*"


class KindOfUse(StrEnum):
    """What was done with a likeness; training is a kind of its own and never implied."""

    OWN_PERFORMANCE = "own_performance"
    SYNTHESISE_VOICE = "synthesise_voice"
    REPLICATE_FACE = "replicate_face"
    FULL_REPLICA = "full_replica"
    EDIT = "edit"
    BLEND = "blend"
    ENHANCE = "enhance"
    DUB = "dub"
    DE_AGE = "de_age"
    ARCHIVE_REUSE = "archive_reuse"
    TRAIN_MODEL = "train_model"
    TEXT_AND_DATA_MINING = "text_and_data_mining"


class WorkLevel(StrEnum):
    """Where a work stands in the tree universe -> series or film -> season -> episode."""

    UNIVERSE = "universe"
    SERIES = "series"
    FILM = "film"
    SEASON = "season"
    EPISODE = "episode"


class CutFormat(StrEnum):
    """Which concrete version of a work a cut is."""

    FEATURE = "feature"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    TRAILER = "trailer"
    DUB = "dub"


class Medium(StrEnum):
    """Where a cut is shown; licences are limited by it."""

    SERIES = "series"
    FILM = "film"
    ADVERT = "advert"
    GAME = "game"
    PODCAST = "podcast"
    SOCIAL = "social"
    GRAPHIC_NOVEL = "graphic_novel"


class Stage(StrEnum):
    """How far a cut goes: to a few people who decide, to a test audience, to everybody."""

    PITCH = "pitch"
    AUDIENCE_TEST = "audience_test"
    RELEASE = "release"


class Descriptor(StrEnum):
    """What a cut is about, as its studio describes it; met against prohibited contexts."""

    POLITICAL = "political"
    SEXUAL = "sexual"
    MEDICAL = "medical"
    ADVERTISING = "advertising"
    DEFAMATORY = "defamatory"
    GAMBLING = "gambling"
    ALCOHOL = "alcohol"
    VIOLENCE = "violence"


class Privilege(StrEnum):
    """Why a use is said to need no consent; no machine can tell, so a person decides."""

    NEWS = "news"
    DOCUMENTARY = "documentary"
    PARODY = "parody"
    FLEETING = "fleeting"


class AiShare(StrEnum):
    """How much of one part of a cut a machine made."""

    NONE = "none"
    ASSISTED = "assisted"
    GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class AiUse:
    """The statement per cut of what a machine made; `None` where nothing was stated."""

    script: AiShare | None = None
    visuals: AiShare | None = None
    voice: AiShare | None = None
    effects: AiShare | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A title in the tree of works; `identifiers` maps a scheme (ISAN, EIDR) to a value."""

    id: str
    tenant_id: str
    level: WorkLevel
    parent_id: str | None
    title: str
    identifiers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """One concrete version of a work."""

    id: str
    tenant_id: str
    work_id: str
    label: str
    format: CutFormat
    language: str
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class DeclaredUse:
    """One performer whom the studio says is in the cut, and how.

    `modality` `None` means every modality that the kind concerns. `engagement_ref` names the
    contract behind an own performance; performer and union may contest it. `privilege` is the
    claim that this use needs no consent. What is `inherited` was declared for the series: this cut
    may well do without.
    """

    performer_id: str
    kind: KindOfUse
    modality: Modality | None = None
    engagement_ref: str = ""
    privilege: Privilege | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredExtras:
    """People who signed a release as extras: its reference, how many signed, and where they are.

    `where` is in milliseconds of the cut and empty for all of it. No names: the release has them.
    """

    reference: str
    count: int = 1
    where: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredFigure:
    """An enrolled invented figure that is in the cut; what is `inherited` may well be absent."""

    character_id: str
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a studio says about a submission; licences are decided against it.

    `territories` are ISO 3166-1 alpha-2 codes or `("*",)`, `language` is a BCP 47 tag.
    `audience_test_days` is how long a test audience sees it, `descriptors` what it is about.
    `dataset` says that it is material to train a model with: everybody in it is used for that.
    """

    release_at: date
    territories: tuple[str, ...]
    medium: Medium
    language: str
    uses: tuple[DeclaredUse, ...] = ()
    ai_labelled: bool = False
    stage: Stage = Stage.RELEASE
    audience_test_days: int | None = None
    descriptors: tuple[Descriptor, ...] = ()
    ai_use: AiUse = AiUse()
    dataset: bool = False
    extras: tuple[DeclaredExtras, ...] = ()
    figures: tuple[DeclaredFigure, ...] = ()
