"""What people said of finds and figures, as a naive model remembers it: events, read in order.

It shares no code with the rules that it checks.
"""

from dataclasses import dataclass, field

from registry.models.characters import Doubt
from registry.models.figures import Answer

SETTLING = {Answer.EXTRA, Answer.CHARACTER, Answer.NOBODY}


@dataclass
class Spoken:
    """Words on one find of a performer, answers about one stranger, and the life of one figure.

    `sure` is whether the machine was sure of the find. A word is [verdict, by the studio, undone];
    an answer is (answer, whether it names the figure).
    """

    sure: bool = True
    words: list[list[object]] = field(default_factory=list)
    answers: list[tuple[Answer, bool]] = field(default_factory=list)
    life: list[str] = field(default_factory=list)
    disputed: bool = False

    @property
    def over(self) -> bool:
        """Whether the figure has ended in any of its three ways."""
        return any(event in ("refuse", "uphold", "withdraw") for event in self.life)

    @property
    def held(self) -> bool:
        """Whether a person has to look at the figure: held since it was last allowed."""
        return not self.over and self._last("hold") > self._last("allow")

    @property
    def searched(self) -> bool:
        """Whether the figure is searched for: activated since it was last held."""
        return not self.over and self._last("activate") > self._last("hold")

    def may(self, step: str) -> bool:
        """Whether the figure's life can go on so."""
        captured = "capture" in self.life or "hold" in self.life
        return (
            not self.over
            and {
                "capture": True,
                "hold": True,
                "allow": self.held,
                "refuse": self.held,
                "activate": captured and not self.held and not self.searched,
                "uphold": True,
                "withdraw": True,
            }[step]
        )

    def says(self, verdict: str, *, studio: bool) -> bool:
        """Whether the word counts: a studio does not talk away what is sure."""
        return not (studio and self.sure and verdict in ("rejected", "second_opinion"))

    def find_is_sure(self, *, figure_there: bool) -> bool:
        """Whether nobody need look at the performer's find any more."""
        if figure_there and not self.over:
            return False
        standing = [verdict for verdict, _, undone in self.words if not undone]
        if standing:
            return standing[-1] == "confirmed"
        return self.sure

    def stranger_is_settled(self, claim: Doubt | None) -> bool:
        """Whether nobody need ask about the stranger, whom the search may claim for the figure."""
        clears = self.searched and not self.disputed
        answer, names_figure = self.answers[-1] if self.answers else (Answer.OPEN, False)
        if answer is Answer.OPEN:
            return clears and claim is Doubt.NONE
        return clears if names_figure else answer in SETTLING

    def _last(self, event: str) -> int:
        return max((place for place, item in enumerate(self.life) if item == event), default=-1)
