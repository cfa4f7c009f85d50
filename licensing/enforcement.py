"""What a notice must say, what follows a counter-notice, and what a finding alone may lead to.

Only the very same recording may lead to a notice that nobody looked at. That a voice or face
resembles the performer's may be wrong, so it leads to a person. Rules are dated data with source.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.clock import to_text
from core.dated import Dated, in_force
from core.errors import BadInput
from fingerprint.content.models import Part
from fingerprint.models import Decision
from licensing.models_enforcement import (
    Clip,
    CounterRule,
    Deadlines,
    Element,
    NextStep,
    Policy,
    Seen,
    Sender,
)

_AT_ONCE = {
    Policy.BLOCK: NextStep.NOTIFY,
    Policy.MONETISE: NextStep.ASK,
    Policy.TRACK: NextStep.RECORD,
    Policy.IGNORE: NextStep.NOTHING,
}


def next_step(policy: Policy, *, exact: bool, seen: Sequence[Seen]) -> NextStep:
    """What follows: at once for a recording that was notified before, else by a person's look."""
    if not seen and not exact:
        return NextStep.NOTHING
    if exact:
        return _AT_ONCE[policy]
    quiet = policy in (Policy.TRACK, Policy.IGNORE)
    return _AT_ONCE[policy] if quiet else NextStep.REVIEW


def deadlines(rules: Sequence[Dated[CounterRule]], countered_at: datetime) -> Deadlines | None:
    """What follows a counter-notice of that moment, by the rule in force then; `None` without."""
    rule = in_force(rules, countered_at)
    if rule is None:
        return None
    chosen = next(item for item in reversed(rules) if item.value == rule)
    until = countered_at + timedelta(days=rule.restore_not_before_days)
    return Deadlines(rule.id, until, chosen.source, chosen.certainty)


def notice_text(
    elements: Sequence[Element],
    clip: Clip,
    sender: Sender,
    *,
    performer: str,
    capacity: str,
    platform: str,
    material: str,
    law: str,
    at: datetime,
    lang: str,
) -> str:
    """The notice with every element that the law wants; raises `BadInput` when one is empty."""
    facts = {
        "signature": sender.signature,
        "performer": performer,
        "location": clip.location,
        "material": material.format(sha256=clip.sha256, use_id=clip.use_id),
        "spans": spans_text(clip.seen) or "-",
        "contact": sender.contact,
        "sender": sender.name,
        "capacity": capacity,
        "good_faith": "yes" if sender.good_faith else "",
        "accurate": "yes" if sender.accurate else "",
    }
    lacking = [element.letter for element in elements if not facts[element.field].strip()]
    if lacking:
        raise BadInput(
            f"The notice lacks what the law wants in it: ({'), ('.join(lacking)}).",
            next_step="Give signature, contact and capacity, and declare good faith and accuracy.",
            code="notice-incomplete",
        )
    told = [
        f"({item.letter}) {item.title[lang]}\n    {item.text[lang].format_map(facts)}"
        for item in elements
    ]
    return "\n\n".join((f"{platform}\n{to_text(at)}", f"{law}", *told)) + "\n"


def seal_of(tenant_id: str, owner_id: str, what: str) -> dict[str, str]:
    """What sealed bytes about a clip or a notice are bound to."""
    return {"tenant": tenant_id, "owner": owner_id, "what": what}


def print_of(part: Part) -> str:
    """What the sealed content print of one part of a clip is called."""
    return f"print of {part.value}"


def spans_text(seen: Sequence[Seen]) -> str:
    """The stretches in which the performer was surely found, as people read times."""
    return ", ".join(
        f"{_clock(span.start_ms)}-{_clock(span.end_ms)} ({item.modality.value})"
        for item in seen
        if item.decision is Decision.MATCH
        for span in item.spans
    )


def evidence_document(clip: Clip, *, registry: str, at: datetime) -> Mapping[str, object]:
    """What the registry signs about a clip: what was found in which bytes, by which measure."""
    return {
        "id": f"urn:ebenbild:clip:{clip.id}",
        "type": "FoundLikeness",
        "registry": registry,
        "performer": f"urn:ebenbild:performer:{clip.performer_id}",
        "location": clip.location,
        "sha256": clip.sha256,
        "handedIn": to_text(clip.recorded_at),
        "searched": to_text(at),
        "sameRecordingAs": clip.same_as or "",
        **({"use": f"urn:ebenbild:use:{clip.use_id}"} if clip.use_id else {}),
        "found": [
            {
                "modality": item.modality.value,
                "decision": item.decision.value,
                "spansMs": [[span.start_ms, span.end_ms] for span in item.spans],
                "oneStrangerIn": _one_in(item.fpir),
                "model": item.model_id,
                "threshold": item.threshold_id,
            }
            for item in clip.seen
        ],
    }


def _one_in(fpir: float) -> int:
    return round(1 / fpir) if fpir > 0 else 0


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
