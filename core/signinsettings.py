"""The settings of sign-in; `core.settings` holds them as its group `accounts`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class AccountSettings(BaseModel):
    """How people sign in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    breached_passwords: Path | None = Field(
        default=None,
        description="A file of SHA-1 hashes of stolen passwords, sorted, as the Pwned Passwords "
        "downloader writes it; a password in it is refused.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Address of an OpenID Connect provider whose people may sign in, exactly as it "
        "names itself.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="Name under which this registry is known to that provider."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Secret of that client; none for a public client."
    )
    oidc_identity_frameworks: str = Field(
        default="",
        description="Trust frameworks, with commas between, by which that provider verifies who "
        "people are (`trust_framework` of OpenID Connect for Identity Assurance, such as `eidas`); "
        "whoever it verified so needs no attesters for the identity. Empty trusts none.",
    )
