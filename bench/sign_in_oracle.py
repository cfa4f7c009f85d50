"""Does a refused sign-in tell by its time whether an account exists?

    python -m bench.sign_in_oracle
    python -m bench.sign_in_oracle --reset

Known and unknown accounts are tried with a wrong password in alternation, over HTTP in this
process. With `--reset` a mail for another password is asked for instead, each from an address of
its own, so that the limit on addresses does not answer for both. The figure is the AUC of the
best guess from the time alone, with its 95 % interval
(Hanley and McNeil 1982). 0.5 is a coin.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2

from api.accounts import passwords, resetting
from api.accounts.models import Door
from api.accounts.sessions import Origin
from api.accounts.store import people
from api.app import create_app
from api.opening import open_registry
from api.setup import prepare
from api.transport import LocalTransport
from core.clock import utc_now
from core.ids import new_id
from core.messagesettings import MailSettings
from core.settings import Settings

HOST = "https://registry.invalid"
WARM_UP = 20
Times = tuple[list[float], list[float]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the AUC beside 0.5; 1 when the interval leaves it out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="tries of each kind")
    parser.add_argument("--reset", action="store_true", help="ask for another password instead")
    chosen = parser.parse_args(arguments)
    pairs = chosen.pairs
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        prepare(settings)
        emails = fill(settings, pairs)
        measure = resets if chosen.reset else refusals
        known, unknown = measure(settings, emails)
    value, half = auc(known, unknown)
    word = "reached" if abs(value - 0.5) <= half else "missed"
    print(f"AUC {value:.3f} (+- {half:.3f}), limit 0.5 in the interval, {pairs} pairs: {word}")
    return 0 if word == "reached" else 1


def fill(settings: Settings, pairs: int) -> list[str]:
    """Make accounts to be tried, those of the warm-up first; returns their addresses."""
    emails = [f"person{number:06}@example.org" for number in range(pairs + WARM_UP)]
    hashed = passwords.hashed("correct horse battery staple")
    door = Door("bench")
    with open_registry(settings) as world, world.db.write() as session:
        for email in emails:
            person_id = new_id("per")
            people.add_person(session, person_id=person_id, email=email, name="P", at=utc_now())
            people.set_password(session, door, person_id, hashed)
    return emails


def refusals(settings: Settings, emails: Sequence[str]) -> Times:
    """Seconds of refusals for accounts that exist and for such that do not, in random order."""
    transport = LocalTransport(create_app(settings))
    with httpx2.Client(transport=transport, base_url=HOST, headers={"Origin": HOST}) as http:
        return alternated(emails, lambda email: one(http, email))


def resets(settings: Settings, emails: Sequence[str]) -> Times:
    """Seconds that asking for another password takes, in random order."""
    mailing = settings.model_copy(update={"mail": MailSettings(host="mail.invalid")})
    places = itertools.count()
    with open_registry(mailing) as world:

        def ask(email: str) -> float:
            origin = Origin(f"2001:db8::{next(places):x}", "bench")
            begun = time.perf_counter()
            resetting.ask(world.db, mailing, email, "en", origin, now=utc_now())
            return time.perf_counter() - begun

        return alternated(emails, ask)


def alternated(emails: Sequence[str], took: Callable[[str], float]) -> Times:
    """Seconds for each address and for one of the same length without an account."""
    times: Times = ([], [])
    for number, email in enumerate(emails):
        both = [(0, email), (1, email.replace("person", "nobody"))]
        random.Random(number).shuffle(both)
        for kind, address in both:
            seconds = took(address)
            if number >= WARM_UP:
                times[kind].append(seconds)
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
