"""What a performer says to everybody, kind of use by kind of use, as its page shows it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.performer.desk import Desk
from api.performer.signers import signing
from api.performer.termwords import told
from api.performer.whom import Whom
from core.errors import NotFound
from licensing.models_standing import StandingDeclaration
from licensing.policy import ACTIONS
from licensing.service import standings
from licensing.terms import terms_to_dict
from registry.minority import is_minor, minority_in
from registry.models.works import KindOfUse

# What machines that read the web ask for; the rest is asked by people.
MACHINES = (KindOfUse.TRAIN_MODEL, KindOfUse.TEXT_AND_DATA_MINING)


def standing_page(session: Session, acting: Whom, desk: Desk, now: datetime) -> dict[str, Any]:
    """The declaration that counts, and everybody who would sign another one."""
    made = _declared(session, acting.performer.id)
    said = {} if made is None else {item.kind: item for item in made.standings}
    people = [kind for kind in KindOfUse if kind not in MACHINES]
    rows = [
        {
            "kind": kind.value,
            "action": ACTIONS[kind],
            "stance": said[kind].stance.value if kind in said else "",
            "terms": _terms(said[kind].terms) if kind in said else None,
            "told": _told(said[kind].terms, desk.lang) if kind in said else [],
        }
        for kind in (*MACHINES, *people)
    ]
    return {
        "made": made,
        "machines": rows[: len(MACHINES)],
        "people": rows[len(MACHINES) :],
        "minor": is_minor(minority_in(acting.performer), now),
        "today": f"{now:%Y-%m-%d}",
        "signing": signing(
            session, desk.world.vault, desk.visit, acting.side, acting.performer.id, now=now
        ),
    }


def _declared(session: Session, performer_id: str) -> StandingDeclaration | None:
    try:
        return standings.standing_of(session, performer_id)
    except NotFound:
        return None


def _terms(terms: Any) -> dict[str, object] | None:
    """Terms as `/v1` takes them again, for this kind alone."""
    return None if terms is None else terms_to_dict(terms)


def _told(terms: Any, lang: str) -> list[tuple[str, str, bool]]:
    return [] if terms is None else told(terms, lang)
