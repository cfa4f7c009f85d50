"""Settings of keys that the registry holds sealed for agencies."""

from pydantic import BaseModel, ConfigDict, Field


class AgencySettings(BaseModel):
    """How much an agency may sign with a key that is held for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signatures_per_day: int = Field(
        default=50,
        ge=1,
        description="Documents that may be signed with one held key within 24 hours.",
    )
