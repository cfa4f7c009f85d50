"""Putting unknown voices and faces to the figures of a series, after a scan and for a person.

A link by a person or by an earlier scan of the same recording holds before any likeness does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.db import next_seq
from core.ids import new_id
from core.principal import Principal, require
from core.vault import Vault
from fingerprint.models import Decision, Modality, Trace
from registry.figuring import Seen, assign
from registry.lanes import standing_splits
from registry.models.evidence import Match, Scan
from registry.models.figures import Figure, Sighting
from registry.service.seals import open_trace
from registry.service.uses import refresh_uses
from registry.service.words import counted, sightings_elsewhere
from registry.service.works import series_of
from registry.store import figures, matches, reviews, scans, traces

SCOPE = "submissions"
KEPT_PER_FIGURE = 5
KEPT_MAX = 500


@dataclass(frozen=True, slots=True)
class ToGroup:
    """What a worker compares: traces of the scan at hand, and kept ones of known figures."""

    scan: Scan
    series_id: str
    seen: tuple[Seen, ...]
    present: tuple[Trace, ...]
    known: tuple[str, ...]
    kept: tuple[Trace, ...]


def to_group(
    session: Session, vault: Vault, principal: Principal, scan_id: str, *, at: datetime
) -> ToGroup:
    """Traces of a scan that no sure match explains and no figure has yet, with what is known."""
    require(principal, SCOPE)
    scan = scans.get_scan(session, principal, scan_id)
    series_id = series_of(session, principal, scan.cut_id)
    live = dict(matches.live_matches(session, principal, scan_id))
    kept, _ = counted(session, principal, scan)
    standing = {match.id: match for match in kept}
    linked = figures.sightings_of_scan(session, principal, scan_id)
    seen, present = [], []
    for row in traces.each_trace_of(session, principal, scan_id):
        match = standing.get(live[row.id].id) if row.id in live else None
        expired = row.expires_at is not None and row.expires_at <= at
        if row.id in linked or expired or _is_sure(match):
            continue
        trace = open_trace(vault, row)
        if trace is not None:
            seen.append(Seen(row.id, row.modality, row.spans, doubtful=match is not None))
            present.append(_bare(trace))
    known = _kept(session, vault, principal, series_id, at=at) if seen else ()
    return ToGroup(
        scan,
        series_id,
        tuple(seen),
        tuple(present),
        tuple(figure_id for figure_id, _ in known),
        tuple(trace for _, trace in known),
    )


def save_groups(
    session: Session,
    principal: Principal,
    asked: ToGroup,
    groups: Sequence[Sequence[int]],
    *,
    now: datetime,
) -> int:
    """Put each trace to its figure, new ones where nobody is alike; returns how many are new.

    A doubtful find that is put to somebody who "is not" that performer changes the cut's uses.
    """
    # Load.
    linked = figures.sightings_of_scan(session, principal, asked.scan.id)
    earlier = sightings_elsewhere(session, principal, asked.scan.submission_id)
    # Decide.
    names = assign(asked.seen, earlier, asked.known, groups)
    # Save.
    made: dict[str, str] = {}
    rows = []
    for item, name in zip(asked.seen, names, strict=True):
        if name is None or item.trace_id in linked:
            continue
        if name.startswith("new:") and name not in made:
            made[name] = new_figure(session, principal, asked.series_id, item.modality, now=now)
        figure_id = made.get(name, name)
        rows.append((new_id("sig"), sighting(session, asked.scan, item, figure_id)))
    figures.add_sightings(session, principal, rows, at=now)
    refresh_uses(session, principal, asked.scan, now=now)
    return len(made)


def new_figure(
    session: Session,
    principal: Principal,
    series_id: str,
    modality: Modality,
    *,
    now: datetime,
) -> str:
    """A figure that nobody has answered for; returns its id."""
    figure = Figure(new_id("fig"), principal.tenant_id, series_id, modality, next_seq(session), now)
    figures.add_figure(session, figure)
    return figure.id


def sighting(session: Session, scan: Scan, item: Seen, figure_id: str) -> Sighting:
    """A trace of a scan as one of a figure's."""
    return Sighting(
        trace_id=item.trace_id,
        figure_id=figure_id,
        scan_id=scan.id,
        submission_id=scan.submission_id,
        cut_id=scan.cut_id,
        modality=item.modality,
        spans=item.spans,
        seq=next_seq(session),
    )


def _kept(
    session: Session, vault: Vault, principal: Principal, series_id: str, *, at: datetime
) -> tuple[tuple[str, Trace], ...]:
    found = figures.list_figures(session, principal, series_id=series_id)
    count: dict[str, int] = {}
    kept: list[tuple[str, Trace]] = []
    seen = figures.sightings_of_figures(session, principal, {each.id for each in found})
    places = {item.submission_id for item in seen}
    splits = standing_splits(reviews.splits_of(session, principal, places))
    mixed = {split.trace_id for split in splits}
    for item in seen:
        if item.trace_id in mixed:
            continue  # a vector of two people leads to either
        if count.get(item.figure_id, 0) >= KEPT_PER_FIGURE or len(kept) >= KEPT_MAX:
            continue
        row = traces.get_trace(session, principal, item.trace_id)
        if row is None or (row.expires_at is not None and row.expires_at <= at):
            continue
        trace = open_trace(vault, row)
        if trace is not None:
            count[item.figure_id] = count.get(item.figure_id, 0) + 1
            kept.append((item.figure_id, _bare(trace)))
    return tuple(kept)


def _bare(trace: Trace) -> Trace:
    """The vector alone: pictures and sounds of a long film would not fit beside one another."""
    return replace(trace, crop=None, excerpt=None)


def _is_sure(match: Match | None) -> bool:
    return match is not None and match.decision is Decision.MATCH
