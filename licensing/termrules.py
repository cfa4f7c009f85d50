"""Every house rule that terms must keep before they may be signed.

All that is wrong is told at once, as reasons: a studio mends its terms once and not ten times.
What a law of some territory demands beyond this is told by the rule packs.
"""

import re
from collections.abc import Callable
from datetime import datetime

from core.clock import to_text
from core.currencies import is_listed
from core.money import rate_text
from fingerprint.models import Modality, Reason
from licensing.conditions import DIGEST
from licensing.models import ANY, TariffKind, TariffTerm, Terms
from registry.models.works import CutFormat, KindOfUse, Medium, Stage
from registry.territories import KNOWN
from registry.usekinds import concerned

RATE_MICRO_MAX = 10**12
SECONDS_MAX = 10**7
USES_MAX = 10**6
NOTICE_HOURS_MAX = 24 * 365
NOTICE_DAYS_MAX = 3650
TEST_DAYS_MAX = 366

_TERRITORY = re.compile("|".join(sorted(KNOWN)))
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MEDIUM = re.compile("|".join(medium.value for medium in Medium))
_FORMAT = re.compile("|".join(each.value for each in CutFormat))
_WORK = re.compile(r"(wrk|cut)_[a-z2-7]{26}")
_PARENT = re.compile(r"lic_[a-z2-7]{26}")
_VERSION = re.compile(r"[1-9][0-9]{0,5}")
_TARIFF_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_terms(terms: Terms, at: datetime) -> tuple[Reason, ...]:
    """Everything that makes these terms unfit to be signed at `at`; empty when they are fit."""
    reasons: list[Reason] = []
    for rule in _RULES:
        reasons.extend(rule(terms, at))
    return tuple(reasons)


def _check_term(terms: Terms, at: datetime) -> list[Reason]:
    reasons = []
    if terms.valid_until <= terms.valid_from:
        reasons.append(Reason("term-reversed", {}))
    if terms.valid_until <= at:
        reasons.append(Reason("term-over", {"valid_until": to_text(terms.valid_until)}))
    return reasons


def _check_kinds(terms: Terms, at: datetime) -> list[Reason]:
    reasons = [Reason("kinds-missing", {})] if not terms.kinds else []
    if terms.training and len(terms.kinds) > 1:
        reasons.append(Reason("training-not-alone", {}))
    return reasons


def _check_modalities(terms: Terms, at: datetime) -> list[Reason]:
    given = frozenset(terms.modalities)
    if not given:
        return [Reason("modalities-missing", {})]
    if not terms.kinds:
        return []
    reasons = []
    for kind in terms.kinds:
        wanted = concerned(kind, None)
        missing = wanted - given if kind is KindOfUse.FULL_REPLICA else wanted
        if not wanted & given or (kind is KindOfUse.FULL_REPLICA and missing):
            detail = {"kind": kind.value, "modalities": ", ".join(sorted(missing))}
            reasons.append(Reason("kind-without-modality", detail))
    idle = given - frozenset[Modality]().union(*(concerned(kind, None) for kind in terms.kinds))
    return reasons + [Reason("modality-without-kind", {"modality": name}) for name in sorted(idle)]


def _check_scope(terms: Terms, at: datetime) -> list[Reason]:
    return (
        _check_list("territories", terms.territories, _TERRITORY)
        + _check_list("languages", terms.languages, _LANGUAGE)
        + _check_list("media", terms.media, _MEDIUM)
        + _check_list("works", terms.works, _WORK)
        + _check_list("formats", terms.formats, _FORMAT)
    )


def _check_list(field: str, items: tuple[str, ...], shape: re.Pattern[str]) -> list[Reason]:
    if not items:
        return [Reason("scope-missing", {"field": field})]
    if ANY in items:
        return [] if len(items) == 1 else [Reason("any-not-alone", {"field": field})]
    if all(shape.fullmatch(item) for item in items):
        return []
    return [Reason("scope-malformed", {"field": field})]


def _check_repeats(terms: Terms, at: datetime) -> list[Reason]:
    scopes = ("kinds", "modalities", "territories", "languages", "media", "works")
    return [
        Reason("repeated-value", {"field": field})
        for field in (*scopes, "formats", "stages", "contexts_prohibited")
        if len(set(getattr(terms, field))) < len(getattr(terms, field))
    ]


def _check_price(terms: Terms, at: datetime) -> list[Reason]:
    reasons = _check_rate(terms.tariff)
    for rate in terms.stage_rates:
        reasons += _check_rate(rate.tariff)
        if rate.tariff.currency != terms.tariff.currency:
            reasons.append(Reason("stage-rate-currency", {"stage": rate.stage.value}))
    if not _within(terms.seconds_max, 1, SECONDS_MAX):
        reasons.append(Reason("seconds-out-of-range", {"max": SECONDS_MAX}))
    return reasons


def _check_rate(agreed: TariffTerm) -> list[Reason]:
    reasons = []
    if not 0 <= agreed.rate_micro <= RATE_MICRO_MAX:
        reasons.append(Reason("rate-out-of-range", {"max": rate_text(RATE_MICRO_MAX)}))
    if not is_listed(agreed.currency):
        reasons.append(Reason("currency-malformed", {}))
    return reasons + _check_named(agreed)


def _check_named(agreed: TariffTerm) -> list[Reason]:
    """A published tariff is named by who agrees on it, and pinned before anybody signs."""
    named = agreed.tariff
    if (agreed.kind is TariffKind.TARIFF) != (named is not None):
        return [Reason("tariff-not-named", {})]
    if named is None or (
        _TARIFF_ID.fullmatch(named.id) and named.version > 0 and DIGEST.fullmatch(named.digest)
    ):
        return []
    return [Reason("tariff-not-pinned", {"tariff": named.id})]


def _check_stages(terms: Terms, at: datetime) -> list[Reason]:
    if not terms.stages:
        return [Reason("scope-missing", {"field": "stages"})]
    tested = Stage.AUDIENCE_TEST in terms.stages
    reasons = []
    if tested != (terms.audience_test_days_max is not None):
        reasons.append(Reason("test-days-missing", {}) if tested else Reason("test-days-idle", {}))
    if not _within(terms.audience_test_days_max, 1, TEST_DAYS_MAX):
        reasons.append(Reason("test-days-out-of-range", {"max": TEST_DAYS_MAX}))
    priced = [rate.stage for rate in terms.stage_rates]
    if len(set(priced)) < len(priced):
        reasons.append(Reason("repeated-value", {"field": "stage_rates"}))
    idle = [stage for stage in Stage if stage in priced and stage not in terms.stages]
    return reasons + [Reason("stage-rate-idle", {"stage": stage.value}) for stage in idle]


def _check_conditions(terms: Terms, at: datetime) -> list[Reason]:
    reasons = []
    if not _within(terms.uses_max, 1, USES_MAX):
        reasons.append(Reason("uses-out-of-range", {"max": USES_MAX}))
    if not _within(terms.use_notice_hours, 0, NOTICE_HOURS_MAX):
        reasons.append(Reason("use-notice-out-of-range", {"max": NOTICE_HOURS_MAX}))
    if not _within(terms.termination_notice_days, 0, NOTICE_DAYS_MAX):
        reasons.append(Reason("termination-notice-out-of-range", {"max": NOTICE_DAYS_MAX}))
    pins = (terms.framework_version, terms.framework_digest)
    if any(pins) and not (
        terms.framework_id and _VERSION.fullmatch(pins[0]) and DIGEST.fullmatch(pins[1])
    ):
        reasons.append(Reason("framework-pin-malformed", {}))
    if terms.parent_licence_id and not _PARENT.fullmatch(terms.parent_licence_id):
        reasons.append(Reason("parent-malformed", {}))
    return reasons


def _within(value: int | None, low: int, high: int) -> bool:
    return value is None or low <= value <= high


_RULES: tuple[Callable[[Terms, datetime], list[Reason]], ...] = (
    _check_term,
    _check_kinds,
    _check_modalities,
    _check_scope,
    _check_repeats,
    _check_price,
    _check_stages,
    _check_conditions,
)
