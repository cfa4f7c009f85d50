"""Does a refused sign-in tell by its time whether an account exists?

    python -m bench.sign_in_oracle

Known and unknown accounts are tried with a wrong password in alternation, over HTTP in this
process; the figure is the AUC of the best guess from the time alone, with its 95 % interval
(Hanley and McNeil 1982). 0.5 is a coin.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2

from api.accounts import passwords
from api.accounts.models import Door
from api.accounts.store import people
from api.app import create_app
from api.opening import open_registry
from api.setup import prepare
from api.transport import LocalTransport
from core.clock import utc_now
from core.ids import new_id
from core.settings import Settings

HOST = "https://registry.invalid"
WARM_UP = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the AUC beside 0.5; 1 when the interval leaves it out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="tries of each kind")
    pairs = parser.parse_args(arguments).pairs
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        prepare(settings)
        known, unknown = measured(settings, pairs)
    value, half = auc(known, unknown)
    word = "reached" if abs(value - 0.5) <= half else "missed"
    print(f"AUC {value:.3f} (+- {half:.3f}), limit 0.5 in the interval, {pairs} pairs: {word}")
    return 0 if word == "reached" else 1


def measured(settings: Settings, pairs: int) -> tuple[list[float], list[float]]:
    """Seconds of refusals for accounts that exist and for such that do not, in random order."""
    emails = [f"person{number}@example.org" for number in range(pairs + WARM_UP)]
    hashed = passwords.hashed("correct horse battery staple")
    door = Door("bench")
    with open_registry(settings) as world, world.db.write() as session:
        for email in emails:
            person_id = new_id("per")
            people.add_person(session, person_id=person_id, email=email, name="P", at=utc_now())
            people.set_password(session, door, person_id, hashed)
    transport = LocalTransport(create_app(settings))
    times: tuple[list[float], list[float]] = ([], [])
    with httpx2.Client(transport=transport, base_url=HOST, headers={"Origin": HOST}) as http:
        for number, email in enumerate(emails):
            both = [(0, email), (1, f"nobody{number:06}@example.org"[: len(email)])]
            random.Random(number).shuffle(both)
            for kind, address in both:
                took = one(http, address)
                if number >= WARM_UP:
                    times[kind].append(took)
    return times


def one(http: httpx2.Client, email: str) -> float:
    """Seconds that one refusal takes."""
    begun = time.perf_counter()
    answer = http.post("/sign-in", data={"email": email, "password": "a wrong password"})
    took = time.perf_counter() - begun
    assert answer.status_code == 401, answer.text
    return took


def auc(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Share of pairs in which the first is slower, and half of its 95 % interval."""
    wins = sum((a > b) + 0.5 * (a == b) for a in first for b in second)
    value, count = wins / (len(first) * len(second)), len(first)
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    spread = value * (1 - value) + (count - 1) * (q1 + q2 - 2 * value**2)
    return value, 1.96 * (spread / count**2) ** 0.5


if __name__ == "__main__":
    sys.exit(main())
