"""The terms of a licence as plain data: read, written, and put in order.

Scope is never implied: whoever drafts a licence writes territories, languages, media and works
out, or writes "*" and means it. Conditions beyond the scope are optional and lie in
`licensing.conditions`. Messages name the field and never repeat its content.
"""

from collections.abc import Mapping
from dataclasses import replace

from core.clock import to_text
from fingerprint.models import Modality
from licensing.conditions import PLAIN, conditions_to_dict, with_conditions
from licensing.fields import (
    flag,
    members,
    only_fields,
    tariff,
    tariff_to_dict,
    text,
    texts,
    time,
    whole,
)
from licensing.models import Context, Terms
from registry.models.works import KindOfUse, Stage

_REQUIRED = frozenset(
    {"performer_id", "licensee_id", "kinds", "modalities", "territories", "languages", "media"}
    | {"works", "valid_from", "valid_until", "tariff"}
)
_OPTIONAL = frozenset({"seconds_max", "contexts_prohibited", "label_ai", *PLAIN})
_STAGES = list(Stage)


def terms_to_dict(terms: Terms) -> dict[str, object]:
    """JSON-ready form; inverse of `terms_from_dict`.

    Conditions that say what their absence says are left out.
    """
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
        "tariff": tariff_to_dict(terms.tariff),
        **conditions_to_dict(terms),
    }


def terms_from_dict(data: Mapping[str, object]) -> Terms:
    """Read terms as JSON or TOML gave them; "*" may stand for ["*"], dates are ISO 8601 UTC.

    Raises BadTerms naming every missing or unknown field, or the first malformed one. Whether
    the terms make sense is asked of `termrules.check_terms`.
    """
    only_fields(data, _REQUIRED, _OPTIONAL, "terms")
    terms = Terms(
        performer_id=text(data, "performer_id"),
        licensee_id=text(data, "licensee_id"),
        kinds=members(data, "kinds", KindOfUse),
        modalities=members(data, "modalities", Modality),
        valid_from=time(data, "valid_from"),
        valid_until=time(data, "valid_until"),
        tariff=tariff(data["tariff"], "tariff"),
        territories=texts(data, "territories"),
        languages=texts(data, "languages"),
        media=texts(data, "media"),
        works=texts(data, "works"),
        seconds_max=whole(data.get("seconds_max"), "seconds_max"),
        contexts_prohibited=members(data, "contexts_prohibited", Context),
        label_ai=flag(data.get("label_ai", True), "label_ai"),
    )
    return with_conditions(terms, data)


def ordered(terms: Terms) -> Terms:
    """The same terms with kinds, modalities and stages in the order of their definition."""
    return replace(
        terms,
        kinds=tuple(kind for kind in KindOfUse if kind in terms.kinds),
        modalities=tuple(modality for modality in Modality if modality in terms.modalities),
        stages=tuple(stage for stage in Stage if stage in terms.stages),
        stage_rates=tuple(sorted(terms.stage_rates, key=lambda rate: _STAGES.index(rate.stage))),
    )


def framed(terms: Terms, version: str, digest: str) -> Terms:
    """The terms under their framework in this version, unless they pin one already."""
    formed = replace(terms.formation, union_agreement=True)
    if terms.framework_version or terms.framework_digest:
        return replace(terms, formation=formed)
    return replace(terms, framework_version=version, framework_digest=digest, formation=formed)
