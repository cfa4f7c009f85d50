"""What is told of a claim in the books: the facts it rests on, and the transaction it is."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from core.forms import Form, Fraction, Moment, Month, one_of
from licensing.models import TariffKind
from registry.models.works import KindOfUse
from royalties.forms.usage import ReportedOut
from royalties.models import Origin
from royalties.models_books import TransactionKind
from royalties.outcomes import Outcome

# Ours are signed and hashed as they stand, so names of closed sets are plain texts.
_Kind = Annotated[str, one_of(*KindOfUse, "")]
Origins = Annotated[str, one_of(*Origin)]
Working = dict[str, int | str]


class PinnedTariffPart(TypedDict, total=False):
    """What of a price is there only where it pins a published tariff."""

    id: str
    version: int
    digest: str


class AgreedPriceOut(Form):
    """A price; `rate_micro` is a number of millionths. With the tariff that it pins, if any."""

    kind: Annotated[str, one_of(*TariffKind)]
    rate_micro: int
    currency: str
    id: NotRequired[str]
    version: NotRequired[int]
    digest: NotRequired[str]


class KeptBackOut(Form):
    """Why an amount is not the performer's yet, and between whom."""

    outcome: Annotated[str, one_of(*Outcome)]
    cause: str
    parties: list[str]


class KeptPart(TypedDict, total=False):
    """What of a claim is there only where its amount is not the performer's yet."""

    kept: KeptBackOut


class OriginPart(TypedDict, total=False):
    """What of a claim is there only where it rests on something other than a report."""

    origin: Origins


class PinsOut(Form):
    """Every fact that a claim rests on; spans and `use_ms` in milliseconds of the cut.

    `kept` is absent of what is licensed, `origin` of what was reported, `reported` where nothing
    was beside the views.
    """

    usage_line_id: str
    cut_id: str
    territory: str
    period: Month
    views: int | None
    use_id: str
    performer_id: str
    payee_id: str
    kind: _Kind
    spans: list[Annotated[list[int], Field(min_length=2, max_length=2)]]
    use_ms: int
    licence_id: str
    tariff_id: str
    tariff: AgreedPriceOut
    territory_factor: Fraction
    territory_factor_set: str
    clearance_id: str
    scan_id: str
    model_ids: list[str]
    threshold_ids: list[str]
    reported: NotRequired[ReportedOut]
    kept: NotRequired[KeptBackOut]
    origin: NotRequired[Origins]


class ClaimBasisOut(Form):
    """Who owes a claim, what it rests on, and how its amount was reckoned, step by step."""

    live_key: str
    revision: int
    licensee_id: str
    pins: PinsOut
    working: Working


class TransactionOut(Form):
    """A booked transaction; each posting is an account, whole millionths as text, a currency."""

    id: str
    book: str
    kind: Annotated[str, one_of(*TransactionKind)]
    reason: str
    earned: Month
    posted: Month
    seq: int
    recorded_at: Moment
    facts_key: str
    reverses_id: str | None
    run_id: str | None
    pair_id: str | None
    postings: list[Annotated[list[str], Field(min_length=3, max_length=3)]]
    claim: ClaimBasisOut | None


class AccountMovementOut(TransactionOut):
    """A transaction on a performer's accounts; `rest` is others' part of it, by currency."""

    rest: list[Annotated[list[str], Field(min_length=2, max_length=2)]]
