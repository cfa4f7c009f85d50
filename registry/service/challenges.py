"""Live proofs: something is asked that nobody could have recorded, and the answer is judged.

An answer counts once and for two minutes. What it is compared with lies sealed under the
enrolment's key and goes when the enrolment is proofed.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from core import jobs, leases, log
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.jobs import Job
from core.objects import ObjectRef, Objects
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from fingerprint.models import Reason, Template
from fingerprint.proofing.fineprint import FinePrint
from registry.models.people import Enrolment, EnrolmentState, Purpose
from registry.models.proofs import PART_OF, Challenge, ChallengeKind, ChallengeState
from registry.proofing import headturn, pacing, phrase, turning
from registry.service.attesting import ATTEST
from registry.service.consents import require_consent
from registry.service.keptfiles import drop_unused
from registry.service.seals import open_template
from registry.store import challenges, enrolments, printtemplates

SCOPE = "performers"
ANSWER_JOB = "answer"
ASKED_MAX = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer was worth; `excerpt` is kept while a person must hear it."""

    state: ChallengeState
    reasons: tuple[Reason, ...]
    excerpt: bytes | None = None
    fine: FinePrint | None = None


def ask(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    kind: ChallengeKind,
    language: str,
    *,
    now: datetime,
) -> Challenge:
    """Draw a phrase or a row of movements for an enrolment whose samples are captured.

    Nobody reads a word of the phrase before `begin`, and each only at its moment; so, too, the turn
    of the head that stands between two of them.

    Raises `Conflict` in another state and after too many attempts, `BadInput` for a language that
    no phrase is drawn in.
    """
    # Load.
    require(principal, SCOPE)
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    asked = challenges.list_challenges(session, principal, enrolment_id)
    # Decide.
    _refuse_asking(enrolment, len(asked), language)
    what, moments = _phrase(language) if kind is ChallengeKind.PHRASE else (_moves(), ())
    item = Challenge(
        id=new_id("chl"),
        tenant_id=enrolment.tenant_id,
        enrolment_id=enrolment_id,
        kind=kind,
        language=language,
        asked=what,
        asked_at=now,
        expires_at=phrase.expires_at(now),
        answered_at=None,
        object_name=None,
        state=ChallengeState.OPEN,
        reasons=(),
        shown_ms=moments,
    )
    # Save.
    challenges.add_challenge(session, item)
    return item


def begin(session: Session, principal: Principal, challenge_id: str, *, now: datetime) -> Challenge:
    """Begin to show the words of a phrase: once, and only while it waits for that.

    Raises `Conflict` for movements, and where the words were begun or the time to begin is over.
    """
    # Load.
    require(principal, SCOPE)
    item = challenges.get_challenge(session, principal, challenge_id)
    # Decide.
    if not item.shown_ms or item.begun_at is not None or now >= item.expires_at:
        raise Conflict(
            "This challenge does not wait to be begun.",
            next_step="Ask for a new phrase, and begin it once within two minutes.",
            code="challenge-over",
        )
    # Save.
    ends = pacing.ends_at(now, item.shown_ms)
    challenges.save_beginning(session, principal, challenge_id, now, ends)
    return challenges.get_challenge(session, principal, challenge_id)


def look(session: Session, principal: Principal, challenge_id: str) -> Challenge:
    """One challenge of the caller's; what of it may be read is said by `readable`."""
    require(principal, SCOPE)
    return challenges.get_challenge(session, principal, challenge_id)


def readable(item: Challenge, at: datetime) -> tuple[str, ...]:
    """What of a challenge may be read: movements at once, each word from its moment on.

    When nothing can be answered any more, all of it: an attester compares the words with it.
    """
    if not item.shown_ms or item.state is not ChallengeState.OPEN:
        return item.asked
    if item.begun_at is None:
        return ()
    return pacing.shown(item.asked, item.shown_ms, _elapsed_ms(item.begun_at, at))


def told(item: Challenge) -> pacing.Told | None:
    """What an answered phrase is measured by; `None` where it was shown whole."""
    if not item.shown_ms or item.begun_at is None or item.answered_at is None:
        return None
    moments = headturn.of_words(item.asked, item.shown_ms)
    return pacing.Told(moments, _elapsed_ms(item.begun_at, item.answered_at))


def answer(
    session: Session,
    principal: Principal,
    challenge_id: str,
    stored: ObjectRef,
    *,
    came_at: datetime,
    now: datetime,
) -> Job:
    """Take a stored file as the one answer to a challenge and queue its judgement.

    `came_at` is when its last byte was here: naming it may come later, where a line or a program
    broke off in between. Raises `Conflict` when it was answered already or came too late.
    """
    # Load.
    require(principal, SCOPE)
    item = challenges.get_challenge(session, principal, challenge_id)
    # Decide.
    _refuse_answer(item, came_at)
    part = PART_OF[item.kind]
    require_consent(session, principal, item.enrolment_id, part, Purpose.MATCHING, at=now)
    # Save.
    challenges.save_answer(session, principal, challenge_id, stored.name, came_at)
    return jobs.enqueue(
        session,
        principal,
        kind=ANSWER_JOB,
        subject_key=challenge_id,
        payload={"challenge_id": challenge_id, "enrolment_id": item.enrolment_id},
    )


def answer_of(session: Session, job: Job) -> tuple[Challenge, str | None]:
    """The challenge of a job and the stored file of its answer; `None` once it was judged."""
    item = challenges.get_challenge(session, system(job.tenant_id), job.subject_key)
    return item, item.object_name if item.state is ChallengeState.ANSWERED else None


def own_templates(
    session: Session, vault: Vault, tenant_id: str, enrolment_id: str, model_id: str
) -> tuple[Template, ...]:
    """The templates of an enrolment's samples so far, by one encoder."""
    rows = printtemplates.templates_of(session, system(tenant_id), enrolment_id)
    return tuple(open_template(vault, row) for row in rows if row.model_id == model_id)


def fine_prints(
    session: Session, vault: Vault, tenant_id: str, enrolment_id: str, *, but: str = ""
) -> tuple[FinePrint, ...]:
    """The fine prints of what was handed in for an enrolment, except those of one source."""
    rows = challenges.fine_prints(session, system(tenant_id), enrolment_id)
    return tuple(
        FinePrint.from_bytes(vault.unseal(enrolment_id, sealed, _aad(tenant_id, source)))
        for source, sealed in rows
        if source != but
    )


def keep_fine_print(
    session: Session,
    vault: Vault,
    enrolment: Enrolment,
    source_id: str,
    fine: FinePrint,
    *,
    now: datetime,
) -> None:
    """Keep which recording a sample or answer is, until the enrolment is proofed."""
    bound = _aad(enrolment.tenant_id, source_id)
    sealed = vault.seal(enrolment.id, fine.to_bytes(), bound, owner=enrolment.performer_id)
    challenges.add_fine_print(
        session,
        system(enrolment.tenant_id),
        print_id=new_id("fpr"),
        enrolment_id=enrolment.id,
        source_id=source_id,
        sealed=sealed,
        at=now,
    )


def settle(session: Session, vault: Vault, job: Job, judged: Judged, *, now: datetime) -> Enrolment:
    """Record what an answer was worth; what a person must still hear is kept sealed."""
    leases.guard(session, job)
    principal = system(job.tenant_id)
    item = challenges.get_challenge(session, principal, job.subject_key)
    enrolment = enrolments.get_enrolment(session, principal, item.enrolment_id)
    sealed = None
    if judged.state is ChallengeState.HEAR and judged.excerpt is not None:
        bound = _aad(job.tenant_id, item.id)
        sealed = vault.seal(enrolment.id, judged.excerpt, bound, owner=enrolment.performer_id)
    if judged.fine is not None:
        keep_fine_print(session, vault, enrolment, item.id, judged.fine, now=now)
    challenges.settle(session, principal, item.id, judged.state, judged.reasons, sealed=sealed)
    payload = {"challenge": item.id, "state": judged.state.value}
    log.append(
        session, kind="enrolment.challenged", subject_id=enrolment.id, payload=payload, at=now
    )
    return enrolment


def discard(session: Session, objects: Objects, job: Job) -> None:
    """Delete the bytes of an answer that was judged; call it after that was committed."""
    principal = system(job.tenant_id)
    item = challenges.get_challenge(session, principal, job.subject_key)
    name = item.object_name
    if name is None or item.state is ChallengeState.ANSWERED:
        return
    drop_unused(session, objects, principal, name)
    challenges.forget_object(session, principal, item.id)


def excerpt(session: Session, vault: Vault, principal: Principal, challenge_id: str) -> bytes:
    """What an attester must hear, as Ogg Opus; raises `NotFound` when nothing waits to be heard."""
    reader = _reader(session, principal, challenge_id)
    item = challenges.get_challenge(session, reader, challenge_id)
    sealed = challenges.kept_of(session, reader, challenge_id)
    if sealed is not None:
        return vault.unseal(item.enrolment_id, sealed, _aad(item.tenant_id, item.id))
    raise NotFound("Nothing of this challenge waits to be heard.", next_step="Read its state.")


def _reader(session: Session, principal: Principal, challenge_id: str) -> Principal:
    """The caller, or for an attester the organisation whose challenge it is."""
    if ATTEST not in principal.scopes:
        require(principal, SCOPE)
        return principal
    capability = SearchCapability("attestation", challenge_id)
    return system(challenges.owner_of(session, capability, challenge_id))


def _refuse_answer(item: Challenge, now: datetime) -> None:
    if item.state is not ChallengeState.OPEN or now >= item.expires_at:
        raise Conflict(
            "This challenge is over.",
            next_step="Ask for a new one, and hand in the answer as soon as it is recorded.",
            code="challenge-over",
        )
    if item.shown_ms and len(readable(item, now)) < len(item.asked):
        raise Conflict(
            "Not all words of this phrase were shown yet.",
            next_step="Begin it, and say each word when it appears; then hand in the recording.",
            code="challenge-not-shown",
        )


def _phrase(language: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Words with a turn of the head between two of them, and when each of all is shown."""
    turn, *numbers = _numbers(1 + phrase.WORDS)
    what = headturn.placed(phrase.drawn(language, numbers), turn)
    slow = headturn.place_of(what)
    return what, pacing.drawn(_numbers(len(what)), slow, headturn.TURN_MS)


def _moves() -> tuple[str, ...]:
    return turning.drawn(_numbers(turning.MOVES))


def _numbers(count: int) -> list[int]:
    return [secrets.randbelow(2**32) for _ in range(count)]


def _elapsed_ms(since: datetime, at: datetime) -> int:
    return (at - since) // timedelta(milliseconds=1)


def _refuse_asking(enrolment: Enrolment, asked: int, language: str) -> None:
    if enrolment.state is not EnrolmentState.CAPTURED:
        raise Conflict(
            f"Nothing is asked for an enrolment in state {enrolment.state.value}.",
            next_step="Hand in samples first; once they are proofed nothing more is asked.",
            code="enrolment-state",
        )
    if asked >= ASKED_MAX:
        raise Conflict(
            f"{ASKED_MAX} challenges were asked for this enrolment.",
            next_step="Withdraw it and begin anew, with a person beside you.",
            code="too-many-challenges",
        )
    if language not in phrase.LANGUAGES:
        raise BadInput(
            "There are no words in this language.",
            next_step=f"Choose one of {', '.join(phrase.LANGUAGES)}.",
            code="bad-language",
        )


def _aad(tenant_id: str, source_id: str) -> dict[str, str]:
    return {"tenant": tenant_id, "source": source_id, "use": "proofing"}
