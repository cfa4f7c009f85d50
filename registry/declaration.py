"""What a studio declares about a submission, read strictly from TOML or JSON.

Unknown and misspelt keys are refused: a declaration that silently drops a performer would turn
a declared use into a found one. The keys are the field names of `Declaration`; TOML 1.0.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from core.errors import BadInput
from core.ids import is_id
from fingerprint.models import Modality, Span
from registry.models.works import (
    AiShare,
    AiUse,
    Declaration,
    DeclaredExtras,
    DeclaredFigure,
    DeclaredUse,
    Descriptor,
    KindOfUse,
    Medium,
    Privilege,
    Stage,
)
from registry.spans import merge
from registry.territories import check_territories
from registry.usekinds import concerned

USES_MAX = 2_000
TEXT_BYTES_MAX = 1_000_000
REFERENCE_LENGTH_MAX = 200
TERRITORY_LENGTH_MAX = 100  # of what is looked up: whoever writes a name out is told of the codes
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
REQUIRED = {"release_at", "territories", "medium", "language"}
OPTIONAL = {
    "uses",
    "ai_labelled",
    "stage",
    "audience_test_days",
    "descriptors",
    "ai_use",
    "dataset",
    "extras",
    "figures",
}
KEYS = REQUIRED | OPTIONAL
USE_KEYS = {"performer_id", "kind", "modality", "engagement_ref", "privilege", "inherited"}
AI_PARTS = ("script", "visuals", "voice", "effects")
TEST_DAYS_MAX = 366
EXTRAS_MAX = 500
FIGURES_MAX = 500
PEOPLE_MAX = 10_000
USE_REQUIRED = {"performer_id", "kind"}

Choice = TypeVar("Choice", bound=StrEnum)


def from_toml(text: str) -> Declaration:
    """Reads a declaration file; raises `BadInput` naming the field, never its content."""
    if len(text) > TEXT_BYTES_MAX:
        raise _bad("the file", "be shorter than a megabyte")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise _bad("the file", "be TOML 1.0") from exc
    return from_dict(data)


def from_dict(data: Mapping[str, object]) -> Declaration:
    """Reads what `to_dict` writes; raises `BadInput` naming the field, never its content."""
    _check_keys("the declaration", data, KEYS, REQUIRED)
    uses = _list("uses", data.get("uses", []))
    if len(uses) > USES_MAX:
        raise _bad("uses", f"hold at most {USES_MAX} entries")
    return Declaration(
        release_at=_date(data["release_at"]),
        territories=check_territories(
            _text("territories", code, TERRITORY_LENGTH_MAX)
            for code in _list("territories", data["territories"])
        ),
        medium=_choice("medium", data["medium"], Medium),
        language=_language(data["language"]),
        uses=tuple(_use(number, use) for number, use in enumerate(uses, start=1)),
        ai_labelled=_flag("ai_labelled", data.get("ai_labelled", False)),
        stage=_choice("stage", data.get("stage", Stage.RELEASE), Stage),
        audience_test_days=_days(data.get("audience_test_days")),
        descriptors=_descriptors(_list("descriptors", data.get("descriptors", []))),
        ai_use=_ai_use(data.get("ai_use", {})),
        dataset=_flag("dataset", data.get("dataset", False)),
        extras=_extras(_list("extras", data.get("extras", []))),
        figures=_figures(_list("figures", data.get("figures", []))),
    )


def check_partial(data: Mapping[str, object]) -> None:
    """Raises `BadInput` for a part of a declaration that nothing could complete to a whole one."""
    whole = {"release_at": "2000-01-01", "territories": ["*"], "medium": "film", "language": "und"}
    from_dict({**whole, **data})


def check_for_works(data: Mapping[str, object]) -> None:
    """As `check_partial`, of what is to hold for every cut below a work: no place has one time."""
    check_partial(data)
    extras = data.get("extras", [])
    if isinstance(extras, list) and any(item.get("where") for item in extras):
        raise _bad("extras", "name no place, since what holds for many cuts has no one time")


def to_dict(declaration: Declaration) -> dict[str, object]:
    """Plain JSON values; `from_dict` reads them back. What was not stated is left out."""
    data: dict[str, object] = {
        "release_at": declaration.release_at.isoformat(),
        "territories": list(declaration.territories),
        "medium": declaration.medium.value,
        "language": declaration.language,
        "uses": [_use_to_dict(use) for use in declaration.uses],
        "ai_labelled": declaration.ai_labelled,
    }
    if declaration.stage is not Stage.RELEASE:
        data["stage"] = declaration.stage.value
    if declaration.audience_test_days is not None:
        data["audience_test_days"] = declaration.audience_test_days
    if declaration.descriptors:
        data["descriptors"] = [item.value for item in declaration.descriptors]
    shares = {part: getattr(declaration.ai_use, part) for part in AI_PARTS}
    if any(shares.values()):
        data["ai_use"] = {part: share.value for part, share in shares.items() if share}
    if declaration.dataset:
        data["dataset"] = True
    if declaration.extras:
        data["extras"] = [_extras_to_dict(item) for item in declaration.extras]
    if declaration.figures:
        data["figures"] = [_figure_to_dict(item) for item in declaration.figures]
    return data


def _extras_to_dict(item: DeclaredExtras) -> dict[str, object]:
    data: dict[str, object] = {"reference": item.reference, "count": item.count}
    if item.where:
        data["where"] = [[span.start_ms, span.end_ms] for span in item.where]
    return data


def _figure_to_dict(item: DeclaredFigure) -> dict[str, object]:
    return {"character_id": item.character_id, **({"inherited": True} if item.inherited else {})}


def _use_to_dict(use: DeclaredUse) -> dict[str, object]:
    data: dict[str, object] = {"performer_id": use.performer_id, "kind": use.kind.value}
    if use.modality is not None:
        data["modality"] = use.modality.value
    if use.engagement_ref:
        data["engagement_ref"] = use.engagement_ref
    if use.privilege is not None:
        data["privilege"] = use.privilege.value
    if use.inherited:
        data["inherited"] = True
    return data


def _use(number: int, data: object) -> DeclaredUse:
    where = f"uses[{number}]"
    if not isinstance(data, Mapping):
        raise _bad(where, "be a table")
    _check_keys(where, data, USE_KEYS, USE_REQUIRED)
    performer_id = _text(f"{where}.performer_id", data["performer_id"], 64)
    if not is_id("prf", performer_id):
        raise _bad(f"{where}.performer_id", "be a performer's id (prf_...)")
    kind = _choice(f"{where}.kind", data["kind"], KindOfUse)
    modality, privilege = data.get("modality"), data.get("privilege")
    use = DeclaredUse(
        performer_id=performer_id,
        kind=kind,
        modality=None if modality is None else _choice(f"{where}.modality", modality, Modality),
        engagement_ref=_text(
            f"{where}.engagement_ref", data.get("engagement_ref", ""), REFERENCE_LENGTH_MAX
        ),
        privilege=None
        if privilege is None
        else _choice(f"{where}.privilege", privilege, Privilege),
        inherited=_flag(f"{where}.inherited", data.get("inherited", False)),
    )
    if not concerned(use.kind, use.modality):
        raise _bad(f"{where}.modality", f"be one that {kind.value} concerns")
    return use


def _extras(values: list[object]) -> tuple[DeclaredExtras, ...]:
    if len(values) > EXTRAS_MAX:
        raise _bad("extras", f"hold at most {EXTRAS_MAX} entries")
    found: list[DeclaredExtras] = []
    for number, value in enumerate(values, start=1):
        where = f"extras[{number}]"
        if not isinstance(value, Mapping):
            raise _bad(where, "be a table")
        _check_keys(where, value, {"reference", "count", "where"}, {"reference"})
        reference = _text(f"{where}.reference", value["reference"], REFERENCE_LENGTH_MAX).strip()
        if not reference or not reference.isprintable():
            raise _bad(f"{where}.reference", "name the release")
        count = value.get("count", 1)
        if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= PEOPLE_MAX:
            raise _bad(f"{where}.count", f"be a whole number from 1 to {PEOPLE_MAX}")
        places = _list(f"{where}.where", value.get("where", []))
        spans = tuple(_span(f"{where}.where", item) for item in places)
        found.append(DeclaredExtras(reference, count, merge(spans)))
    return tuple(found)


def _figures(values: list[object]) -> tuple[DeclaredFigure, ...]:
    if len(values) > FIGURES_MAX:
        raise _bad("figures", f"hold at most {FIGURES_MAX} entries")
    found: dict[str, DeclaredFigure] = {}
    for number, value in enumerate(values, start=1):
        where = f"figures[{number}]"
        if not isinstance(value, Mapping):
            raise _bad(where, "be a table")
        _check_keys(where, value, {"character_id", "inherited"}, {"character_id"})
        character_id = _text(f"{where}.character_id", value["character_id"], 64)
        if not is_id("chr", character_id):
            raise _bad(f"{where}.character_id", "be an invented figure's id (chr_...)")
        inherited = _flag(f"{where}.inherited", value.get("inherited", False))
        found[character_id] = DeclaredFigure(character_id, inherited)
    return tuple(found.values())


def _span(where: str, value: object) -> Span:
    match value:
        case [int(start), int(end)] if 0 <= start < end and not isinstance(start, bool):
            return Span(start, end)
    raise _bad(where, "be pairs of milliseconds, start before end")


def _descriptors(values: list[object]) -> tuple[Descriptor, ...]:
    named = {_choice("descriptors", value, Descriptor) for value in values}
    return tuple(item for item in Descriptor if item in named)


def _ai_use(data: object) -> AiUse:
    if not isinstance(data, Mapping):
        raise _bad("ai_use", "be a table")
    _check_keys("ai_use", data, set(AI_PARTS), set())
    return AiUse(**{str(part): _choice(f"ai_use.{part}", data[part], AiShare) for part in data})


def _days(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= TEST_DAYS_MAX:
        raise _bad("audience_test_days", f"be a whole number from 1 to {TEST_DAYS_MAX}")
    return value


def _check_keys(
    where: str, data: Mapping[str, object], known: set[str], required: set[str]
) -> None:
    if not known.issuperset(data):
        raise _bad(where, f"have no keys but {', '.join(sorted(known))}")
    missing = required.difference(data)
    if missing:
        raise _bad(where, f"have {', '.join(sorted(missing))}", *sorted(missing))


def _list(where: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise _bad(where, "be a list")
    return value


def _text(where: str, value: object, length_max: int) -> str:
    if not isinstance(value, str) or len(value) > length_max:
        raise _bad(where, f"be a text of at most {length_max} characters")
    return value


def _flag(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _bad(where, "be true or false")
    return value


def _date(value: object) -> date:
    # TOML has dates of its own; a date with a time is refused, as a release day has no zone.
    if type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError as exc:
            raise _bad("release_at", "be a date of the calendar") from exc
    raise _bad("release_at", "be a date like 2027-01-31")


def _language(value: object) -> str:
    text = _text("language", value, 40)
    if not LANGUAGE.fullmatch(text):
        raise _bad("language", 'be a BCP 47 tag like "de" or "pt-BR"')
    return text


def _choice(where: str, value: object, kind: type[Choice]) -> Choice:
    try:
        return kind(_text(where, value, 40))
    except ValueError as exc:
        raise _bad(where, f"be one of {', '.join(item.value for item in kind)}") from exc


def _bad(where: str, must: str, *fields: str) -> BadInput:
    return BadInput(
        f"In the declaration, {where} must {must}.",
        next_step="Mend the declaration and hand it in again.",
        code="bad-declaration",
        fields=fields or (where,),
    )
