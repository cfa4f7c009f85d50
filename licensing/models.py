"""The nouns of licensing: terms, licences, and the decision on a submission with its reasons.

Verdicts are values, never exceptions, and every one of them says why. Times of validity are
half-open, `valid_from <= t < valid_until`; order between events goes by `seq`, not by clock.
Terms follow ODRL 2.2 (https://www.w3.org/TR/odrl-model/), licences are W3C Verifiable
Credentials 2.0 (https://www.w3.org/TR/vc-data-model-2.0/).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.integrity import ProofOptions
from fingerprint.models import Modality, Reason, Span
from licensing.models_foreign import Origin
from registry.models.works import CutFormat, KindOfUse, Stage

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


class Verdict(StrEnum):
    """What is said of a span, and of a title as a whole."""

    CLEARED = "CLEARED"
    REFUSED = "REFUSED"
    REVIEW = "REVIEW"
    UNKNOWN_PERSON = "UNKNOWN PERSON"


class StepState(StrEnum):
    """NOT_CHECKED means that what the step needs was not handed in."""

    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


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


@dataclass(frozen=True, slots=True)
class CutPlace:
    """Who releases what: `scope_ids` are the cut, its work and every work above it."""

    cut_id: str
    studio_id: str
    scope_ids: frozenset[str]
    format: CutFormat | None = None


@dataclass(frozen=True, slots=True)
class LabelDuty:
    """A law that wants synthetic media labelled, for releases in `territories` in `media`.

    `schemes` are the kinds of label in a file that fulfil it.
    """

    id: str
    jurisdiction: str
    clause: str
    territories: tuple[str, ...]
    media: tuple[str, ...]
    kinds: tuple[KindOfUse, ...]
    schemes: tuple[str, ...] = ()
    clause_de: str = ""


@dataclass(frozen=True, slots=True)
class SpanVerdict:
    """The verdict on one span of one use, or of one unknown person (`performer_id` `None`)."""

    span: Span
    performer_id: str | None
    kind: KindOfUse | None
    verdict: Verdict
    reasons: tuple[Reason, ...]
    licence_id: str | None = None
    use_id: str | None = None
    tariff_id: str | None = None
    modalities: tuple[Modality, ...] = ()


@dataclass(frozen=True, slots=True)
class ClearanceDecision:
    """REFUSED > REVIEW > UNKNOWN PERSON > CLEARED over all spans and title reasons.

    `reasons` decide the title, `warnings` never do. `licence_ids` are those relied on.
    """

    verdict: Verdict
    spans: tuple[SpanVerdict, ...]
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    licence_ids: tuple[str, ...]
    model_ids: tuple[str, ...]
    threshold_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clearance:
    """A stored decision and everything it rests on.

    `known_seq` is the newest event taken into account, `release_at` the day on which licences had
    to be in force, `provisional` that the scan's thresholds were.
    """

    id: str
    tenant_id: str
    submission_id: str
    cut_id: str
    scan_id: str
    seq: int
    known_seq: int
    gallery_seq: int | None
    release_at: date
    decided_at: datetime
    provisional: bool
    decision: ClearanceDecision
    log_index: int


@dataclass(frozen=True, slots=True)
class PerformerClearance:
    """What the performer's side sees of a foreign studio's clearance: its own part only."""

    clearance_id: str
    performer_id: str
    use_id: str
    cut_id: str
    kind: KindOfUse | None
    verdict: Verdict
    spans: tuple[Span, ...]
    reasons: tuple[Reason, ...]
    licence_id: str | None
    seq: int
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class VerifyStep:
    """One numbered step of an offline verification, with a sentence that needs no look-up."""

    number: int
    name: str
    state: StepState
    detail: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """All steps in order; `terms` and `vc_id` are empty until the document could be read.

    `doubts` are what rule packs say against the terms or leave to a person; no step fails by them.
    `said` is what the document says, by name, where it is no licence.
    """

    steps: tuple[VerifyStep, ...]
    terms: Terms | None = None
    vc_id: str = ""
    doubts: tuple[Reason, ...] = ()
    said: Mapping[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """No step failed; see `complete` for steps that nobody could check."""
        return all(step.state is not StepState.FAILED for step in self.steps)

    @property
    def complete(self) -> bool:
        """Every step was checked and holds."""
        return all(step.state is StepState.OK for step in self.steps)
