"""Works and cuts: a studio's titles in their legal order."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from core.errors import BadInput, Broken
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from registry.models.works import Cut, CutFormat, Work, WorkLevel
from registry.store import works
from registry.worktree import DEPTH_MAX, check_cut_level, check_parent

SCOPE = "submissions"
TITLE_LENGTH_MAX = 300
IDENTIFIERS_MAX = 50


def create_work(
    session: Session,
    principal: Principal,
    *,
    level: WorkLevel,
    title: str,
    parent_id: str | None = None,
    identifiers: Mapping[str, str] | None = None,
    now: datetime,
) -> Work:
    """Store a work under its parent; raises `BadInput` where the order forbids it."""
    # Load.
    require(principal, SCOPE)
    parent = works.get_work(session, principal, parent_id) if parent_id else None
    # Decide.
    check_parent(level, parent.level if parent else None)
    work = Work(
        id=new_id("wrk"),
        tenant_id=principal.tenant_id,
        level=level,
        parent_id=parent_id or None,
        title=_text("title", title),
        identifiers=_identifiers(identifiers or {}),
    )
    # Save.
    works.add_work(session, work, at=now)
    return work


def create_cut(
    session: Session,
    principal: Principal,
    work_id: str,
    *,
    label: str,
    format: CutFormat,
    language: str,
    duration_ms: int | None = None,
    now: datetime,
) -> Cut:
    """Store a cut of a work; raises `NotFound` or `BadInput`."""
    # Load.
    require(principal, SCOPE)
    work = works.get_work(session, principal, work_id)
    # Decide.
    check_cut_level(work.level)
    cut = Cut(
        id=new_id("cut"),
        tenant_id=principal.tenant_id,
        work_id=work.id,
        label=_text("label", label),
        format=format,
        language=_text("language", language),
        duration_ms=duration_ms,
    )
    # Save.
    works.add_cut(session, cut, at=now)
    return cut


def get_work(session: Session, principal: Principal, work_id: str) -> Work:
    """One work of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return works.get_work(session, principal, work_id)


def get_cut(session: Session, principal: Principal, cut_id: str) -> Cut:
    """One cut of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return works.get_cut(session, principal, cut_id)


def list_works(
    session: Session, principal: Principal, *, after: str = "", limit: int = works.PAGE_MAX
) -> tuple[Work, ...]:
    """The caller's works in the order of their ids; page on with the last id."""
    require(principal, SCOPE)
    return works.list_works(session, principal, after=after, limit=limit)


def works_under(
    session: Session,
    principal: Principal,
    parent_id: str | None,
    *,
    after: tuple[str, str] | None = None,
    limit: int = works.PAGE_MAX,
) -> tuple[Work, ...]:
    """The caller's works right under a work, or at the top, by title; page on with (title, id)."""
    require(principal, SCOPE)
    return works.children(session, principal, parent_id, after=after, limit=limit)


def works_above_one(session: Session, principal: Principal, work_id: str) -> tuple[Work, ...]:
    """The works above one of the caller's, the topmost first; raises `NotFound`."""
    require(principal, SCOPE)
    ids = works.parents(session, principal, work_id)
    return tuple(works.get_work(session, principal, each) for each in reversed(ids))


def titled(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> dict[str, tuple[Cut, str]]:
    """Those of these cuts that are the caller's, by id, each with the title of its work."""
    require(principal, SCOPE)
    return works.titled(session, principal, cut_ids)


def list_cuts(
    session: Session,
    principal: Principal,
    *,
    work_id: str | None = None,
    after: str = "",
    limit: int = works.PAGE_MAX,
) -> tuple[Cut, ...]:
    """The caller's cuts in the order of their ids, of one work where it is named."""
    require(principal, SCOPE)
    return works.list_cuts(session, principal, work_id=work_id, after=after, limit=limit)


def work_path(session: Session, principal: Principal, cut_id: str) -> tuple[str, ...]:
    """Ids of the cut's work and of all above it, from the cut upwards: what a licence may name."""
    require(principal, SCOPE)
    path: list[str] = []
    next_id: str | None = works.get_cut(session, principal, cut_id).work_id
    while next_id is not None:
        if len(path) == DEPTH_MAX:
            raise Broken("A work stands deeper than the tree of works allows.")
        path.append(next_id)
        next_id = works.get_work(session, principal, next_id).parent_id
    return tuple(path)


def works_above(
    session: Session, capability: SearchCapability, ids: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Every work above each of these works or cuts, across tenants."""
    return works.works_above(session, capability, ids)


def series_of(session: Session, principal: Principal, cut_id: str) -> str:
    """The topmost work above a cut that is no universe: what is answered once holds below it."""
    require(principal, SCOPE)
    return works.series_of(session, principal, cut_id)


def save_duration(session: Session, principal: Principal, cut_id: str, duration_ms: int) -> None:
    """Record the measured length of a cut in milliseconds."""
    works.save_duration(session, principal, cut_id, duration_ms)


def _identifiers(identifiers: Mapping[str, str]) -> dict[str, str]:
    if len(identifiers) > IDENTIFIERS_MAX:
        raise _bad("identifiers", f"at most {IDENTIFIERS_MAX} entries")
    return {
        _text("identifiers", scheme): _text("identifiers", value)
        for scheme, value in identifiers.items()
    }


def _text(where: str, text: str) -> str:
    cleaned = " ".join(text.split())
    if not cleaned or len(cleaned) > TITLE_LENGTH_MAX or not cleaned.isprintable():
        raise _bad(where, f"1 to {TITLE_LENGTH_MAX} printable characters")
    return cleaned


def _bad(where: str, needs: str) -> BadInput:
    return BadInput(
        f"The {where} must have {needs}.", next_step=f"Mend the {where}.", code="bad-work"
    )
