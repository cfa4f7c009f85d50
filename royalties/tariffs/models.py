"""The nouns of tariffs: eight kinds with their parameters, weights, and the tariff itself.

A tariff is one version of one document, dated and with its source; it never changes once anything
rests on it. Shares, weights and steps are exact fractions, amounts whole millionths. The aliases
are the names of the fields in a document (`royalties.tariffs.documents`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from licensing.rulepacks.models import Certainty
from registry.models.works import CutFormat, KindOfUse
from royalties.tariffs.forms import (
    CLOSED,
    LIST_MAX,
    Amount,
    Count,
    Currency,
    Factor,
    Place,
    Said,
    Share,
    Slug,
    Time,
)


class Kind(StrEnum):
    """What a tariff counts."""

    PER_MINUTE = "per_minute"
    PER_VIEW = "per_view"
    SUBSCRIPTION_POOL = "subscription_pool"
    REVENUE_SHARE = "revenue_share"
    RETENTION_TIERS = "retention_tiers"
    MICRO_PAYMENT = "micro_payment"
    FLAT = "flat"
    TRAINING_POOL = "training_pool"


class IncomeKind(StrEnum):
    """Where a licensee's money came from; a tariff says which of it counts."""

    VIEWS = "views"
    SUBSCRIPTIONS = "subscriptions"
    MICRO_PAYMENTS = "micro_payments"
    ADVERTS = "adverts"
    BRAND_PARTNERSHIPS = "brand_partnerships"
    TRAINING = "training"
    FLAT_FEES = "flat_fees"


class Split(StrEnum):
    """EACH use is paid by itself; by POINTS one amount is divided over everybody in the cut."""

    EACH = "each"
    POINTS = "points"


class Role(StrEnum):
    """How large a part somebody has in a cut."""

    LEAD = "lead"
    SUPPORT = "support"
    BACKGROUND = "background"


class Per(StrEnum):
    """What a flat fee is paid for."""

    WORK = "work"
    CUT = "cut"
    DAY = "day"


class Viewed(StrEnum):
    """Which count of a usage line is meant."""

    VIEWS = "views"
    UNIQUE_VIEWS = "unique_views"


@dataclass(frozen=True, slots=True)
class RateStep:
    """The rate of every view from the count `at` on, up to the next step."""

    __pydantic_config__ = CLOSED

    at: Annotated[Count, Field(alias="from")]
    rate_micro: Annotated[Amount, Field(alias="rate")]


@dataclass(frozen=True, slots=True)
class ShareStep:
    """The share of every unit of income from the amount `at` on, up to the next step."""

    __pydantic_config__ = CLOSED

    at: Annotated[Amount, Field(alias="from")]
    share: Share


@dataclass(frozen=True, slots=True)
class RetentionStep:
    """The share of the whole income once the part of viewers who stay reaches `at`."""

    __pydantic_config__ = CLOSED

    at: Annotated[Share, Field(alias="from")]
    share: Share


@dataclass(frozen=True, slots=True)
class PerMinute:
    """Licensed minutes x rate x territory factor; without a rate the licence names it."""

    __pydantic_config__ = CLOSED

    rate_micro: Annotated[Amount | None, Field(alias="rate")] = None
    kind: Literal[Kind.PER_MINUTE] = Kind.PER_MINUTE


@dataclass(frozen=True, slots=True)
class PerView:
    """Views x rate, graded by steps; without steps the licence names one rate."""

    __pydantic_config__ = CLOSED

    steps: Annotated[tuple[RateStep, ...], Field(max_length=LIST_MAX)] = ()
    counted: Viewed = Viewed.VIEWS
    kind: Literal[Kind.PER_VIEW] = Kind.PER_VIEW

    def __post_init__(self) -> None:
        if self.steps:
            _rising([step.at for step in self.steps])


@dataclass(frozen=True, slots=True)
class SubscriptionPool:
    """Subscribers x price x share, divided over all titles by unique views x watched time."""

    __pydantic_config__ = CLOSED

    price_micro: Annotated[Amount, Field(alias="price")]
    share: Share
    kind: Literal[Kind.SUBSCRIPTION_POOL] = Kind.SUBSCRIPTION_POOL


@dataclass(frozen=True, slots=True)
class RevenueShare:
    """A share of net income, graded by steps."""

    __pydantic_config__ = CLOSED

    steps: Annotated[tuple[ShareStep, ...], Field(min_length=1, max_length=LIST_MAX)]
    kind: Literal[Kind.REVENUE_SHARE] = Kind.REVENUE_SHARE

    def __post_init__(self) -> None:
        _rising([step.at for step in self.steps])


@dataclass(frozen=True, slots=True)
class RetentionTiers:
    """A share of income that depends on the part of viewers who stay to the end."""

    __pydantic_config__ = CLOSED

    steps: Annotated[tuple[RetentionStep, ...], Field(min_length=1, max_length=LIST_MAX)]
    kind: Literal[Kind.RETENTION_TIERS] = Kind.RETENTION_TIERS

    def __post_init__(self) -> None:
        _rising([step.at for step in self.steps])
        if any(after.share < before.share for before, after in pairwise(self.steps)):
            raise ValueError("a share never falls as more viewers stay")


@dataclass(frozen=True, slots=True)
class MicroPayment:
    """A share of pay-per-episode income, divided over the episodes by what was paid for them.

    A free episode counts its views x `free_weight`, since it is what makes people pay.
    """

    __pydantic_config__ = CLOSED

    share: Share
    free_weight: Factor = Fraction(0)
    kind: Literal[Kind.MICRO_PAYMENT] = Kind.MICRO_PAYMENT


@dataclass(frozen=True, slots=True)
class Flat:
    """A fee once for each work or cut, or for each day; `minimum` bounds a part of a day."""

    __pydantic_config__ = CLOSED

    per: Per
    fee_micro: Annotated[Amount | None, Field(alias="fee")] = None
    kind: Literal[Kind.FLAT] = Kind.FLAT


@dataclass(frozen=True, slots=True)
class TrainingPool:
    """Training money equally by performer and work, and a share of what outputs earn beside it.

    Output money goes to whom outputs name; that of outputs which name nobody is divided as the
    training money is, by analogy.
    """

    __pydantic_config__ = CLOSED

    training_share: Share
    output_share: Share
    kind: Literal[Kind.TRAINING_POOL] = Kind.TRAINING_POOL


Params = Annotated[
    PerMinute
    | PerView
    | SubscriptionPool
    | RevenueShare
    | RetentionTiers
    | MicroPayment
    | Flat
    | TrainingPool,
    Field(discriminator="kind"),
]
POOLS = frozenset({Kind.SUBSCRIPTION_POOL, Kind.MICRO_PAYMENT, Kind.TRAINING_POOL})
# What is somebody's own by its kind, and what belongs to a whole line; the rest may be either.
SPLITS: Mapping[Kind, Split] = {
    Kind.PER_MINUTE: Split.EACH,
    Kind.FLAT: Split.EACH,
    Kind.TRAINING_POOL: Split.EACH,
    Kind.SUBSCRIPTION_POOL: Split.POINTS,
    Kind.MICRO_PAYMENT: Split.POINTS,
}
OF_INCOME = frozenset(
    {Kind.REVENUE_SHARE, Kind.RETENTION_TIERS, Kind.MICRO_PAYMENT, Kind.TRAINING_POOL}
)


@dataclass(frozen=True, slots=True)
class Weights:
    """Factors by kind of use, role, format and territory; what is not named counts 1.

    Kinds of use, roles and formats weigh somebody's points, territories an amount of money.
    """

    __pydantic_config__ = CLOSED

    kinds: Mapping[KindOfUse, Factor] = field(default_factory=dict)
    roles: Mapping[Role, Factor] = field(default_factory=dict)
    formats: Mapping[CutFormat, Factor] = field(default_factory=dict)
    territories: Mapping[Place, Factor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Title:
    """A name in both languages."""

    __pydantic_config__ = CLOSED

    en: Said
    de: Said


def _in_order(counts: tuple[IncomeKind, ...]) -> tuple[IncomeKind, ...]:
    if len(set(counts)) < len(counts):
        raise ValueError("a kind of income is named twice")
    return tuple(kind for kind in IncomeKind if kind in counts)


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of a tariff, in force `valid_from <= t < valid_until`.

    `minimum_micro` and `cap_micro` bound one amount: a usage line's or, of a pool, the whole.
    """

    __pydantic_config__ = CLOSED

    id: Slug
    version: Annotated[int, Field(ge=1, le=999_999)]
    title: Title
    currency: Currency
    valid_from: Time
    source: Said
    certainty: Certainty
    params: Params
    split: Split
    valid_until: Time | None = None
    counts: Annotated[tuple[IncomeKind, ...], AfterValidator(_in_order)] = ()
    minimum_micro: Annotated[Amount, Field(alias="minimum")] = 0
    cap_micro: Annotated[Amount | None, Field(alias="cap")] = None
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("valid_until lies after valid_from")
        if self.cap_micro is not None and self.cap_micro < self.minimum_micro:
            raise ValueError("the cap lies below the minimum")
        if bool(self.counts) != (self.kind in OF_INCOME):
            raise ValueError("counts names kinds of income where income counts, and only there")
        wanted = SPLITS.get(self.kind, self.split)
        if self.split is not wanted:
            raise ValueError(f"a {self.kind.value} is split by {wanted.value}")
        if self.weights.territories and self.kind in OF_INCOME:
            raise ValueError("territories weigh no income, which was earned there already")

    @property
    def kind(self) -> Kind:
        """What it counts."""
        return self.params.kind


def _rising(steps: Sequence[int | Fraction]) -> None:
    if steps[0] != 0 or any(after <= before for before, after in pairwise(steps)):
        raise ValueError("steps begin at 0 and rise")
