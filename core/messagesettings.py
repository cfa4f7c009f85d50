"""Settings of what goes out: events to programs, mail to people, checkpoints to witnesses.

They stand apart from the rest because none of them changes what the registry decides.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class WebhookSettings(BaseModel):
    """How events reach the programs of others."""

    model_config = _FROZEN

    timeout_seconds: int = Field(
        default=15, ge=1, le=60, description="Longest time for one attempt to call a webhook."
    )
    expiring_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="Days before the end of a licence on which both sides are told of it "
        "(`licence.expiring`).",
    )
    loopback: bool = Field(
        default=False,
        description="Whether webhooks may call this very machine, unencrypted too; for "
        "development only, because such a call comes from inside.",
    )


class LogSettings(BaseModel):
    """How the public log and its witnesses work together."""

    model_config = _FROZEN

    quorum: int = Field(
        default=0,
        ge=0,
        le=32,
        description="How many of the log's witnesses have to cosign a checkpoint before receipts "
        "rest on it; 0 is more than half of them.",
    )


class MailSettings(BaseModel):
    """The mail server that sends notices; without one they are shown in the inbox only."""

    model_config = _FROZEN

    host: str = Field(default="", description="Mail server; empty sends no mail.")
    port: int = Field(default=587, ge=1, le=65535, description="TCP port of the mail server.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="Encryption to the mail server; `none` only for one on this machine.",
    )
    user: str = Field(default="", description="User at the mail server; empty signs in as nobody.")
    password: SecretStr = Field(default=SecretStr(""), description="Password of that user.")
    sender: str = Field(
        default="ebenbild@localhost.invalid", description="Address that notices come from."
    )
    timeout_seconds: int = Field(
        default=20, ge=1, le=120, description="Longest silence of the mail server, in seconds."
    )
