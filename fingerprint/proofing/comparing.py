"""How alike two voices or two faces are, in the units in which their encoder was measured.

A score counts deviations above what strangers of this encoder score, so that one bar serves every
encoder that was ever calibrated. Of one that was not nothing is said: a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.calibration import Calibration
from fingerprint.models import Template


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares templates of the one encoder that `calibration` is of."""

    calibration: Calibration

    def deviations(
        self, asked: Sequence[Template], others: Sequence[Template]
    ) -> NDArray[np.float64]:
        """Deviations above strangers of each of `asked` with each of `others`, (n, m)."""
        scores = self.scores(asked, others)
        for row, mine in enumerate(asked):
            for column, other in enumerate(others):
                tail = self.calibration.tail(min(mine.evidence_ms, other.evidence_ms))
                scores[row, column] = (scores[row, column] - tail.stranger) / tail.deviation
        return scores

    def scores(self, asked: Sequence[Template], others: Sequence[Template]) -> NDArray[np.float64]:
        """Cosines on the plain scale, (n, m)."""
        if not asked or not others:
            return np.zeros((len(asked), len(others)))
        centred = self.calibration.scoring.centred
        rows, columns = (np.stack([item.vector for item in side]) for side in (asked, others))
        return (centred(rows) @ centred(columns).T).astype(np.float64)

    def is_near(
        self, mine: Template, others: Sequence[Template], fpir_max: float
    ) -> NDArray[np.bool_]:
        """Which of the others a search of them all would take for the same person, (m,).

        `fpir_max` is how often such a search may do so with somebody who is none of them.
        """
        scores = self.scores([mine], others)[0] if others else np.zeros(0)
        bars = [
            self.calibration.threshold(
                fpir_max, evidence_ms=min(mine.evidence_ms, other.evidence_ms), prints=len(others)
            )
            for other in others
        ]
        near: NDArray[np.bool_] = scores >= np.array(bars)
        return near


def centrality(mine: Template, others: Sequence[Template]) -> float:
    """How much nearer to the middle of the others a template is than they are, in their deviations.

    A vector averaged from many people lies in their middle, where no person does. The others are
    each measured against the middle of the rest; at least three are needed, else it is 0.
    """
    if len(others) < 3:
        return 0.0
    rows = np.stack([item.vector for item in others]).astype(np.float64)
    total = rows.sum(axis=0)
    rest = total - rows
    usual = (rows * rest).sum(axis=1) / np.linalg.norm(rest, axis=1)
    found = float(mine.vector @ total / np.linalg.norm(total))
    return (found - float(usual.mean())) / max(float(usual.std()), 1e-9)
