"""Every setting of the product, read once from the environment and passed down.

Names are `EBENBILD_` and the field, groups nested with two underscores, as in
`EBENBILD_SERVER__PORT=8420`. The unit is the last word of a field's name.
"""

import os
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from core import settingnames
from core.agencysettings import AgencySettings
from core.decisionsettings import DecisionSettings
from core.enrolmentsettings import EnrolmentSettings
from core.errors import BadInput
from core.keksettings import KekSettings, OldKekSettings
from core.messagesettings import LogSettings, MailSettings, WebhookSettings
from core.payoutsettings import PayoutSettings
from core.signinsettings import AccountSettings
from core.softbindingsettings import SoftBindingSettings
from core.usagesettings import UsageSettings

_GIB = 1024**3
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Reuse(StrEnum):
    """What of earlier scans a scan may take over."""

    CONTENT = "content"
    IDENTICAL = "identical"
    OFF = "off"


class ServerSettings(BaseModel):
    """How the service listens."""

    model_config = _FROZEN

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; loopback unless changed."
    )
    port: int = Field(
        default=8420, ge=0, le=65535, description="TCP port; 0 lets the system choose."
    )
    proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks of the reverse proxies in front, with commas between: "
        "they are believed who came through them and whether by TLS (`X-Forwarded-For`, "
        "`X-Forwarded-Proto`).",
    )
    upload_bytes_max: int = Field(
        default=8 * _GIB, gt=0, description="Largest file that may be uploaded, in bytes."
    )
    waiting_bytes_max: int = Field(
        default=64 * _GIB,
        gt=0,
        description="How much of one organisation's uploads may wait to be finished or used, in "
        "bytes.",
    )

    @field_validator("proxies")
    @classmethod
    def _are_places(cls, value: str) -> str:
        for part in filter(None, (part.strip() for part in value.split(","))):
            try:
                ip_network(part)
            except ValueError as exc:
                raise ValueError("name addresses or networks, with commas between") from exc
        return value


class LimitSettings(BaseModel):
    """Bounds of one media file; a file beyond them is refused."""

    model_config = _FROZEN

    seconds_max: int = Field(
        default=6 * 3600, gt=0, description="Longest playing time, in seconds."
    )
    pixels_max: int = Field(default=64_000_000, gt=0, description="Largest picture, in pixels.")
    streams_max: int = Field(default=128, gt=0, description="Most streams in a container.")
    bytes_max: int = Field(
        default=256 * _GIB, gt=0, description="Largest file to decode, in bytes."
    )
    cpu_seconds_max: int = Field(
        default=7200, gt=0, description="Processor time for one decoding process, in seconds."
    )
    wall_seconds_max: int = Field(
        default=7200, gt=0, description="Elapsed time for one decoding process, in seconds."
    )
    memory_bytes_max: int = Field(
        default=3 * _GIB, gt=0, description="Address space of one decoding process, in bytes."
    )


class JobSettings(BaseModel):
    """How workers take and keep work."""

    model_config = _FROZEN

    lease_seconds: int = Field(
        default=30,
        gt=0,
        description="Time after which the work of a silent worker is given to another.",
    )
    attempts_max: int = Field(
        default=5, gt=0, description="Starts after which a job counts as failed."
    )
    poll_ms: int = Field(
        default=500, gt=0, description="Pause of an idle worker between two looks, in milliseconds."
    )


class ScanSettings(BaseModel):
    """How films are looked through."""

    model_config = _FROZEN

    mode: Literal["thorough", "fast"] = Field(
        default="thorough",
        description="`thorough` looks at five frames in two seconds; `fast` at key frames, and "
        "between them only where a face or a shot comes or goes. A submission may ask for either.",
    )


class RetentionSettings(BaseModel):
    """How long sealed traces of people are kept."""

    model_config = _FROZEN

    unknown_days: int = Field(
        default=90,
        ge=0,
        description="Days for which sealed traces of people who are not enrolled are kept, so "
        "that a later enrolment can find them; 0 keeps none.",
    )


_NO_JSON = "this is no JSON, such as [5, 15] for a list"
# EBENBILD_SERVER, as the source of the environment writes names.
_ADDRESS = "ebenbild_server"


class Settings(BaseSettings):
    """All settings, frozen; `load_settings` builds them."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="EBENBILD_", env_nested_delimiter="__", extra="ignore"
    )

    data_dir: Path = Field(
        default=Path("ebenbild-data"), description="Folder of the database, keys and objects."
    )
    models_dir: Path | None = Field(
        default=None, description="Folder of the converted models; `models` in data_dir unless set."
    )
    scratch_dir: Path | None = Field(
        default=None,
        description="Folder for media in the clear while a process reads it, best in memory "
        "(tmpfs) with room for a film; beside the stored files unless set.",
    )
    base_url: str = Field(
        default="https://registry.invalid",
        pattern=r"^https?://[^\s/]+(/[^\s]*[^\s/])?$",
        description="Public address of this registry, without a slash at its end; it is written "
        "into signed documents, so set it before the first one.",
    )
    threads: int = Field(
        default=2, ge=1, le=256, description="Threads that one process may compute with, at most."
    )
    providers: str = Field(
        default="auto",
        description="What computes the models: `auto` takes a GPU where this onnxruntime has one, "
        "`cpu` never does, or provider names with commas between, in the order to try.",
    )
    reuse: Reuse = Field(
        default=Reuse.CONTENT,
        description="What a scan may take over from earlier scans of the tenant's own media: "
        "`content` where the same recording is recognised and untouched, `identical` only for the "
        "very same file, `off` never.",
    )
    operator_mode: Literal["single", "organisation"] = Field(
        default="single",
        description="`single`: one person runs this registry alone, may decide on what he proposed "
        "himself, and everything recorded says so; `organisation`: two people decide.",
    )
    kek: KekSettings = KekSettings()
    kek_old: OldKekSettings = OldKekSettings()
    server: ServerSettings = ServerSettings()
    accounts: AccountSettings = AccountSettings()
    decision: DecisionSettings = DecisionSettings()
    limits: LimitSettings = LimitSettings()
    jobs: JobSettings = JobSettings()
    scan: ScanSettings = ScanSettings()
    retention: RetentionSettings = RetentionSettings()
    enrolment: EnrolmentSettings = EnrolmentSettings()
    agency: AgencySettings = AgencySettings()
    payout: PayoutSettings = PayoutSettings()
    usage: UsageSettings = UsageSettings()
    webhooks: WebhookSettings = WebhookSettings()
    log: LogSettings = LogSettings()
    mail: MailSettings = MailSettings()
    soft_binding: SoftBindingSettings = SoftBindingSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, without the address that commands speak to: `server` is a group here.

        A folder or file whose variable is empty is not set: it would be the one that the program
        happens to be started in.
        """
        assert isinstance(env_settings, EnvSettingsSource)
        left_out = {(place.lower(), "") for place in settingnames.places(settings_cls)}
        env_settings.env_vars = {
            name: value
            for name, value in env_settings.env_vars.items()
            if name != _ADDRESS and (name, value) not in left_out
        }
        return init_settings, env_settings, dotenv_settings, file_secret_settings

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if self.kek.source == "none":
            raise ValueError("kek.source must name where the key-encryption key is kept")
        return self

    @property
    def single_operator(self) -> bool:
        """Whether one person runs this registry alone."""
        return self.operator_mode == "single"

    @property
    def reached_at(self) -> str:
        """Where browsers reach it: on this machine while it has no public address (RFC 6761)."""
        nowhere = self.base_url.endswith(".invalid")
        return f"http://localhost:{self.server.port}" if nowhere else self.base_url

    @property
    def database_path(self) -> Path:
        """The database file."""
        return self.data_dir / "ebenbild.db"

    @property
    def objects_dir(self) -> Path:
        """Folder of stored files."""
        return self.data_dir / "objects"

    @property
    def scratch_path(self) -> Path:
        """Folder for what is read in the clear, set or not."""
        return self.scratch_dir or self.objects_dir / "incoming"

    @property
    def index_dir(self) -> Path:
        """Folder of index files; they are made anew from the prints when they are missing."""
        return self.data_dir / "index"

    @property
    def keys_dir(self) -> Path:
        """Folder of secrets: back it up apart from the rest."""
        return self.data_dir / "keys"

    @property
    def models_path(self) -> Path:
        """Folder of the converted models, set or not."""
        return self.models_dir or self.data_dir / "models"


def load_settings() -> Settings:
    """Read the settings from the environment; raises BadInput naming each variable that is wrong.

    A variable that begins as settings do and is none is wrong too: it was to change something.
    """
    try:
        settings = Settings()
    except SettingsError as exc:
        names = settingnames.not_json(os.environ, Settings)
        raise _bad_setting("; ".join(f"{name}: {_NO_JSON}" for name in names)) from exc
    except ValidationError as exc:
        faults = (
            f"EBENBILD_{'__'.join(str(part) for part in error['loc']).upper()}: "
            + error["msg"].removeprefix("Value error, ")
            for error in exc.errors(include_input=False, include_url=False)
        )
        raise _bad_setting("; ".join(faults)) from exc
    _refuse_unknown(settings)
    return settings


def _refuse_unknown(settings: Settings) -> None:
    spoken_of = [
        name
        for kek in (settings.kek, settings.kek_old)
        for name in (kek.variable, kek.transit_token_variable)
    ]
    found = settingnames.unknown(os.environ, Settings, also=spoken_of)
    if found:
        told = (
            f"{name}: there is no such setting; {meant} may be meant"
            if meant
            else f"{name}: there is no such setting"
            for name, meant in found.items()
        )
        raise _bad_setting("; ".join(told))


def _bad_setting(faults: str) -> BadInput:
    return BadInput(
        f"a setting is wrong: {faults}",
        next_step="correct the named environment variables; docs/settings.md says what each takes",
        code="bad-setting",
    )
