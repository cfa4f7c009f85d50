"""Whether an answer holds a recording that anybody ever submitted, whoever that was.

Only an answer that all else speaks for is compared: it follows a phrase or movements drawn a minute
ago, so nobody can hold up a film here to learn whether another organisation has it. All prints are
gone through whatever is found, so the time says nothing, and the answer never says whose it was.
"""

from dataclasses import replace
from pathlib import Path

from api.stopping import Stopping
from api.tools import Tools
from core.principal import SearchCapability
from fingerprint.content.models import Part
from fingerprint.content.printing import ContentPrint, find, unpacked
from registry.models.proofs import Challenge, ChallengeKind, ChallengeState
from registry.proofing import gates
from registry.service import content
from registry.service.challenges import Judged

PART = {ChallengeKind.PHRASE: Part.SOUND, ChallengeKind.TURNS: Part.PICTURE}


def known_elsewhere(tools: Tools, item: Challenge, path: Path, judged: Judged) -> Judged:
    """`judged`, refused where the answer is a recording known to the registry."""
    if judged.state is ChallengeState.REFUSED:
        return judged
    part = PART[item.kind]
    info = tools.engine.probe(path)
    sound = part is Part.SOUND
    asked = tools.engine.content(path, info, sound=sound, picture=not sound)
    if not _found(tools, item.id, asked, part):
        return judged
    return replace(judged, state=ChallengeState.REFUSED, reasons=gates.KNOWN, excerpt=None)


def _found(tools: Tools, challenge_id: str, asked: ContentPrint, part: Part) -> bool:
    """Whether any print holds a stretch of what was asked; raises Stopping within them too."""

    def watch(_done: float) -> None:
        if tools.stopping.is_set():
            raise Stopping

    capability = SearchCapability("replays", challenge_id)
    with tools.world.db.read() as session:
        everybodys = content.everybodys(session, capability, part)
    found = 0
    for print_id in everybodys:
        watch(0.0)
        with tools.world.db.read() as session:
            packed = content.open_anybodys(session, tools.world.vault, capability, print_id)
        if packed is not None:
            found += len(find(asked, unpacked(part, packed), watch))
    return found > 0
