"""Uses of one performer, cut down to what that performer's side may see of somebody's cut.

It reads that it was used, by whom, how and when; title and version only once they are out, because
a studio tells of a release when it wants to.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core.principal import Principal, system
from fingerprint.models import Span
from registry.models.evidence import Match, Use
from registry.service.acts import Act, acts_on_match
from registry.service.foundin import FoundIn, Place, found_in
from registry.store import matches, people, traces, uses

MATCHES_MAX = 40


@dataclass(frozen=True, slots=True)
class SeenUse:
    """One use; `title`, `label` and `duration_ms` are empty until the release date has come.

    `gone` says that it is not held for true any more; `seq` pages through them, newest first.
    """

    use: Use
    studio_id: str
    studio: str
    title: str
    label: str
    duration_ms: int | None
    release_at: date
    found_at: datetime
    seq: int
    gone: bool = False

    @property
    def out(self) -> bool:
        """Whether the cut is released, so that its title may be read."""
        return bool(self.title)


@dataclass(frozen=True, slots=True)
class SeenMatch:
    """One find behind a use, and what was said of it, newest first.

    `kept` says that its picture or sound is still there.
    """

    match: Match
    acts: tuple[Act, ...]
    kept: bool = False

    @property
    def standing(self) -> Act | None:
        """The word that holds, where somebody gave one."""
        return next((act for act in self.acts if act.stands and not act.undoes), None)


def uses_of(
    session: Session,
    side: Principal,
    performer_id: str,
    *,
    at: datetime,
    since: datetime | None = None,
    before_seq: int | None = None,
    limit: int = 50,
) -> tuple[SeenUse, ...]:
    """Sure uses of a performer of the caller's, newest first; raises `NotFound`."""
    people.get_performer(session, side, performer_id)
    found = uses.of_performer(
        session, side, performer_id, since=since, before_seq=before_seq, limit=limit
    )
    return all_seen(session, found, at=at)


def count_uses(
    session: Session, side: Principal, performer_id: str, *, since: datetime | None = None
) -> int:
    """How many sure uses of a performer of the caller's hold now."""
    return uses.count_of_performer(session, side, performer_id, since=since)


def titles(
    session: Session,
    side: Principal,
    performer_id: str,
    cut_ids: Collection[str],
    *,
    at: datetime,
) -> dict[str, str]:
    """Title and version of those of the cuts with a performer of the caller's that are out."""
    found = uses.in_cuts(session, side, performer_id, cut_ids)
    shown = all_seen(session, found, at=at)
    return {item.use.cut_id: f"{item.title} {item.label}" for item in shown if item.out}


def use_of(
    session: Session, side: Principal, performer_id: str, use_id: str, *, at: datetime
) -> tuple[SeenUse, tuple[SeenMatch, ...]]:
    """One use as it stands or stood last, and the finds behind it in the order of the cut.

    Those that the performer's side called somebody else stay among them, to be taken back. Raises
    `NotFound` for what is not about this performer or was never sure.
    """
    versions = uses.versions(session, side, performer_id, use_id)
    ids = dict.fromkeys(match_id for item in versions for match_id in item.use.match_ids)
    current = set() if versions[0].gone else set(versions[0].use.match_ids)
    found = []
    for match_id in list(ids)[:MATCHES_MAX]:
        shown = _seen_match(session, side, match_id)
        if match_id in current or shown.standing is not None:
            found.append(shown)
    found.sort(key=lambda item: (_start(item.match.spans), item.match.modality))
    return seen(session, versions[0], at=at), tuple(found)


def seen(session: Session, item: uses.UseVersion, *, at: datetime) -> SeenUse:
    """A use cut down: its row is addressed to whoever asks, what it hangs on is its owner's."""
    return all_seen(session, [item], at=at)[0]


def all_seen(
    session: Session, items: Sequence[uses.UseVersion], *, at: datetime
) -> tuple[SeenUse, ...]:
    """The same for many, in their order."""
    found = found_in(
        session,
        (Place(item.tenant_id, item.use.submission_id, item.use.cut_id) for item in items),
    )
    return tuple(_seen(item, found, at) for item in items)


def _seen(item: uses.UseVersion, found: FoundIn, at: datetime) -> SeenUse:
    release_at = found.declared[item.use.submission_id].release_at
    title, label, duration_ms = "", "", None
    if release_at <= at.date():
        cut, title = found.cuts[item.use.cut_id]
        label, duration_ms = cut.label, cut.duration_ms
    return SeenUse(
        use=item.use,
        studio_id=item.tenant_id,
        studio=found.studios[item.tenant_id],
        title=title,
        label=label,
        duration_ms=duration_ms,
        release_at=release_at,
        found_at=item.found_at,
        seq=item.seq,
        gone=item.gone,
    )


def _seen_match(session: Session, side: Principal, match_id: str) -> SeenMatch:
    studio_id, trace_id, match = matches.get_match(session, side, match_id)
    trace = traces.get_trace(session, system(studio_id), trace_id)
    kept = trace is not None and trace.sealed is not None
    # Whoever may read the use may read what was said of it, in an organisation of both sides too.
    acts = acts_on_match(session, system(side.tenant_id), match_id)
    return SeenMatch(match, acts, kept)


def _start(spans: tuple[Span, ...]) -> int:
    return spans[0].start_ms if spans else 0
