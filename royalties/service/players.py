"""Registering players, and taking in what they signed."""

from datetime import datetime, timedelta

from sqlmodel import Session

from core import audit, keys
from core.errors import BadInput, BadProof, Conflict, NotFound
from core.ids import is_id, new_id
from core.principal import Principal, SearchCapability, require, system
from core.usagesettings import UsageSettings
from registry.store import works
from royalties.models_players import Batch, BatchReport, Player, PlayerEvent, Refused
from royalties.playerbatch import read_batch, why_not
from royalties.store import playerevents
from royalties.store import players as store

LABEL_CHARACTERS_MAX = 100


def add_player(
    session: Session, principal: Principal, *, label: str, did: str, scope_id: str, now: datetime
) -> Player:
    """Register a player by its public key, for a cut or work of one's own.

    Raises `BadProof` for what is no key, `NotFound` for what is not one's own, and `Conflict` for
    a key that another player has or had.
    """
    require(principal, "usage")
    if not 1 <= len(label.strip()) <= LABEL_CHARACTERS_MAX or not label.isprintable():
        raise BadInput(
            f"A label has 1 to {LABEL_CHARACTERS_MAX} printable characters.",
            next_step="Name the player as you would in a list.",
        )
    keys.public_from_did(did)
    _cuts(session, principal, scope_id)
    if store.is_known(session, did):
        raise Conflict(
            "This key belongs to another player.",
            next_step="Make one for each: ebenbild key new FILE",
            code="key-taken",
        )
    made = Player(new_id("ply"), principal.tenant_id, label.strip(), did, scope_id, now)
    store.add_player(session, made)
    details = {"did": did, "scope": scope_id}
    audit.record(
        session, principal, action="player.added", subject_id=made.id, details=details, now=now
    )
    return made


def list_players(session: Session, principal: Principal) -> tuple[Player, ...]:
    """One's own players, newest first."""
    require(principal, "usage")
    return tuple(store.list_players(session, principal))


def end_player(session: Session, principal: Principal, player_id: str, *, now: datetime) -> Player:
    """End a player: nothing more that it signs is taken in; what it sent stays."""
    require(principal, "usage")
    found = store.find_player(session, principal, player_id)
    if found is None:
        raise NotFound("There is no such player.", next_step="List them: ebenbild player list")
    if found.ended_at is None:
        store.end_player(session, principal, player_id, at=now)
        audit.record(
            session, principal, action="player.ended", subject_id=player_id, details={}, now=now
        )
        found = store.find_player(session, principal, player_id) or found
    return found


def opened(
    session: Session, text: str, signature: bytes, *, terms: UsageSettings, now: datetime
) -> tuple[Player, Batch]:
    """Read a batch and check whose it is; `text` is exactly what was signed.

    Raises `BadInput` for no batch and one that is not fresh, `BadProof` alike for a player that is
    not there and for a signature that does not hold, and `Conflict` to whom has the key of one that
    has ended.
    """
    batch = read_batch(text)
    player = store.find_player(session, SearchCapability("player-events", ""), batch.player_id)
    if player is None:
        raise BadProof(
            "the signature does not hold",
            next_step="sign exactly the bytes that were given, with the key that is named",
            code="bad-signature",
        )
    keys.verify(keys.public_from_did(player.did), text.encode(), signature)
    if player.ended_at is not None:
        raise Conflict(
            "This player was ended.",
            next_step="Sign with the key of the player that took its place.",
            code="player-ended",
        )
    if abs(now - batch.sent_at) > timedelta(seconds=terms.skew_seconds):
        raise BadInput(
            "The batch was not signed just now.",
            next_step="Set the player's clock, and sign the batch anew when it is sent.",
            code="stale-batch",
        )
    return player, batch


def take(
    session: Session, player: Player, batch: Batch, *, terms: UsageSettings, now: datetime
) -> BatchReport:
    """Store the events of a batch that count and are new; sent again they change nothing."""
    cut_ids = _cuts(session, system(player.tenant_id), player.scope_id)
    skew = timedelta(seconds=terms.skew_seconds)
    good: list[PlayerEvent] = []
    refused = list(batch.refused)
    for index, event in batch.events:
        cause = why_not(event, player, cut_ids, now, late_days=terms.late_days, skew=skew)
        if cause is None:
            good.append(event)
        else:
            refused.append(Refused(index, cause))
    accepted = playerevents.add_events(session, player, good, at=now)
    ordered = tuple(sorted(refused, key=lambda one: one.index))
    return BatchReport(accepted, len(good) - accepted, ordered)


def _cuts(session: Session, owner: Principal, scope_id: str) -> frozenset[str]:
    """The owner's cuts that a scope names; raises `NotFound` for what is not the owner's."""
    if is_id("cut", scope_id):
        cut = works.get_cut(session, owner, scope_id)
        found, tenant_id = frozenset({cut.id}), cut.tenant_id
    else:
        work = works.get_work(session, owner, scope_id)
        found, tenant_id = frozenset(works.cuts_below(session, owner, work.id)), work.tenant_id
    if tenant_id != owner.tenant_id:
        raise NotFound("There is no such work.", next_step="Name a cut or work of your own.")
    return found
