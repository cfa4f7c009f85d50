"""What terms are called and how their values read, so that clauses and differences are prose."""

from collections.abc import Mapping, Sequence

from core.errors import EbenbildError
from core.money import format as money
from core.money import parse_rate
from licensing.assets import contract_words
from licensing.models import TariffKind
from licensing.wording import word

# What a clause may fill in: fields of a terms file, and the two parties by name.
NAMES = frozenset(
    {"performer", "licensee", "kinds", "modalities", "territories", "languages", "media", "works"}
    | {"valid_from", "valid_until", "price", "description", "formats", "stages", "uses_max"}
    | {"audience_test_days_max", "seconds_max", "contexts_prohibited", "use_notice_hours"}
    | {"termination_notice_days", "framework_id", "court_approval_ref"}
)
ANY = "*"
_WORDED = frozenset({"kinds", "modalities", "media", "formats", "stages", "contexts_prohibited"})


def name_of(field: str, lang: str) -> str:
    """What a field is called."""
    return contract_words(lang).get(f"name.{field}", field)


def value_of(field: str, value: object, lang: str) -> str:
    """A value of a terms file as people read it; what nobody has said reads as such."""
    words = contract_words(lang)
    if value in (None, "", [], ()):
        return words["nothing"]
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, Mapping):
        return _table(field, value, lang)
    if value in (ANY, [ANY], (ANY,)):
        return words.get(f"any.{field}", words["any"])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_item(field, item, lang) for item in value)
    return str(value)[:10] if field in {"valid_from", "valid_until"} else str(value)


def _table(field: str, value: Mapping[str, object], lang: str) -> str:
    if field in {"tariff", "price"}:
        return _price(value, lang)
    return ", ".join(f"{name_of(k, lang)}: {value_of(k, v, lang)}" for k, v in value.items())


def _item(field: str, item: object, lang: str) -> str:
    if isinstance(item, Mapping):
        return value_of(field, item, lang)
    return word(str(item), lang) if field in _WORDED else str(item)


def _price(tariff: Mapping[str, object], lang: str) -> str:
    said = contract_words(lang)
    if tariff.get("kind") == TariffKind.TARIFF.value:
        named = said["per.tariff"].format(id=tariff.get("id"), version=tariff.get("version"))
        agreed = str(tariff.get("rate", "0"))
        return named if agreed == "0" else f"{named}: {_amount(tariff, lang)}"
    per = said.get(f"per.{tariff.get('kind')}", str(tariff.get("kind")))
    return f"{_amount(tariff, lang)} {per}"


def _amount(tariff: Mapping[str, object], lang: str) -> str:
    try:
        return money(parse_rate(str(tariff.get("rate"))), str(tariff.get("currency")), lang)
    except EbenbildError:
        return contract_words(lang)["nothing"]
