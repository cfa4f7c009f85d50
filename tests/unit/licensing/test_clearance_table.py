"""The decision table: each row of the golden file gives its verdict and all of its reasons."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from core.clock import from_text
from core.ids import derived_id
from fingerprint.models import Decision, Modality, Reason
from licensing.clearance import decide
from licensing.decisionform import decision_from_dict, decision_to_dict, spans_from_list
from licensing.known import CutActs, Known, LabelFound, LabelScheme, LabelState, UnknownPolicy
from licensing.models import LicenceInForce
from licensing.models_clearance import ClearanceDecision, CutPlace
from licensing.models_standing import Stance, Standing
from licensing.models_suspension import Suspension
from licensing.rulepacks.packs import label_duties, shipped_packs
from licensing.terms import terms_from_dict
from registry.declaration import from_dict
from registry.models.evidence import UnknownPerson, Use
from registry.models.figures import Answer
from registry.models.works import CutFormat, KindOfUse
from tests.unit.licensing import make_decision_table
from tests.unit.licensing.figure_rows import invented_from_dict
from tests.unit.licensing.make_decision_table import TABLE
from tests.unit.licensing.queue_rows import answered

ROWS = json.loads(TABLE.read_text(encoding="utf-8"))["rows"]


def read_use(data: dict[str, Any]) -> Use:
    return Use(
        id=data["id"],
        cut_id="cut",
        submission_id="sub",
        scan_id="scn",
        performer_id=data["performer_id"],
        kind=None if data["kind"] is None else KindOfUse(data["kind"]),
        modalities=tuple(Modality(name) for name in data["modalities"]),
        decision=Decision(data["decision"]),
        spans=spans_from_list(data["spans"]),
        match_ids=(derived_id("mch", data["performer_id"]),),
        model_ids=(),
        threshold_ids=(),
        engagement_ref=data["engagement_ref"],
    )


def read_unknown(data: dict[str, Any]) -> UnknownPerson:
    person = UnknownPerson(
        Modality(data["modality"]),
        spans_from_list(data["spans"]),
        figure_id=data.get("figure_id", ""),
        invented=invented_from_dict(data["invented"]) if "invented" in data else None,
    )
    if "answer" not in data:
        return person
    said, reference = data["answer"]
    return replace(answered(Answer(said), reference=reference), spans=person.spans)


def read_licence(data: dict[str, Any]) -> LicenceInForce:
    return LicenceInForce(
        id=data["id"],
        vc_id="urn:uuid:x",
        tariff_id="tar",
        terms=terms_from_dict(data["terms"]),
        seq=data["seq"],
        revoked_at=time_or_none(data["revoked_at"]),
        signed_at=time_or_none(data["signed_at"]),
        guarded=data.get("guarded", True),
    )


def time_or_none(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


def read_suspension(data: dict[str, Any]) -> Suspension:
    return Suspension(
        id="sus",
        group_id="grp",
        kinds=frozenset(KindOfUse(kind) for kind in data["kinds"]),
        since=from_text(data["since"]),
        since_seq=1,
        lifted_at=time_or_none(data["lifted_at"]),
        lifted_seq=None if data["lifted_at"] is None else 2,
        clause=data["clause"],
    )


def read_acts(data: dict[str, Any]) -> CutActs:
    return CutActs(data["approved"], time_or_none(data["noticed_at"]))


def read_labels(data: list[list[str]] | None) -> tuple[LabelFound, ...] | None:
    if data is None:
        return None
    return tuple(LabelFound(LabelScheme(scheme), LabelState(state)) for scheme, state in data)


def read_known(data: dict[str, Any]) -> Known:
    return Known(
        suspensions={
            who: tuple(read_suspension(item) for item in found)
            for who, found in data.get("suspensions", {}).items()
        },
        under={
            name: tuple(read_suspension(item) for item in found)
            for name, found in data.get("under", {}).items()
        },
        minors={who: date.fromisoformat(day) for who, day in data.get("minors", {}).items()},
        deceased={who: date.fromisoformat(day) for who, day in data.get("deceased", {}).items()},
        standings={
            who: tuple(Standing(who, KindOfUse(kind), Stance(stance)) for kind, stance in found)
            for who, found in data.get("standings", {}).items()
        },
        rivals=tuple(read_licence(item) for item in data.get("rivals", [])),
        acts={name: read_acts(acts) for name, acts in data.get("acts", {}).items()},
        other_cuts=data.get("other_cuts", {}),
        confirmed=frozenset(data.get("confirmed", [])),
        doubted=frozenset(data.get("doubted", [])),
        collisions=frozenset(data.get("collisions", [])),
        disputed=frozenset(data.get("disputed", [])),
        figures=data.get("figures", {}),
        labels=read_labels(data.get("labels")),
        unknowns=UnknownPolicy(data.get("unknowns", "review")),
        unread=data.get("unread", 0),
        packs=tuple(pack for pack in shipped_packs() if pack.id in data.get("packs", [])),
    )


def decided(row: dict[str, Any]) -> ClearanceDecision:
    place = row["place"]
    return decide(
        [read_use(item) for item in row["uses"]],
        [read_unknown(item) for item in row["unknowns"]],
        [read_licence(item) for item in row["licences"]],
        from_dict(row["declaration"]),
        from_text(row["at"]),
        place=CutPlace(
            place["cut_id"],
            place["studio_id"],
            frozenset(place["scope_ids"]),
            None if place["format"] is None else CutFormat(place["format"]),
        ),
        duties=label_duties(),
        provisional=row["provisional"],
        known=read_known(row["known"]),
    )


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_each_row_gets_its_verdict_and_all_its_reasons(row: dict[str, Any]) -> None:
    decision = decided(row)
    said = [[span.verdict.value, codes(span.reasons)] for span in decision.spans]
    assert {
        "verdict": decision.verdict.value,
        "spans": said,
        "reasons": codes(decision.reasons),
        "warnings": codes(decision.warnings),
    } == row["expect"]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_the_order_of_facts_does_not_matter(row: dict[str, Any]) -> None:
    turned = dict(row)
    for field in ("uses", "unknowns", "licences"):
        turned[field] = row[field][::-1]
    assert decided(turned) == decided(row)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_a_decision_is_read_back_as_it_was_written(row: dict[str, Any]) -> None:
    decision = decided(row)
    written = json.loads(json.dumps(decision_to_dict(decision)))
    assert decision_from_dict(written) == decision


def test_what_is_too_long_by_a_hair_is_told_in_seconds_begun() -> None:
    (row,) = (row for row in ROWS if row["name"] == "too-long-by-a-hair")
    (span,) = decided(row).spans
    assert span.reasons == (Reason("over-length", {"seconds": 5, "seconds_max": 4}),)


def test_the_table_is_large_and_its_names_are_unique() -> None:
    assert len(ROWS) >= 200
    assert len({row["name"] for row in ROWS}) == len(ROWS)


def test_the_table_is_what_its_generator_writes() -> None:
    assert make_decision_table.main(["--check"]) == 0
