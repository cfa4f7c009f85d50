"""Three months of a series after the story: what makes every page of a demo worth looking at.

Eleven more episodes, three more performers, and what happens to people and money: a month is
reported, billed, paid, closed by two people and distributed; a payment comes back, a share is
claimed twice, a line is disputed. All of it through the API, under the clock of the time it tells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api.client import Client
from api.demo.companions import COMPARED, PURPOSES, Companions
from api.demo.months import Office
from api.demo.script import SEASON
from api.trial import series_terms
from core.clock import Clock, utc_now
from royalties.closing import month_of

TITLE = "Two lighthouses, the series"
TEASER = "Two lighthouses, the teaser"
TEASER_IN = timedelta(days=3)
TERRITORIES = ("DE", "AT")
LATE_REPORT = ("CH",)  # of the first month, for which the story reported the others itself
PRESENT = timedelta()
# Who is heard in episodes 2 to 12: the first two are the story's, then the three who come later.
GERMAN, ENGLISH, MINOR, STRIKER, LATE = range(5)
TIERS = {
    "id": "house-tiers",
    "version": 1,
    "title": {"en": "Share of the income by retention", "de": "Anteil am Erlös nach Verweilrate"},
    "currency": "EUR",
    "valid_from": "2026-01-01T00:00:00Z",
    "valid_until": None,
    "source": "made up for this demonstration",
    "certainty": "unconfirmed",
    "params": {
        "kind": "retention_tiers",
        "steps": [
            {"from": "0", "share": "1/100"},
            {"from": "1/2", "share": "3/100"},
            {"from": "7/10", "share": "1/20"},
        ],
    },
    "split": "points",
    "counts": ["views", "adverts"],
}
PRICES: dict[int, dict[str, Any]] = {
    MINOR: {"kind": "tariff", "id": "house-tiers", "currency": "EUR"},
    STRIKER: {"kind": "tariff", "id": "aifilms-pool", "currency": "EUR"},
    LATE: {"kind": "per_view", "rate": "0.0100", "currency": "EUR"},
}


@dataclass(frozen=True, slots=True)
class Plot:
    """Who is heard in which episode, from the second on, and with which of them what comes.

    Episodes are handed in in steps of `every` and shown, more slowly, in steps of `shown_every`,
    the first a step after it came; places count them from 0.
    """

    casts: tuple[tuple[int, int], ...]
    every: timedelta
    shown_every: timedelta
    late_comes_with: int
    overclaim_with: int
    strike_with: int

    def until_shown(self, place: int) -> timedelta:
        """How long after an episode came it is shown."""
        return self.shown_every + place * (self.shown_every - self.every)


SERIES = Plot(
    casts=(
        (GERMAN, LATE),
        (ENGLISH, MINOR),
        (GERMAN, STRIKER),
        (ENGLISH, LATE),
        (STRIKER, LATE),
        (GERMAN, MINOR),
        (ENGLISH, STRIKER),
        (STRIKER, MINOR),
        (ENGLISH, MINOR),
        (GERMAN, STRIKER),
        (ENGLISH, LATE),
    ),
    every=timedelta(days=8),
    shown_every=timedelta(days=10),
    late_comes_with=4,  # in what was handed in before, that voice is found afterwards
    overclaim_with=5,
    strike_with=10,  # with the last: what comes out before and after it stands still
)


@dataclass(frozen=True, slots=True)
class Material:
    """Samples of the three who come later, by their number, and the films: the episodes and a
    teaser in which the last of the three says too little for anybody to be sure."""

    samples: dict[int, tuple[Path, ...]]
    episodes: tuple[Path, ...]
    teaser: Path


@dataclass
class Season:
    """The series as it goes on.

    `who` holds performers' ids by number, `cuts` what there is and the first month to report of it;
    `at_last` leaves something for a second person to decide.
    """

    clock: Clock
    office: Office
    companions: Companions
    studio: Client
    studio_id: str
    who: dict[int, str]
    cuts: list[tuple[str, str]]
    at_last: Callable[[], None]
    plot: Plot = SERIES
    series_id: str = ""
    began: str = ""
    month: str = ""
    unknown: set[int] = field(default_factory=lambda: {MINOR, STRIKER, LATE})

    def tell(self, material: Material, behind: timedelta, until: timedelta = PRESENT) -> None:
        """Go through the months from `behind` the present to `until`, behind it too."""
        self.began = self.month = month_of(utc_now())
        self.office.operator.post("/v1/tariffs", {"document": TIERS})
        body = {"title": TITLE, "level": "series"}
        self.series_id = str(self.studio.post("/v1/works", body)["id"])
        for number in (MINOR, STRIKER):
            self._joins(number, material)
        for place, film in enumerate(material.episodes):
            behind = self._forward(behind, until)
            if place == self.plot.late_comes_with:
                self._joins(LATE, material)
            if place == self.plot.overclaim_with:
                self.companions.claim_too_much(self.who[STRIKER], self.month)
            if place == self.plot.strike_with:
                self.companions.strike(self.who[STRIKER])
            self._episode(place, film)
        while behind > until:
            behind = self._forward(behind, until)
        self._teaser(material.teaser)
        self._disputes()
        terms = series_terms(self.who[LATE], self.studio_id, PRICES[LATE], utc_now())
        message = "You are heard in our series. May we license it?"
        self.studio.post("/v1/requests", {"terms": terms, "message": message})
        self.at_last()

    def _joins(self, number: int, material: Material) -> None:
        samples = material.samples[number]
        made = self.companions.join(
            SEASON[number].name,
            samples,
            minor=number == MINOR,
            purposes=COMPARED if number == LATE else PURPOSES,
        )
        self.who[number] = made
        self.unknown.discard(number)
        terms = series_terms(made, self.studio_id, PRICES[number], utc_now())
        if number != LATE:
            self.companions.license(made, terms)

    def _forward(self, behind: timedelta, until: timedelta) -> timedelta:
        """Live on until the next episode, and settle the month that has ended meanwhile."""
        after = max(behind - self.plot.every, until)
        self.clock.set_behind(after)
        month = month_of(utc_now())
        if month != self.month:
            shown = [cut for cut, since in self.cuts if since <= self.month]
            territories = LATE_REPORT if self.month == self.began else TERRITORIES
            self.office.settle(self.month, shown, territories)
            self.month = month
        return after

    def _episode(self, place: int, film: Path) -> None:
        number = place + 2
        release = utc_now() + self.plot.until_shown(place)
        body = {"title": f"Episode {number}", "level": "episode", "parent_id": self.series_id}
        cut, submission = self._handed_in(body, film, self.plot.casts[place], release)
        self._confirm(submission)
        self.cuts.append((cut, month_of(release)))

    def _teaser(self, film: Path) -> None:
        """A film of its own, so that no episode says who is heard; its find is left in doubt."""
        body = {"title": TEASER, "level": "film"}
        self._handed_in(body, film, (LATE,), utc_now() + TEASER_IN)

    def _handed_in(
        self, work: dict[str, Any], film: Path, cast: Sequence[int], release: datetime
    ) -> tuple[str, str]:
        """A cut of a new work and its submission, by their ids, once it was searched."""
        made = self.studio.post("/v1/works", work)
        body = {"label": "Vertical", "format": "vertical", "language": "en"}
        cut = self.studio.post(f"/v1/works/{made['id']}/cuts", body)
        handed = {
            "cut_id": cut["id"],
            "upload_id": self.studio.upload(film),
            "filename": film.name,
            "mode": "fast",
            "declaration": self._declaration(cast, release),
        }
        submitted = self.studio.post("/v1/submissions", handed)
        self.studio.wait(submitted["job"]["id"])
        return str(cut["id"]), str(submitted["id"])

    def _confirm(self, submission: str) -> None:
        """Have the studio say who is in each find in doubt, as a minor's always is."""
        decided = self.studio.get(f"/v1/submissions/{submission}/clearance")
        for found in decided["found"]:
            if found["decision"] == "REVIEW":
                self.studio.post(f"/v1/matches/{found['id']}/reviews", {"verdict": "confirmed"})

    def _declaration(self, cast: Sequence[int], release: datetime) -> dict[str, Any]:
        known = [self.who[number] for number in cast if number not in self.unknown]
        use = {"kind": "synthesise_voice", "modality": "voice"}
        return {
            "release_at": f"{release:%Y-%m-%d}",
            "territories": list(TERRITORIES),
            "medium": "series",
            "language": "en",
            "ai_labelled": True,
            "uses": [{"performer_id": one, **use} for one in known],
        }

    def _disputes(self) -> None:
        """Somebody says of the newest line about them that it is not them."""
        line = self.office.newest_line(self.companions.agency, self.who[ENGLISH])
        if line is not None:
            proof = "I was not in this recording; my agency has the call sheet of that day."
            body = {"transaction_ids": [line], "ground": "not-me", "proof": proof}
            self.companions.agency.post("/v1/complaints", body)
