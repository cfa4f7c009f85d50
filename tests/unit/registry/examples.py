"""Matches and declarations for tests, each valid unless a test says otherwise."""

from datetime import date

from core.ids import new_id
from fingerprint.models import Decision, Modality, Span
from registry.models.evidence import Match
from registry.models.works import Declaration, DeclaredUse, Medium

CUT = new_id("cut")
SUBMISSION = new_id("sub")
SCAN = new_id("scn")
ANNA = new_id("prf")
BERT = new_id("prf")


def match(
    *spans: tuple[int, int],
    performer: str = ANNA,
    modality: Modality = Modality.VOICE,
    decision: Decision = Decision.MATCH,
    seq: int = 1,
    scan: str = SCAN,
) -> Match:
    return Match(
        id=new_id("mch"),
        scan_id=scan,
        submission_id=SUBMISSION,
        cut_id=CUT,
        print_id=new_id("prt"),
        performer_id=performer,
        modality=modality,
        decision=decision,
        spans=tuple(Span(*span) for span in spans) or (Span(0, 1_000),),
        score=0.9,
        runner_up=0.2,
        fpir=0.001,
        model_id=f"{modality}-model",
        threshold_id=f"{modality}-threshold",
        reasons=(),
        seq=seq,
    )


def declaration(*uses: DeclaredUse) -> Declaration:
    return Declaration(
        release_at=date(2027, 1, 1),
        territories=("DE",),
        medium=Medium.SERIES,
        language="de",
        uses=uses,
    )
