"""What declarations and terms look like, for the description alone; their own readers judge them.

A request holds them as they came; `registry.declaration` and `licensing.terms` read them strictly,
with sentences of their own. A test holds these forms to what those know.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import TypedDict

from fingerprint.models import Modality
from licensing.models import Context, TariffKind
from registry.models.works import (
    AiShare,
    CutFormat,
    Descriptor,
    KindOfUse,
    Medium,
    Privilege,
    Stage,
)

CLOSED = ConfigDict(extra="forbid")
_typed: Any = TypedDict
Many = Annotated[list[str] | Literal["*"], Field(description='"*" for any.')]


class UseForm(TypedDict):
    """A performer who is in the cut, and how."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    performer_id: str
    kind: KindOfUse
    modality: NotRequired[Annotated[Modality, Field(description="Left out: all it concerns.")]]
    engagement_ref: NotRequired[Annotated[str, Field(description="Contract of an actor.")]]
    privilege: NotRequired[Annotated[Privilege, Field(description="A person decides.")]]
    inherited: NotRequired[bool]


class ExtrasForm(TypedDict):
    """Extras who signed a release; `where` is in milliseconds of the cut."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    reference: str
    count: NotRequired[Annotated[int, Field(ge=1)]]
    where: NotRequired[list[Annotated[list[int], Field(min_length=2, max_length=2)]]]


class FigureForm(TypedDict):
    """An invented figure of yours that is in the cut."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    character_id: str
    inherited: NotRequired[bool]


class AiUseForm(TypedDict, total=False):
    """How much of each part a machine made."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    script: AiShare
    visuals: AiShare
    voice: AiShare
    effects: AiShare


class DeclarationForm(TypedDict, total=False):
    """What a studio says about a cut (docs/files.md).

    `release_at`, `territories`, `medium` and `language` are due, unless a work above says them.
    """

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    release_at: date
    territories: Annotated[list[str], Field(description='ISO 3166-1 alpha-2, or "*" alone.')]
    medium: Medium
    language: Annotated[str, Field(description="BCP 47.")]
    uses: list[UseForm]
    ai_labelled: bool
    stage: Stage
    audience_test_days: int
    descriptors: list[Descriptor]
    ai_use: AiUseForm
    dataset: Annotated[bool, Field(description="Material to train a model with.")]
    extras: list[ExtrasForm]
    figures: list[FigureForm]


class TariffForm(TypedDict):
    """A price: a `rate` as decimal text, or with the kind `tariff` the `id` of a published one."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    kind: TariffKind
    currency: Annotated[str, Field(description="ISO 4217.")]
    rate: NotRequired[Annotated[str, Field(examples=["0.25"])]]
    id: NotRequired[str]
    version: NotRequired[int]
    digest: NotRequired[str]


class StageRateForm(TariffForm):
    """A price for one stage."""

    stage: Stage


class TemplateForm(TypedDict):
    """A standard contract, in the version and words that were read."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    id: str
    version: str
    digest: str


class FormationForm(TypedDict, total=False):
    """How an agreement came about."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    written: bool
    separate_agreement: bool
    conspicuous: bool
    counsel: bool
    union_agreement: bool
    court_approval_ref: str
    agency_key: bool


class TermsForm(TypedDict):
    """What a performer allows one licensee (docs/files.md)."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    performer_id: str
    licensee_id: str
    kinds: list[KindOfUse]
    modalities: list[Modality]
    territories: Many
    languages: Many
    media: Many
    works: Many
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    tariff: TariffForm
    seconds_max: NotRequired[int | None]
    contexts_prohibited: NotRequired[list[Context]]
    label_ai: NotRequired[bool]
    description: NotRequired[str]
    formats: NotRequired[list[CutFormat] | Literal["*"] | list[Literal["*"]]]
    stages: NotRequired[list[Stage]]
    audience_test_days_max: NotRequired[int | None]
    stage_rates: NotRequired[list[StageRateForm]]
    uses_max: NotRequired[int | None]
    exclusive: NotRequired[bool]
    sublicensable: NotRequired[bool]
    parent_licence_id: NotRequired[str]
    approval_per_cut: NotRequired[bool]
    use_notice_hours: NotRequired[int]
    termination_notice_days: NotRequired[int]
    post_mortem: NotRequired[bool]
    paid_directly: NotRequired[bool]
    template: NotRequired[TemplateForm]
    framework_id: NotRequired[str]
    framework_version: NotRequired[str]
    framework_digest: NotRequired[str]
    formation: NotRequired[FormationForm]


# Some fields of a terms file, such as a contract template has them.
SomeTermsForm: Any = _typed("SomeTermsForm", dict(TermsForm.__annotations__), total=False)


@dataclass(frozen=True, slots=True)
class Looks:
    """Describes a value by a form that does not judge it."""

    form: Any

    def __get_pydantic_json_schema__(
        self, _own: CoreSchema, describe: Callable[[CoreSchema], JsonSchemaValue]
    ) -> JsonSchemaValue:
        """The form's description in place of that of any object."""
        return describe(TypeAdapter(self.form).core_schema)


Declared = Annotated[dict[str, Any], Looks(DeclarationForm)]
Agreed = Annotated[dict[str, Any], Looks(TermsForm)]
Price = Annotated[dict[str, Any], Looks(TariffForm)]
