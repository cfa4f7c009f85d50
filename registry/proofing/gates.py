"""What an answer and its samples must measure, and what sends an enrolment to a person.

Bars are in deviations above strangers, so they hold for every calibrated encoder. Each was set
where 95 % of genuine people pass all of them together, the film of the phrase included; what
attackers then reach is printed by `python -m bench.gate` and `bench.impostors`. Pure: figures in,
reasons out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fingerprint.models import Modality, Reason

SENTINELS_MIN = 12


@dataclass(frozen=True, slots=True)
class Gates:
    """Bars of one modality.

    same_min: an answer with every sample, and samples among themselves. known_max: share of an
    answer's speech that may be a recording known before. duplicate_fpir: how often the search for
    duplicates may take a new person for one already enrolled. figure_fpir: how often an invented
    figure that is like nobody may be held for a person to look at; higher, because a clone that is
    not held would be cleared as invented (`python -m bench.invented`). hub_share_max: share of all
    other prints that a new one may resemble at `hub_deviations`. central_max: how much nearer to
    the middle of all others it may lie than they do, in their deviations: people reach 1.6,
    averages begin at 3.
    """

    same_min: float
    known_max: float = 0.095
    duplicate_fpir: float = 0.01
    figure_fpir: float = 0.1
    hub_share_max: float = 0.2
    hub_deviations: float = 2.0
    central_max: float = 2.5


GATES = {Modality.VOICE: Gates(same_min=0.9), Modality.FACE: Gates(same_min=3.0)}


KNOWN = (Reason("known-recording", {}),)


def other_person(modality: Modality, deviations: Sequence[float]) -> tuple[Reason, ...]:
    """That a sample or answer is not of the person of every other one it was compared with."""
    if not deviations or min(deviations) >= GATES[modality].same_min:
        return ()
    return (Reason("another-person", {"modality": modality.value}),)


def replayed(known_shares: Sequence[float]) -> tuple[Reason, ...]:
    """That an answer is, or is cut from, a recording that was known before."""
    if max(known_shares, default=0.0) <= GATES[Modality.VOICE].known_max:
        return ()
    return KNOWN


def hub(modality: Modality, deviations: Sequence[float], centrality: float) -> tuple[Reason, ...]:
    """That a print resembles too many other people's, or their average, to be one person's.

    Few prints say nothing of it: then the search for duplicates alone stands guard.
    """
    gates = GATES[modality]
    if len(deviations) < SENTINELS_MIN:
        return ()
    near = sum(score >= gates.hub_deviations for score in deviations)
    few = near <= gates.hub_share_max * len(deviations)
    if few and centrality <= gates.central_max:
        return ()
    return (Reason("resembles-too-many", {"modality": modality.value}),)
