"""Terms as an ODRL agreement, in the words of ODRL wherever it has one.

The same terms always give the same agreement, and what terms leave open is not written. Read back
by `licensing.policyreading`. Profile of ODRL 2.2, https://www.w3.org/TR/odrl-model/ and
https://www.w3.org/TR/odrl-vocab/; our own words carry the prefix `eb:`.
"""

from core.clock import to_text
from core.money import rate_text
from fingerprint.models import Modality
from licensing.models import ANY, Formation, TariffKind, TariffTerm, Terms
from registry.models.works import KindOfUse, Stage
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
PAY_PER = {
    TariffKind.PER_MINUTE: "eb:minute",
    TariffKind.PER_VIEW: "eb:view",
    TariffKind.TARIFF: "eb:publishedTariff",
}
SCOPES = {
    "territories": "spatial",
    "languages": "language",
    "media": "media",
    "works": "eb:work",
    "formats": "eb:format",
}
STAGES = {
    Stage.PITCH: "eb:pitch",
    Stage.AUDIENCE_TEST: "eb:audienceTest",
    Stage.RELEASE: "eb:release",
}
FORMATION = {
    "written": "eb:written",
    "separate_agreement": "eb:separateAgreement",
    "conspicuous": "eb:conspicuous",
    "counsel": "eb:counsel",
    "union_agreement": "eb:unionAgreement",
    "agency_key": "eb:agencyKey",
}
GRANT_USE = "grantUse"
LIVING, DECEASED = "eb:living", "eb:deceased"
DIRECT = "eb:direct"
PERFORMER_URN = "urn:ebenbild:performer:"
TENANT_URN = "urn:ebenbild:tenant:"
LICENCE_URN = "urn:ebenbild:licence:"
TARIFF_URN = "urn:ebenbild:tariff:"
CURRENCY_URN = "urn:iso:std:iso:4217#"


def policy_of(terms: Terms, *, profile: str) -> dict[str, object]:
    """The agreement that says these terms: one permission per kind of use and modality."""
    return {
        "type": "Agreement",
        "profile": profile,
        "assigner": PERFORMER_URN + terms.performer_id,
        "assignee": TENANT_URN + terms.licensee_id,
        "permission": _permissions(terms) + _grants(terms),
        "prohibition": _prohibitions(terms),
        **_promises(terms),
        **_circumstances(terms),
    }


def _permissions(terms: Terms) -> list[dict[str, object]]:
    return [
        {
            "target": _target(terms.performer_id, modality),
            "action": ACTIONS[kind],
            "constraint": _constraints(terms),
            "duty": _duties(terms),
        }
        for kind in terms.kinds
        for modality in terms.modalities
        if modality in concerned(kind, None)
    ]


def _grants(terms: Terms) -> list[dict[str, object]]:
    """ODRL's own word for sublicensing; absent, as everything that is not permitted."""
    if not terms.sublicensable:
        return []
    return [
        {"target": _target(terms.performer_id, modality), "action": GRANT_USE}
        for modality in terms.modalities
    ]


def _promises(terms: Terms) -> dict[str, object]:
    """What binds the performer: to grant nobody else the same."""
    if not terms.exclusive:
        return {}
    bound = {"assigner": TENANT_URN + terms.licensee_id}
    bound["assignee"] = PERFORMER_URN + terms.performer_id
    return {"obligation": [{"action": "eb:grantNoOther", **bound}]}


def _circumstances(terms: Terms) -> dict[str, object]:
    """What the agreement rests on and how it came about and ends."""
    template, formation = terms.template, terms.formation
    said: dict[str, object] = {
        "dc:description": terms.description,
        "eb:sublicenceOf": terms.parent_licence_id and LICENCE_URN + terms.parent_licence_id,
        "eb:framework": _framework(terms),
        "eb:terminationNotice": terms.termination_notice_days
        and f"P{terms.termination_notice_days}D",
        "eb:template": template
        and {
            "eb:id": template.id,
            "eb:version": template.version,
            "eb:digest": template.digest,
        },
        "eb:collection": terms.paid_directly and DIRECT,
        "eb:courtApproval": formation.court_approval_ref,
    }
    found = {name: value for name, value in said.items() if value}
    if formation_words(formation) != formation_words(Formation()):
        found["eb:formation"] = formation_words(formation)
    return found


def _framework(terms: Terms) -> object:
    """The name of a framework, or what pins one that is published."""
    if not terms.framework_version and not terms.framework_digest:
        return terms.framework_id
    return {
        "eb:id": terms.framework_id,
        "eb:version": terms.framework_version,
        "eb:digest": terms.framework_digest,
    }


def formation_words(formation: Formation) -> list[str]:
    """What is true of how the agreement was formed, in the words of the profile."""
    return [said for name, said in FORMATION.items() if getattr(formation, name)]


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
    if terms.stages != (Stage.RELEASE,):
        found.append(_constraint("eb:stage", "isAnyOf", [STAGES[stage] for stage in terms.stages]))
    if terms.audience_test_days_max is not None:
        days = f"P{terms.audience_test_days_max}D"
        found.append(_constraint("eb:audienceTestTime", "lteq", days))
    if terms.uses_max is not None:
        found.append(_constraint("count", "lteq", str(terms.uses_max)))
    if terms.post_mortem:
        found.append(_constraint("eb:performerIs", "isAnyOf", [LIVING, DECEASED]))
    return found


def _duties(terms: Terms) -> list[dict[str, object]]:
    found = [_payment(terms.tariff, None)]
    found += [_payment(rate.tariff, rate.stage) for rate in terms.stage_rates]
    if terms.label_ai:
        found.append({"action": "eb:labelAsAI"})
    if terms.approval_per_cut:
        found.append(
            {"action": "obtainConsent", "constraint": [_constraint("eb:per", "eq", "eb:cut")]}
        )
    if terms.use_notice_hours:
        hours = f"PT{terms.use_notice_hours}H"
        found.append({"action": "inform", "constraint": [_constraint("eb:ahead", "gteq", hours)]})
    return found


def _payment(tariff: TariffTerm, stage: Stage | None) -> dict[str, object]:
    amount = _constraint("payAmount", "eq", rate_text(tariff.rate_micro))
    amount["unit"] = CURRENCY_URN + tariff.currency
    limits = [amount, _constraint("eb:payPer", "eq", PAY_PER[tariff.kind])]
    if tariff.tariff is not None:
        named = f"{TARIFF_URN}{tariff.tariff.id}:{tariff.tariff.version}"
        limits.append(_constraint("eb:tariff", "eq", named))
        limits.append(_constraint("eb:tariffDigest", "eq", tariff.tariff.digest))
    if stage is not None:
        limits.append(_constraint("eb:stage", "eq", STAGES[stage]))
    return {"action": "compensate", "constraint": limits}


def _prohibitions(terms: Terms) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if not terms.training:
        found.append({"action": ACTIONS[KindOfUse.TRAIN_MODEL]})
    if terms.contexts_prohibited:
        contexts = [f"eb:{context.value}" for context in terms.contexts_prohibited]
        found.append({"action": "use", "constraint": [_constraint("purpose", "isAnyOf", contexts)]})
    return found
