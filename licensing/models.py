"""The nouns of licensing: what a performer allows, and the licence that says so.

Times of validity are half-open, `valid_from <= t < valid_until`; order between events goes by
`seq`, not by clock. Terms follow ODRL 2.2 (https://www.w3.org/TR/odrl-model/), licences are W3C
Verifiable Credentials 2.0 (https://www.w3.org/TR/vc-data-model-2.0/).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.integrity import ProofOptions
from fingerprint.models import Modality, Reason
from licensing.models_foreign import Origin
from registry.models.works import KindOfUse, Stage

ANY = "*"


class TariffKind(StrEnum):
    """What one rate is paid for; TARIFF says that a published tariff names the price."""

    PER_MINUTE = "per_minute"
    PER_VIEW = "per_view"
    TARIFF = "tariff"


class Context(StrEnum):
    """Surroundings in which a performer may refuse to appear."""

    POLITICAL = "political"
    SEXUAL = "sexual"
    MEDICAL = "medical"
    ADVERTISING = "advertising"
    DEFAMATORY = "defamatory"
    GAMBLING = "gambling"
    ALCOHOL = "alcohol"


class LicenceState(StrEnum):
    """SIGNED is in effect within its term; a licence past its term stays SIGNED."""

    DRAFT = "DRAFT"
    SIGNED = "SIGNED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class TariffRef:
    """A tariff, in the version and the very words agreed on; `digest` is its SHA-256 as hex.

    Version 0 and an empty digest ask for the newest, before anything is signed.
    """

    id: str
    version: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class TariffTerm:
    """The agreed price: `rate_micro` is in 1e-6 of one unit of `currency` (ISO 4217).

    Where a published `tariff` names the price, the rate is that which it leaves to the licence.
    """

    kind: TariffKind
    rate_micro: int
    currency: str
    tariff: TariffRef | None = None


@dataclass(frozen=True, slots=True)
class StageRate:
    """The price of one stage where it is not that of the licence."""

    stage: Stage
    tariff: TariffTerm


@dataclass(frozen=True, slots=True)
class TemplateRef:
    """The standard contract, in the version and the very words that the parties read.

    `digest` is the SHA-256 of its canonical form, as hex.
    """

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Formation:
    """How the agreement came about, as the parties declare it; laws make it count or not.

    `separate_agreement` and `conspicuous` speak of the clause apart from other contracts,
    `counsel` and `union_agreement` of who stood by the performer. `agency_key` says that the
    registry holds the signing key sealed, for an agency with a mandate.
    """

    written: bool = True
    separate_agreement: bool = False
    conspicuous: bool = False
    counsel: bool = False
    union_agreement: bool = False
    court_approval_ref: str = ""
    agency_key: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a performer allows one licensee to do; `("*",)` in a tuple means any.

    `territories` are ISO 3166-1 alpha-2 codes, `languages` BCP 47 tags (`de` covers `de-AT`),
    `media` values of `Medium`, `formats` of `CutFormat`, `works` ids of works (their seasons,
    episodes and cuts included) or of single cuts. `seconds_max` bounds the likeness per cut,
    `uses_max` the number of cuts. `stage_rates` name the stages that have a price of their own.
    `exclusive` is a promise within this very scope; `parent_licence_id` names the licence that
    this one is a sublicence of. `paid_directly` says that the licensee pays the performer and
    nobody collects in between. A framework published here is pinned by version and by the sha256 of
    its bytes; any other is only named.
    """

    performer_id: str
    licensee_id: str
    kinds: tuple[KindOfUse, ...]
    modalities: tuple[Modality, ...]
    valid_from: datetime
    valid_until: datetime
    tariff: TariffTerm
    territories: tuple[str, ...] = (ANY,)
    languages: tuple[str, ...] = (ANY,)
    media: tuple[str, ...] = (ANY,)
    works: tuple[str, ...] = (ANY,)
    seconds_max: int | None = None
    contexts_prohibited: tuple[Context, ...] = ()
    label_ai: bool = True
    description: str = ""
    formats: tuple[str, ...] = (ANY,)
    stages: tuple[Stage, ...] = (Stage.RELEASE,)
    audience_test_days_max: int | None = None
    stage_rates: tuple[StageRate, ...] = ()
    uses_max: int | None = None
    exclusive: bool = False
    sublicensable: bool = False
    parent_licence_id: str = ""
    approval_per_cut: bool = False
    use_notice_hours: int = 0
    termination_notice_days: int = 0
    post_mortem: bool = False
    paid_directly: bool = False
    template: TemplateRef | None = None
    framework_id: str = ""
    framework_version: str = ""
    framework_digest: str = ""
    formation: Formation = Formation()

    @property
    def training(self) -> bool:
        """Whether a model may be trained: only where that kind of use is named."""
        return KindOfUse.TRAIN_MODEL in self.kinds


@dataclass(frozen=True, slots=True)
class LicenceDraft:
    """What the performer's own program signs: Ed25519 over `signing_input` (64 bytes).

    `options` are the terms of the proof, so that the program can compute the bytes by itself.
    `doubts` are what rule packs leave to a person; they do not keep anybody from signing.
    """

    id: str
    document: Mapping[str, object]
    options: ProofOptions
    signing_input: bytes
    doubts: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as the registry keeps it; `signed` are its exact bytes, empty for a draft.

    `tariff_id` names its price for the ledger. `seq` is the moment of signing and
    `revoked_seq` of revocation in the registry's order of events; `log_index` is its leaf.
    """

    id: str
    tenant_id: str
    vc_id: str
    terms: Terms
    tariff_id: str
    state: LicenceState
    performer_did: str
    status_list: int
    status_index: int
    seq: int | None
    recorded_at: datetime
    signed: bytes = b""
    log_index: int | None = None
    revoked_seq: int | None = None
    revoked_at: datetime | None = None
    revoke_reason: str = ""


@dataclass(frozen=True, slots=True)
class LicenceInForce:
    """What a decision may rest on: the terms known at one `seq`, and whether revoked by then.

    `guarded` says that guardians signed it too; of an adult's nobody asks.
    `origin` says how a licence of another registry stands there, None for one of this registry.
    """

    id: str
    vc_id: str
    tariff_id: str
    terms: Terms
    seq: int
    revoked_at: datetime | None = None
    signed_at: datetime | None = None
    guarded: bool = True
    origin: Origin | None = None
