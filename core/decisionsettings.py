"""Settings of when a find counts."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rate = Annotated[float, Field(gt=0, lt=1)]
Number = Annotated[float, Field(gt=0, le=1000)]


class DecisionSettings(BaseModel):
    """When a find counts: the false alarms that one submission may cause."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    false_matches_per_submission: Number = Field(
        default=0.01,
        description="How many people who are not enrolled may get a name in one submission, on "
        "average and without a person's look. 0.01 is one false match in a hundred films; no "
        "search may cause more than 0.001, however few a submission makes.",
    )
    false_reviews_per_submission: Number = Field(
        default=0.5,
        description="The same number laid before a person; at least "
        "false_matches_per_submission. 0.5 is one needless look in two films; no search may "
        "cause more than 0.02.",
    )
    cast_share: Rate = Field(
        default=0.5,
        description="Share of both numbers that the search among the declared cast may use, as "
        "a fraction of 1; all of it is the whole gallery's where nobody is declared.",
    )
    voice_match_ms_min: int = Field(
        default=3000,
        ge=0,
        description="Least speech of one speaker that a match may rest on, in milliseconds; "
        "shorter finds go to review.",
    )
    voice_review_ms_min: int = Field(
        default=1000,
        ge=0,
        description="Least speech of one speaker that is compared at all, in milliseconds.",
    )
    margin_min: float = Field(
        default=0.5,
        ge=0,
        le=20,
        description="Least lead over the next best find that a match needs, in standard "
        "deviations of strangers' scores.",
    )

    @model_validator(mode="after")
    def _review_is_wider(self) -> Self:
        if self.false_reviews_per_submission < self.false_matches_per_submission:
            raise ValueError(
                "false_reviews_per_submission must be at least false_matches_per_submission"
            )
        return self
