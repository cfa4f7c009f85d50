"""A clearance cut into what each performer's side may see of it: its own uses and nothing else."""

from collections.abc import Sequence

from licensing.models_clearance import Clearance, PerformerClearance, SpanVerdict


def performer_parts(clearance: Clearance) -> tuple[PerformerClearance, ...]:
    """One part per use, in the order of use ids; unknown people have none."""
    by_use: dict[str, list[SpanVerdict]] = {}
    for verdict in clearance.decision.spans:
        if verdict.use_id is not None:
            by_use.setdefault(verdict.use_id, []).append(verdict)
    return tuple(_part(clearance, use_id, by_use[use_id]) for use_id in sorted(by_use))


def _part(clearance: Clearance, use_id: str, verdicts: Sequence[SpanVerdict]) -> PerformerClearance:
    # A use is judged as a whole, so its first span speaks for all of them.
    first = verdicts[0]
    return PerformerClearance(
        clearance_id=clearance.id,
        performer_id=first.performer_id or "",
        use_id=use_id,
        cut_id=clearance.cut_id,
        kind=first.kind,
        verdict=first.verdict,
        spans=tuple(verdict.span for verdict in verdicts),
        reasons=first.reasons,
        licence_id=first.licence_id,
        seq=clearance.seq,
        decided_at=clearance.decided_at,
    )
