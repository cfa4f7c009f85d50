"""Settings of the key that wraps all others, and of the one it replaces."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class KekSettings(BaseModel):
    """Where the key-encryption key is kept that wraps all others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["file", "environment", "command", "transit", "none"] = Field(
        default="file",
        description="`file` beside the keystore (for development), `environment` for a variable, "
        "`command` for a program, `transit` for a key management service.",
    )
    variable: str = Field(
        default="EBENBILD_KEK_KEY",
        min_length=1,
        description="With `environment`: the variable that holds the key, 64 hexadecimal digits.",
    )
    command: str = Field(
        default="",
        description="With `command`: the program and its arguments; it reads and writes one JSON "
        "object (docs/security.md).",
    )
    transit_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s]+)?$",
        description="With `transit`: address of a service that speaks the HashiCorp Vault transit "
        "API, such as `https://vault.internal:8200`.",
    )
    transit_key: str = Field(
        default="ebenbild",
        pattern=r"^[A-Za-z0-9_.-]+$",
        description="With `transit`: the name of the key there.",
    )
    transit_token_variable: str = Field(
        default="EBENBILD_TRANSIT_TOKEN",
        min_length=1,
        description="With `transit`: the variable that holds the token.",
    )

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if self.source == "command" and not self.command.strip():
            raise ValueError("the source `command` needs COMMAND")
        if self.source == "transit" and not self.transit_url:
            raise ValueError("the source `transit` needs TRANSIT_URL")
        return self


class OldKekSettings(KekSettings):
    """The key-encryption key used before, while `ebenbild keys rotate-kek` has not ended."""

    source: Literal["file", "environment", "command", "transit", "none"] = Field(
        default="none",
        description="Where the key-encryption key was kept that `ebenbild keys rotate-kek` is to "
        "replace by the one above; `none` once that is done.",
    )
    variable: str = Field(
        default="EBENBILD_KEK_OLD_KEY",
        min_length=1,
        description="As above, for the key that is replaced.",
    )
