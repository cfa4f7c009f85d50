"""Terms as an ODRL agreement, and back, so that nothing signed goes unread.

`terms_from_policy` writes the terms it found as a policy again and demands the very same one:
a permission, constraint or duty that this profile does not know makes the policy unreadable
instead of being passed over. Profile of ODRL 2.2, https://www.w3.org/TR/odrl-model/ and
https://www.w3.org/TR/odrl-vocab/; our own words carry the prefix `eb:`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.clock import from_text, to_text
from core.errors import BadInput, BadTerms
from core.money import parse_rate, rate_text
from fingerprint.models import Modality
from licensing.models import ANY, Context, TariffKind, TariffTerm, Terms
from registry.models.works import KindOfUse
from registry.usekinds import concerned

ACTIONS = {
    KindOfUse.OWN_PERFORMANCE: "eb:ownPerformance",
    KindOfUse.SYNTHESISE_VOICE: "eb:synthesiseVoice",
    KindOfUse.REPLICATE_FACE: "eb:replicateFace",
    KindOfUse.FULL_REPLICA: "eb:fullReplica",
    KindOfUse.EDIT: "eb:edit",
    KindOfUse.BLEND: "eb:blend",
    KindOfUse.ENHANCE: "eb:enhance",
    KindOfUse.DUB: "eb:dub",
    KindOfUse.DE_AGE: "eb:deAge",
    KindOfUse.ARCHIVE_REUSE: "eb:archiveReuse",
    KindOfUse.TRAIN_MODEL: "eb:trainModel",
    KindOfUse.TEXT_AND_DATA_MINING: "eb:textAndDataMining",
}
PAY_PER = {TariffKind.PER_MINUTE: "eb:minute", TariffKind.PER_VIEW: "eb:view"}
SCOPES = {"territories": "spatial", "languages": "language", "media": "media", "works": "eb:work"}
PERFORMER_URN = "urn:ebenbild:performer:"
TENANT_URN = "urn:ebenbild:tenant:"
CURRENCY_URN = "urn:iso:std:iso:4217#"

_KINDS = {action: kind for kind, action in ACTIONS.items()}
_PAID_PER = {per: kind for kind, per in PAY_PER.items()}
_Json = Mapping[str, Any]


def policy_of(terms: Terms, *, profile: str) -> dict[str, object]:
    """The agreement that says these terms: one permission per kind of use and modality."""
    return {
        "type": "Agreement",
        "profile": profile,
        "assigner": PERFORMER_URN + terms.performer_id,
        "assignee": TENANT_URN + terms.licensee_id,
        "permission": [
            {
                "target": _target(terms.performer_id, modality),
                "action": ACTIONS[kind],
                "constraint": _constraints(terms),
                "duty": _duties(terms),
            }
            for kind in terms.kinds
            for modality in terms.modalities
            if modality in concerned(kind, None)
        ],
        "prohibition": _prohibitions(terms),
    }


def terms_from_policy(policy: object, *, profile: str) -> Terms:
    """Read terms out of a policy of this profile; inverse of `policy_of` for ordered terms.

    Raises BadTerms when the policy says anything more, less or other than the terms read.
    """
    try:
        terms = _read(policy)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise _unreadable() from exc
    if policy_of(terms, profile=profile) != policy:
        raise _unreadable()
    return terms


def _unreadable() -> BadTerms:
    return BadTerms(
        "The policy is not one of this profile, or says more than its terms.",
        next_step="Draft the licence again through this registry.",
    )


def _target(performer_id: str, modality: Modality) -> str:
    return f"urn:likeness:{performer_id}:{modality.value}"


def _constraint(left: str, operator: str, right: object) -> dict[str, object]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def _constraints(terms: Terms) -> list[dict[str, object]]:
    found = [
        _constraint("dateTime", "gteq", to_text(terms.valid_from)),
        _constraint("dateTime", "lt", to_text(terms.valid_until)),
    ]
    for field, operand in SCOPES.items():
        values: tuple[str, ...] = getattr(terms, field)
        if values != (ANY,):
            found.append(_constraint(operand, "isAnyOf", list(values)))
    if terms.seconds_max is not None:
        found.append(_constraint("meteredTime", "lteq", f"PT{terms.seconds_max}S"))
    return found


def _duties(terms: Terms) -> list[dict[str, object]]:
    amount = _constraint("payAmount", "eq", rate_text(terms.tariff.rate_micro))
    amount["unit"] = CURRENCY_URN + terms.tariff.currency
    per = _constraint("eb:payPer", "eq", PAY_PER[terms.tariff.kind])
    pay: dict[str, object] = {"action": "compensate", "constraint": [amount, per]}
    return [pay, {"action": "eb:labelAsAI"}] if terms.label_ai else [pay]


def _prohibitions(terms: Terms) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if not terms.training:
        found.append({"action": ACTIONS[KindOfUse.TRAIN_MODEL]})
    if terms.contexts_prohibited:
        contexts = [f"eb:{context.value}" for context in terms.contexts_prohibited]
        found.append({"action": "use", "constraint": [_constraint("purpose", "isAnyOf", contexts)]})
    return found


def _read(policy: Any) -> Terms:
    permissions: Sequence[_Json] = policy["permission"]
    first = permissions[0]
    limits: Sequence[_Json] = first["constraint"]
    seconds = _right(limits, "meteredTime", "lteq")
    return Terms(
        performer_id=policy["assigner"].removeprefix(PERFORMER_URN),
        licensee_id=policy["assignee"].removeprefix(TENANT_URN),
        kinds=tuple(dict.fromkeys(_KINDS[item["action"]] for item in permissions)),
        modalities=_modalities(permissions),
        valid_from=from_text(_right(limits, "dateTime", "gteq")),
        valid_until=from_text(_right(limits, "dateTime", "lt")),
        tariff=_tariff(first["duty"][0]["constraint"]),
        territories=_scope(limits, "territories"),
        languages=_scope(limits, "languages"),
        media=_scope(limits, "media"),
        works=_scope(limits, "works"),
        seconds_max=None if seconds is None else int(seconds.removeprefix("PT").removesuffix("S")),
        contexts_prohibited=_contexts(policy["prohibition"]),
        label_ai=len(first["duty"]) > 1,
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
    return (ANY,) if values is None else tuple(values)


def _tariff(constraints: Sequence[_Json]) -> TariffTerm:
    amount, per = constraints
    return TariffTerm(
        kind=_PAID_PER[per["rightOperand"]],
        rate_micro=parse_rate(amount["rightOperand"]),
        currency=amount["unit"].removeprefix(CURRENCY_URN),
    )


def _contexts(prohibitions: Sequence[_Json]) -> tuple[Context, ...]:
    for item in prohibitions:
        if item["action"] == "use":
            names = item["constraint"][0]["rightOperand"]
            return tuple(Context(name.removeprefix("eb:")) for name in names)
    return ()
