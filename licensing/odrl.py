"""A licence's agreement as ODRL 2.2 in JSON-LD, for programs that know ODRL and nothing of ours.

What is signed is short: parties stand once, numbers and times are text. Here every rule names its
parties and its asset, and every value its type, so that no reader has to know our habits. It is a
copy to read; the signed licence is what counts, and whether it still stands is told by the status
list that `eb:status` points at.
Specs: https://www.w3.org/TR/odrl-model/, https://www.w3.org/TR/odrl-vocab/,
https://www.w3.org/TR/json-ld11/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from licensing.credential import PROFILE_PATH, LicenceFacts
from licensing.policy import policy_of

ODRL_CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
CONTEXT_PATH = "/ns/likeness/v1"
OWN_PREFIX = "eb:"
_RULES = ("permission", "prohibition", "obligation")
_TYPES = {
    "dateTime": "xsd:dateTime",
    "meteredTime": "xsd:duration",
    "eb:audienceTestTime": "xsd:duration",
    "eb:ahead": "xsd:duration",
    "count": "xsd:integer",
    "payAmount": "xsd:decimal",
}


def odrl_of(facts: LicenceFacts) -> dict[str, object]:
    """The agreement of one licence; the same licence always gives the same document."""
    policy: dict[str, Any] = policy_of(facts.terms, profile=facts.base_url + PROFILE_PATH)
    parties = {name: policy[name] for name in ("assigner", "assignee")}
    likeness = f"urn:likeness:{facts.terms.performer_id}"
    return {
        "@context": [ODRL_CONTEXT, facts.base_url + CONTEXT_PATH],
        "uid": facts.vc_id,
        **{name: value for name, value in policy.items() if name not in _RULES},
        **{
            name: [_rule(item, parties, likeness) for item in policy[name]]
            for name in _RULES
            if policy.get(name)
        },
        "eb:status": f"{facts.status_url}#{facts.status_index}",
    }


def _rule(rule: Mapping[str, Any], parties: Mapping[str, str], likeness: str) -> dict[str, Any]:
    """One rule that can be read alone: a prohibition without a target is about all of it."""
    return {**parties, "target": likeness, **rule, **_typed(rule)}


def _typed(rule: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "constraint" in rule:
        found["constraint"] = [_constraint(limit) for limit in rule["constraint"]]
    if "duty" in rule:
        found["duty"] = [{**duty, **_typed(duty)} for duty in rule["duty"]]
    return found


def _constraint(limit: Mapping[str, Any]) -> dict[str, Any]:
    value, kind = limit["rightOperand"], _TYPES.get(limit["leftOperand"])
    several: Sequence[str] | None = value if isinstance(value, list) else None
    said = [_value(one, kind) for one in several] if several is not None else _value(value, kind)
    return {**limit, "rightOperand": said}


def _value(value: str, kind: str | None) -> object:
    if kind is not None:
        return {"@value": value, "@type": kind}
    return {"@id": value} if value.startswith(OWN_PREFIX) else value
