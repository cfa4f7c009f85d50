"""The terms of a licence as plain data: read, written, and checked against the house rules.

Scope is never implied: whoever drafts a licence writes territories, languages, media and works
out, or writes "*" and means it. Messages name the field and never repeat its content.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from core.clock import from_text, to_text
from core.errors import BadInput, BadTerms
from core.money import parse_rate, rate_text
from fingerprint.models import Modality, Reason
from licensing.models import ANY, Context, TariffKind, TariffTerm, Terms
from registry.models.works import KindOfUse, Medium
from registry.territories import ALPHA_2
from registry.usekinds import concerned

LIST_MAX = 300
RATE_MICRO_MAX = 10**12
SECONDS_MAX = 10**7

_REQUIRED = frozenset(
    {"performer_id", "licensee_id", "kinds", "modalities", "territories", "languages", "media"}
    | {"works", "valid_from", "valid_until", "tariff"}
)
_OPTIONAL = frozenset({"seconds_max", "contexts_prohibited", "label_ai"})
_TARIFF = frozenset({"kind", "rate", "currency"})

_TERRITORY = re.compile("|".join(sorted(ALPHA_2)))
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MEDIUM = re.compile("|".join(medium.value for medium in Medium))
_WORK = re.compile(r"(wrk|cut)_[a-z2-7]{26}")
_CURRENCY = re.compile(r"[A-Z]{3}")

E = TypeVar("E", bound=StrEnum)


def terms_to_dict(terms: Terms) -> dict[str, object]:
    """JSON-ready form; inverse of `terms_from_dict`."""
    return {
        "performer_id": terms.performer_id,
        "licensee_id": terms.licensee_id,
        "kinds": [kind.value for kind in terms.kinds],
        "modalities": [modality.value for modality in terms.modalities],
        "territories": list(terms.territories),
        "languages": list(terms.languages),
        "media": list(terms.media),
        "works": list(terms.works),
        "valid_from": to_text(terms.valid_from),
        "valid_until": to_text(terms.valid_until),
        "seconds_max": terms.seconds_max,
        "contexts_prohibited": [context.value for context in terms.contexts_prohibited],
        "label_ai": terms.label_ai,
        "tariff": {
            "kind": terms.tariff.kind.value,
            "rate": rate_text(terms.tariff.rate_micro),
            "currency": terms.tariff.currency,
        },
    }


def terms_from_dict(data: Mapping[str, object]) -> Terms:
    """Read terms as JSON or TOML gave them; "*" may stand for ["*"], dates are ISO 8601 UTC.

    Raises BadTerms naming every missing or unknown field, or the first malformed one. Whether
    the terms make sense is asked of `check_terms`.
    """
    _only_fields(data, _REQUIRED, _OPTIONAL, "terms")
    return Terms(
        performer_id=_text(data, "performer_id"),
        licensee_id=_text(data, "licensee_id"),
        kinds=_members(data, "kinds", KindOfUse),
        modalities=_members(data, "modalities", Modality),
        valid_from=_time(data, "valid_from"),
        valid_until=_time(data, "valid_until"),
        tariff=_tariff(data["tariff"]),
        territories=_texts(data, "territories"),
        languages=_texts(data, "languages"),
        media=_texts(data, "media"),
        works=_texts(data, "works"),
        seconds_max=_seconds(data.get("seconds_max")),
        contexts_prohibited=_members(data, "contexts_prohibited", Context),
        label_ai=_flag(data.get("label_ai", True)),
    )


def ordered(terms: Terms) -> Terms:
    """The same terms with kinds and modalities in the order of their definition, each once."""
    return replace(
        terms,
        kinds=tuple(kind for kind in KindOfUse if kind in terms.kinds),
        modalities=tuple(modality for modality in Modality if modality in terms.modalities),
    )


def check_terms(terms: Terms, at: datetime) -> tuple[Reason, ...]:
    """Everything that makes these terms unfit to be signed at `at`; empty when they are fit."""
    reasons: list[Reason] = []
    for rule in _RULES:
        reasons.extend(rule(terms, at))
    return tuple(reasons)


def _only_fields(
    data: object, required: frozenset[str], optional: frozenset[str], what: str
) -> None:
    if not isinstance(data, Mapping):
        raise BadTerms(f"The {what} must be a table of fields.", next_step=_SHAPE)
    missing = sorted(required - set(data))
    unknown = len(set(data) - required - optional)
    if missing or unknown:
        told = [f"missing: {', '.join(missing)}"] if missing else []
        told += [f"unknown fields: {unknown}"] if unknown else []
        raise BadTerms(
            f"The {what} are incomplete or unclear ({'; '.join(told)}).", next_step=_SHAPE
        )


_SHAPE = "See the licence terms in the documentation of formats."


def _text(data: Mapping[str, object], field: str) -> str:
    value = data[field]
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise BadTerms(f"{field} must be a text of 1 to 200 characters.", next_step=_SHAPE)
    return value


def _texts(data: Mapping[str, object], field: str) -> tuple[str, ...]:
    value = data.get(field, [])
    items = [value] if value == ANY else value
    if not isinstance(items, Sequence) or isinstance(items, str) or len(items) > LIST_MAX:
        raise BadTerms(f"{field} must be a list of at most {LIST_MAX} texts.", next_step=_SHAPE)
    if not all(isinstance(item, str) for item in items):
        raise BadTerms(f"{field} must hold texts only.", next_step=_SHAPE)
    return tuple(str(item) for item in items)


def _members(data: Mapping[str, object], field: str, of: type[E]) -> tuple[E, ...]:
    try:
        return tuple(of(item) for item in _texts(data, field))
    except ValueError as exc:
        known = ", ".join(member.value for member in of)
        raise BadTerms(f"{field} may hold only: {known}.", next_step=_SHAPE) from exc


def _time(data: Mapping[str, object], field: str) -> datetime:
    value = data[field]
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    try:
        return from_text(_text(data, field))
    except (BadInput, ValueError) as exc:
        raise BadTerms(
            f"{field} must be a UTC time.", next_step="Write it as 2026-11-21T10:00:00Z."
        ) from exc


def _tariff(data: object) -> TariffTerm:
    _only_fields(data, _TARIFF, frozenset(), "tariff")
    assert isinstance(data, Mapping)
    try:
        kind = TariffKind(_text(data, "kind"))
    except ValueError as exc:
        known = ", ".join(member.value for member in TariffKind)
        raise BadTerms(f"tariff.kind must be one of: {known}.", next_step=_SHAPE) from exc
    return TariffTerm(kind, parse_rate(_text(data, "rate")), _text(data, "currency"))


def _seconds(value: object) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise BadTerms("seconds_max must be a whole number of seconds.", next_step=_SHAPE)
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadTerms("label_ai must be true or false.", next_step=_SHAPE)
    return value


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
    fields = ("kinds", "modalities", "territories", "languages", "media", "works")
    return [
        Reason("repeated-value", {"field": field})
        for field in (*fields, "contexts_prohibited")
        if len(set(getattr(terms, field))) < len(getattr(terms, field))
    ]


def _check_price(terms: Terms, at: datetime) -> list[Reason]:
    reasons = []
    if not 0 <= terms.tariff.rate_micro <= RATE_MICRO_MAX:
        reasons.append(Reason("rate-out-of-range", {"max": rate_text(RATE_MICRO_MAX)}))
    if not _CURRENCY.fullmatch(terms.tariff.currency):
        reasons.append(Reason("currency-malformed", {}))
    if terms.seconds_max is not None and not 0 < terms.seconds_max <= SECONDS_MAX:
        reasons.append(Reason("seconds-out-of-range", {"max": SECONDS_MAX}))
    return reasons


_RULES: tuple[Callable[[Terms, datetime], list[Reason]], ...] = (
    _check_term,
    _check_kinds,
    _check_modalities,
    _check_scope,
    _check_repeats,
    _check_price,
)
