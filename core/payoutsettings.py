"""Settings of paying out what was earned."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_AMOUNT = r"\d{1,9}(\.\d{1,3})?"


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
        default="EUR 10, USD 10, GBP 10, CHF 10, CAD 15, AUD 15, DKK 75, NOK 100, SEK 100, PLN 40, "
        "CZK 250, HUF 4000, JPY 1500",
        pattern=rf"^({_AMOUNT}|[A-Z]{{3}} {_AMOUNT}(, [A-Z]{{3}} {_AMOUNT})*)$",
        description="What a payee is owed at least before anything is sent, currency by currency; "
        "less is carried forward, and in a currency without an amount nothing is sent. A number "
        "alone is in EUR.",
    )
    remind_days: tuple[int, ...] = Field(
        default=(5, 15),
        max_length=12,
        description="Days after a batch was sent on which its book is reminded of payouts that no "
        "bank answered, each once; a JSON list such as `[5, 15]`.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.remind_days != tuple(sorted({*self.remind_days} - {0})):
            raise ValueError("remind_days follow one another")
        return self
