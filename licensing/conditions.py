"""The conditions of a licence beyond its scope: stages and prices, notices, how it was formed.

Every one may be left out, and then says what licences without it have always said; what equals
that is not written, so that older licences keep their bytes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace

from core.errors import BadTerms
from licensing.fields import (
    SHAPE,
    flag,
    member,
    members,
    only_fields,
    tariff,
    tariff_to_dict,
    text,
    texts,
    whole,
)
from licensing.models import Formation, StageRate, TemplateRef, Terms
from registry.models.works import Stage

DESCRIPTION_LENGTH_MAX = 4_000
DIGEST = re.compile(r"[0-9a-f]{64}")
FORMATION_FLAGS = tuple(
    field.name for field in fields_of(Formation) if field.name != "court_approval_ref"
)
PLAIN = {
    field.name: field.default
    for field in fields_of(Terms)
    if field.name
    in {
        *("description", "formats", "stages", "audience_test_days_max", "stage_rates", "uses_max"),
        *("exclusive", "sublicensable", "parent_licence_id", "approval_per_cut"),
        *("use_notice_hours", "termination_notice_days", "post_mortem"),
        *("paid_directly",),
        *("template", "framework_id", "framework_version", "framework_digest", "formation"),
    }
}
"""Every condition, with what it says where it is left out."""
_FORMATION = frozenset({*FORMATION_FLAGS, "court_approval_ref"})


def conditions_to_dict(terms: Terms) -> dict[str, object]:
    """JSON-ready form of all conditions that say something; inverse of `with_conditions`."""
    said = {name: getattr(terms, name) for name, plain in PLAIN.items()}
    return {name: _written(value) for name, value in said.items() if value != PLAIN[name]}


def with_conditions(terms: Terms, data: Mapping[str, object]) -> Terms:
    """The terms with the conditions that `data` names; raises BadTerms for a malformed one."""
    return replace(
        terms,
        description=_optional_text(data, "description", DESCRIPTION_LENGTH_MAX),
        formats=texts(data, "formats") if "formats" in data else terms.formats,
        stages=members(data, "stages", Stage) if "stages" in data else terms.stages,
        audience_test_days_max=whole(data.get("audience_test_days_max"), "audience_test_days_max"),
        stage_rates=_stage_rates(data.get("stage_rates", ())),
        uses_max=whole(data.get("uses_max"), "uses_max"),
        exclusive=flag(data.get("exclusive", False), "exclusive"),
        sublicensable=flag(data.get("sublicensable", False), "sublicensable"),
        parent_licence_id=_optional_text(data, "parent_licence_id"),
        approval_per_cut=flag(data.get("approval_per_cut", False), "approval_per_cut"),
        use_notice_hours=_notice(data, "use_notice_hours"),
        termination_notice_days=_notice(data, "termination_notice_days"),
        post_mortem=flag(data.get("post_mortem", False), "post_mortem"),
        paid_directly=flag(data.get("paid_directly", False), "paid_directly"),
        template=_template(data.get("template")),
        framework_id=_optional_text(data, "framework_id"),
        framework_version=_optional_text(data, "framework_version"),
        framework_digest=_optional_text(data, "framework_digest"),
        formation=formation_from_dict(data.get("formation", {})),
    )


def formation_to_dict(formation: Formation) -> dict[str, object]:
    """JSON-ready form, complete; inverse of `formation_from_dict`."""
    return {name: getattr(formation, name) for name in sorted(_FORMATION)}


def formation_from_dict(data: object) -> Formation:
    """Read how an agreement was formed; what is left out is as `Formation` has it."""
    found = only_fields(data, frozenset(), _FORMATION, "formation")
    plain = Formation()
    flags = {name: flag(found.get(name, getattr(plain, name)), name) for name in FORMATION_FLAGS}
    return replace(plain, court_approval_ref=_optional_text(found, "court_approval_ref"), **flags)


def template_to_dict(template: TemplateRef) -> dict[str, object]:
    """JSON-ready form of the standard contract and its version."""
    return {"id": template.id, "version": template.version, "digest": template.digest}


def _written(value: object) -> object:
    if isinstance(value, Formation):
        return formation_to_dict(value)
    if isinstance(value, TemplateRef):
        return template_to_dict(value)
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    if isinstance(value, StageRate):
        return {"stage": value.stage.value, **tariff_to_dict(value.tariff)}
    return value


def _optional_text(data: Mapping[str, object], field: str, length_max: int = 200) -> str:
    return text(data, field, length_max=length_max) if data.get(field, "") != "" else ""


def _notice(data: Mapping[str, object], field: str) -> int:
    return whole(data.get(field, 0), field) or 0


def _stage_rates(value: object) -> tuple[StageRate, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > len(Stage):
        raise BadTerms(f"stage_rates must be at most {len(Stage)} tables.", next_step=SHAPE)
    return tuple(_stage_rate(item) for item in value)


def _stage_rate(value: object) -> StageRate:
    if not isinstance(value, Mapping) or "stage" not in value:
        raise BadTerms("stage_rates must each name a stage.", next_step=SHAPE)
    price = {name: item for name, item in value.items() if name != "stage"}
    stage = member(value, "stage", Stage, "stage_rates.stage")
    return StageRate(stage, tariff(price, "stage_rates"))


def _template(value: object) -> TemplateRef | None:
    if value is None:
        return None
    found = only_fields(value, frozenset({"id", "version", "digest"}), frozenset(), "template")
    if not DIGEST.fullmatch(text(found, "digest")):
        raise BadTerms("template.digest must be 64 hexadecimal digits.", next_step=SHAPE)
    return TemplateRef(text(found, "id"), text(found, "version"), text(found, "digest"))
