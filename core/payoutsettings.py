"""Settings of paying out what was earned."""

from pydantic import BaseModel, ConfigDict, Field


class PayoutSettings(BaseModel):
    """How money leaves the registry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cooling_days: int = Field(
        default=7,
        ge=0,
        le=90,
        description="Days before another account of a payee counts; nothing is paid to the payee "
        "meanwhile, and everybody on that side has been told.",
    )
    minimum: str = Field(
        default="10",
        pattern=r"^\d{1,9}(\.\d{1,2})?$",
        description="What a payee is owed at least, in units of the currency, before anything is "
        "sent; less is carried forward.",
    )
