"""Can a stranger feel from an answer's time or size whether a person is enrolled?

    python -m bench.oracle [--pairs 10000] [--enrolments 1700] [--json]

Two ways of asking. Look-ups: every route that takes an id of a performer, enrolment, work or
submission, asked by another organisation for a thing that is there and for one that is not.
Enrolments: an agency hands in samples of people whom another agency has enrolled, and of people
whom nobody has, and reads every answer up to the proofs. A classifier (likelihood ratios of time
and size in bins, learned on one half of the pairs and judged on the other) must do no better than
chance: its area under the curve within 0.02 of a half. The engine is the tests' own, which finds
people by name: what is measured is the registry, not the encoder. As in a process that lives for
days, statements are compiled once and housekeeping (hourly) does not run between two answers.
"""

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import httpx2
import numpy as np
from numpy.typing import NDArray

from core.enrolmentsettings import EnrolmentSettings
from core.ids import new_id
from tests.simulators.stage import Person, Stage, voice_sample
from tests.statements import create_engine

AUC_SLACK = 0.02
PAIRS_MIN = 1_600
"""Fewer cannot say it: by chance alone the area then varies by more than the slack (95 %)."""
BINS = 12
Seen = tuple[float, float]  # seconds, and bytes of status, headers and body


@dataclass(frozen=True, slots=True)
class Row:
    """One way of asking: how well times and sizes tell, over so many pairs."""

    name: str
    pairs: int
    by_time: float
    by_size: float

    @property
    def reached(self) -> bool:
        return max(abs(self.by_time - 0.5), abs(self.by_size - 0.5)) <= AUC_SLACK

    def __str__(self) -> str:
        word = "reached" if self.reached else "missed"
        word = word if self.pairs >= PAIRS_MIN else "too few pairs to say"
        return (
            f"{self.name}: {self.pairs} pairs, AUC by time {self.by_time:.3f}, by size "
            f"{self.by_size:.3f}  0.5 +- {AUC_SLACK}: {word}"
        )


def main() -> None:
    """Parse, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000, help="of each look-up; 0 for none")
    parser.add_argument("--enrolments", type=int, default=1_700, help="pairs of the slower way")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("core.db.create_engine", create_engine),
    ):
        unlimited = EnrolmentSettings(quota_per_month=4 * asked.enrolments + 1)
        stage = Stage.make(Path(folder), enrolment=unlimited)
        try:
            rows = [*look_ups(stage, asked.pairs)] if asked.pairs else []
            with mock.patch("api.worker.tidy"):
                rows.append(enrolments(stage, asked.enrolments))
        finally:
            stage.close()
    print(
        json.dumps([{"name": row.name, "reached": row.reached} for row in rows])
        if asked.json
        else "\n".join(map(str, rows))
    )
    sys.exit(not all(row.reached for row in rows))


def look_ups(stage: Stage, pairs: int) -> list[Row]:
    """A studio asks for another organisation's things, and for things that nobody has."""
    _, agency = stage.tenant("agency")
    issued = stage.operator.post("/v1/tenants", {"name": "A stranger", "kind": "agency"})
    key = stage.operator.post(f"/v1/tenants/{issued['id']}/keys", {})["api_key"]
    anna = Person.add(agency, "Anna")
    enrolment = anna.consent("voice")
    paths = {
        "performer": ("/v1/performers/{}", anna.id),
        "performer's enrolments": ("/v1/performers/{}/enrolments", anna.id),
        "enrolment": ("/v1/enrolments/{}", enrolment),
    }
    http = stage.http(key)  # closing it would close the stage's transport
    return [_row(name, *_asked(http, path, id_, pairs)) for name, (path, id_) in paths.items()]


def enrolments(stage: Stage, pairs: int) -> Row:
    """An agency enrols people of its own: half of them stand in another agency's register."""
    _, first = stage.tenant("agency", "Incumbent")
    _, second = stage.tenant("agency", "Newcomer")
    seen: tuple[list[Seen], list[Seen]] = ([], [])
    for number in range(pairs):
        known, unknown = f"known{number}", f"unknown{number}"
        Person.add(first, known).enrol(stage.file("sample.wav", voice_sample(known)))
        order = [(known, 0), (unknown, 1)]
        for name, side in order if number % 2 else reversed(order):
            seen[side].append(_handed_in(stage, second, name))
    return _row("enrolment of a person whom another agency has", *seen)


def _handed_in(stage: Stage, agency: object, name: str) -> Seen:
    """Time and size of everything the second agency is told on the way."""
    person = Person.add(agency, name)  # type: ignore[arg-type]
    sample = stage.file("sample.wav", voice_sample(name))
    begin = time.perf_counter()
    told = person.enrol(sample)
    return time.perf_counter() - begin, float(len(json.dumps(told)))


def _asked(http: httpx2.Client, path: str, there: str, pairs: int) -> tuple[list[Seen], list[Seen]]:
    """Answers for the thing that is there and for one that is not, in random turns."""
    kind = there.split("_")[0]
    seen: tuple[list[Seen], list[Seen]] = ([], [])
    for number in range(pairs + 20):
        sides = [(there, 0), (new_id(kind), 1)]
        if secrets.randbelow(2):
            sides.reverse()
        for item, side in sides:
            begin = time.perf_counter()
            answer = http.get(path.format(item))
            taken = time.perf_counter() - begin
            if number >= 20:  # the first warm caches
                seen[side].append((taken, _size(answer)))
    return seen


def _size(answer: httpx2.Response) -> float:
    fields = sum(len(name) + len(value) for name, value in answer.headers.raw)
    return float(answer.status_code * 10_000 + fields + len(answer.content))


def _row(name: str, there: Sequence[Seen], absent: Sequence[Seen]) -> Row:
    one, other = np.array(there), np.array(absent)
    return Row(
        name, len(one), told_apart(one[:, 0], other[:, 0]), told_apart(one[:, 1], other[:, 1])
    )


def told_apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Area under the curve of likelihood ratios in bins, each half judged by the other.

    0.5 is chance; the bins let a difference in spread be found, not only one in place.
    """
    scores = [
        _judged(one[learn::2], other[learn::2], one[1 - learn :: 2], other[1 - learn :: 2])
        for learn in (0, 1)
    ]
    return float(np.mean(scores))


def _judged(
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    new_one: NDArray[np.float64],
    new_other: NDArray[np.float64],
) -> float:
    edges = np.unique(np.quantile(np.concatenate([one, other]), np.linspace(0, 1, BINS + 1)[1:-1]))
    here, there = (
        np.bincount(np.searchsorted(edges, side, side="right"), minlength=len(edges) + 1) + 1.0
        for side in (one, other)
    )
    ratio = np.log(here / there)
    a, b = (ratio[np.searchsorted(edges, side, side="right")] for side in (new_one, new_other))
    above = np.searchsorted(np.sort(b), a, side="left")
    level = np.searchsorted(np.sort(b), a, side="right") - above
    return float(np.mean((above + 0.5 * level) / len(b)))


if __name__ == "__main__":
    main()
