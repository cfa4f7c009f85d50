"""Terms read out of an ODRL agreement, so that nothing signed goes unread.

The terms found are written as a policy again and must give the very same one: a permission,
constraint or duty that this profile does not know makes the policy unreadable instead of being
passed over. Spec: https://www.w3.org/TR/odrl-model/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.clock import from_text
from core.errors import BadInput, BadTerms
from core.money import parse_rate
from fingerprint.models import Modality
from licensing.conditions import DIGEST
from licensing.models import (
    ANY,
    Context,
    Formation,
    StageRate,
    TariffRef,
    TariffTerm,
    TemplateRef,
    Terms,
)
from licensing.policy import (
    ACTIONS,
    CURRENCY_URN,
    DIRECT,
    FORMATION,
    GRANT_USE,
    LICENCE_URN,
    PAY_PER,
    PERFORMER_URN,
    SCOPES,
    STAGES,
    TARIFF_URN,
    TENANT_URN,
    policy_of,
)
from registry.models.works import Stage

_KINDS = {action: kind for kind, action in ACTIONS.items()}
_PAID_PER = {per: kind for kind, per in PAY_PER.items()}
_STAGES = {said: stage for stage, said in STAGES.items()}
_Json = Mapping[str, Any]


def terms_from_policy(policy: object, *, profile: str) -> Terms:
    """Read terms out of a policy of this profile; inverse of `policy_of` for ordered terms.

    Raises BadTerms when the policy says anything more, less or other than the terms read.
    """
    try:
        terms = _read(policy)
        again = policy_of(terms, profile=profile)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise _unreadable() from exc
    if again != policy:
        raise _unreadable()
    return terms


def _unreadable() -> BadTerms:
    return BadTerms(
        "The policy is not one of this profile, or says more than its terms.",
        next_step="Draft the licence again through this registry.",
    )


def _read(policy: Any) -> Terms:
    granted: Sequence[_Json] = policy["permission"]
    permissions = [item for item in granted if item["action"] != GRANT_USE]
    first = permissions[0]
    limits: Sequence[_Json] = first["constraint"]
    duties: Sequence[_Json] = first["duty"]
    template = policy.get("eb:template")
    return Terms(
        performer_id=policy["assigner"].removeprefix(PERFORMER_URN),
        licensee_id=policy["assignee"].removeprefix(TENANT_URN),
        kinds=tuple(dict.fromkeys(_KINDS[item["action"]] for item in permissions)),
        modalities=_modalities(permissions),
        valid_from=from_text(_right(limits, "dateTime", "gteq")),
        valid_until=from_text(_right(limits, "dateTime", "lt")),
        tariff=_tariff(duties[0]["constraint"]),
        territories=_scope(limits, "territories"),
        languages=_scope(limits, "languages"),
        media=_scope(limits, "media"),
        works=_scope(limits, "works"),
        seconds_max=_number(_right(limits, "meteredTime", "lteq"), "PT", "S"),
        contexts_prohibited=_contexts(policy["prohibition"]),
        label_ai=_duty(duties, "eb:labelAsAI") is not None,
        description=_text(policy.get("dc:description", "")),
        formats=_scope(limits, "formats"),
        stages=_stages(limits),
        audience_test_days_max=_number(_right(limits, "eb:audienceTestTime", "lteq"), "P", "D"),
        stage_rates=_stage_rates(duties),
        uses_max=_number(_right(limits, "count", "lteq"), "", ""),
        exclusive="obligation" in policy,
        sublicensable=len(permissions) < len(granted),
        parent_licence_id=policy.get("eb:sublicenceOf", "").removeprefix(LICENCE_URN),
        approval_per_cut=_duty(duties, "obtainConsent") is not None,
        use_notice_hours=_notice(duties),
        termination_notice_days=_number(policy.get("eb:terminationNotice"), "P", "D") or 0,
        post_mortem=_right(limits, "eb:performerIs", "isAnyOf") is not None,
        paid_directly=policy.get("eb:collection") == DIRECT,
        template=None if template is None else _template(template),
        formation=_formation(policy),
        **_framework(policy.get("eb:framework", "")),
    )


def _modalities(permissions: Sequence[_Json]) -> tuple[Modality, ...]:
    named = {item["target"].rpartition(":")[2] for item in permissions}
    return tuple(modality for modality in Modality if modality.value in named)


def _right(limits: Sequence[_Json], left: str, operator: str) -> Any:
    for limit in limits:
        if limit["leftOperand"] == left and limit["operator"] == operator:
            return limit["rightOperand"]
    return None


def _scope(limits: Sequence[_Json], field: str) -> tuple[str, ...]:
    values = _right(limits, SCOPES[field], "isAnyOf")
    return (ANY,) if values is None else tuple(_text(value) for value in values)


def _template(said: _Json) -> TemplateRef:
    digest = _text(said["eb:digest"])
    if not DIGEST.fullmatch(digest):
        raise ValueError("template")
    return TemplateRef(_text(said["eb:id"]), _text(said["eb:version"]), digest)


def _framework(said: str | _Json) -> dict[str, str]:
    parts = {"eb:id": said} if isinstance(said, str) else said
    return {
        f"framework_{name}": _text(parts.get(f"eb:{name}", ""))
        for name in ("id", "version", "digest")
    }


def _text(value: object) -> str:
    # What is copied as it stands would compare equal whatever it is.
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _number(said: Any, before: str, after: str) -> int | None:
    return None if said is None else int(said.removeprefix(before).removesuffix(after))


def _tariff(constraints: Sequence[_Json]) -> TariffTerm:
    amount, per = constraints[:2]
    return TariffTerm(
        kind=_PAID_PER[per["rightOperand"]],
        rate_micro=parse_rate(amount["rightOperand"]),
        currency=amount["unit"].removeprefix(CURRENCY_URN),
        tariff=_tariff_named(constraints),
    )


def _tariff_named(constraints: Sequence[_Json]) -> TariffRef | None:
    said = _right(constraints, "eb:tariff", "eq")
    if said is None:
        return None
    name, _, version = _text(said).removeprefix(TARIFF_URN).rpartition(":")
    return TariffRef(name, int(version), _text(_right(constraints, "eb:tariffDigest", "eq")))


def _stages(limits: Sequence[_Json]) -> tuple[Stage, ...]:
    said = _right(limits, "eb:stage", "isAnyOf")
    return (Stage.RELEASE,) if said is None else tuple(_STAGES[item] for item in said)


def _stage_rates(duties: Sequence[_Json]) -> tuple[StageRate, ...]:
    paid = [duty["constraint"] for duty in duties[1:] if duty["action"] == "compensate"]
    return tuple(
        StageRate(_STAGES[_right(limits, "eb:stage", "eq")], _tariff(limits)) for limits in paid
    )


def _duty(duties: Sequence[_Json], action: str) -> _Json | None:
    return next((duty for duty in duties if duty["action"] == action), None)


def _notice(duties: Sequence[_Json]) -> int:
    duty = _duty(duties, "inform")
    said = None if duty is None else _right(duty["constraint"], "eb:ahead", "gteq")
    return _number(said, "PT", "H") or 0


def _formation(policy: _Json) -> Formation:
    approval = _text(policy.get("eb:courtApproval", ""))
    said = policy.get("eb:formation")
    if said is None:
        return Formation(court_approval_ref=approval)
    flags = {name: word in said for name, word in FORMATION.items()}
    return Formation(court_approval_ref=approval, **flags)


def _contexts(prohibitions: Sequence[_Json]) -> tuple[Context, ...]:
    for item in prohibitions:
        if item["action"] == "use":
            names = item["constraint"][0]["rightOperand"]
            return tuple(Context(name.removeprefix("eb:")) for name in names)
    return ()
