"""Many callers at once, of a registry that is killed again and again; then all of it must agree.

    python -m bench.soak --models models [--registry demo-data/latest/registry] [--seconds 300]

Two callers of each organisation of a copy of a registry (that of `make demo`, say) call whatever
its API describes, most of it what touches money, with ids that earlier answers told and values at
random. `ebenbild serve` is killed with its worker meanwhile. No answer may be a fault (5xx but for
503), and afterwards each book is replayed from its facts, each closed run recomputed and the whole
audited (`ebenbild doctor --audit`). Exits 1 where anything disagrees.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from bench.soakcalls import MONEY, Calls, Known, Operation
from tests.flows.serving import PATIENCE_S, free_port, wait_until

PROGRAM = (sys.executable, "-m", "api.cli.main")
REFUSALS = 3
UNAVAILABLE = 503


@dataclass(slots=True)
class Seen:
    """What became of the calls."""

    answers: Counter[int] = field(default_factory=Counter)
    done: set[tuple[str, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


class Served:
    """A registry that is served, and killed when asked to."""

    def __init__(self, folder: Path, models: Path) -> None:
        folders = {"EBENBILD_DATA_DIR": str(folder), "EBENBILD_MODELS_DIR": str(models.resolve())}
        self._environment = {**os.environ, **folders}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._start()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a command says of the same registry."""
        return subprocess.run(
            [*PROGRAM, *words], env=self._environment, capture_output=True, text=True, check=False
        )

    def kill(self) -> None:
        """End server and worker as a power cut does, and start them again."""
        self.stop(signal.SIGKILL)
        self._start()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End server and worker."""
        os.killpg(self._process.pid, how)
        self._process.wait(PATIENCE_S)

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", str(self.port)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self._is_up)

    def _is_up(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health").is_success
        except httpx2.TransportError:
            return False


def main() -> None:
    """Parse, soak, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--registry", type=Path, default=Path("demo-data/latest/registry"))
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "registry"
        shutil.copytree(options.registry, folder)
        served = Served(folder, options.models)
        try:
            seen, keys, operations = _soaked(served, options)
            wrong = [*seen.faults, *_disagreeing(served, keys)]
        finally:
            served.stop()
    for one in wrong:
        print(f"    {one}")
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(seen.answers.items()))
    print(f"{len(keys)} callers, {options.seconds} s, {options.kills} kills: {answers}")
    print(f"    {len(seen.done)} of {operations} operations were carried out at least once")
    print(f"    the slowest answer took {seen.slowest[0]:.1f} s: {seen.slowest[1]}")
    print(f"    {len(wrong)} faults and disagreements: {'missed' if wrong else 'reached'}")
    sys.exit(bool(wrong))


def _soaked(served: Served, options: argparse.Namespace) -> tuple[Seen, list[str], int]:
    """Calls for so long; what was seen, the callers' keys and how many operations there are."""
    tenants = json.loads(served.command("tenant", "list", "--json").stdout)
    keys = [
        json.loads(served.command("tenant", "key", one["id"], "--json").stdout)["api_key"]
        for one in tenants
        for _ in range(2)
    ]
    document = httpx2.get(f"{served.url}/openapi.json").json()
    seen, ends = Seen(), time.monotonic() + options.seconds
    known = [Known() for _ in tenants]
    callers = [
        threading.Thread(
            target=_call,
            args=(served.url, key, Calls(document, known[number // 2]), seen, ends),
            kwargs={"seed": options.seed + number},
        )
        for number, key in enumerate(keys)
    ]
    for one in callers:
        one.start()
    for _ in range(options.kills):
        time.sleep(options.seconds / (options.kills + 1))
        served.kill()
    for one in callers:
        one.join()
    return seen, keys, len(Calls(document, known[0]).operations())


def _call(url: str, key: str, calls: Calls, seen: Seen, ends: float, *, seed: int) -> None:
    """Call what is described until the time is over; what is refused to this key soon no more."""
    rng, refused = random.Random(seed), Counter[tuple[str, str]]()
    choices = _choices(calls.operations())
    with httpx2.Client(
        base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"}
    ) as http:
        while time.monotonic() < ends:
            one = rng.choice(rng.choice(choices))
            if refused[one.method, one.path] > REFUSALS:
                continue
            began = time.monotonic()
            try:
                answer = http.request(one.method.upper(), **calls.request(one, rng))
            except httpx2.TransportError:
                time.sleep(0.5)  # it was killed
                continue
            refused[one.method, one.path] += answer.status_code == httpx2.codes.FORBIDDEN
            _note(seen, one, answer, time.monotonic() - began)
            if answer.is_success and "json" in answer.headers.get("content-type", ""):
                calls.known.learn(one.path, answer.json())


def _choices(operations: list[Operation]) -> list[list[Operation]]:
    """The operations in groups, each as likely as the next."""
    changing = [one for one in operations if one.method != "get"]
    money = [one for one in changing if MONEY.search(one.path)]
    lists = [one for one in operations if one.is_list]
    reading = [one for one in operations if one.method == "get"]
    return [lists, reading, money, money, changing]


def _note(seen: Seen, one: Operation, answer: httpx2.Response, seconds: float) -> None:
    seen.answers[answer.status_code] += 1
    if answer.is_success:
        seen.done.add((one.method, one.path))
    if answer.is_server_error and answer.status_code != UNAVAILABLE:
        seen.faults.append(f"{answer.status_code} {one.method} {one.path}: {answer.text[:300]}")
    seen.slowest = max(seen.slowest, (seconds, f"{one.method} {one.path}"))


def _disagreeing(served: Served, keys: list[str]) -> list[str]:
    """Books that facts do not come to, closed runs that nobody can recompute, and failed audits."""
    found = []
    for key in keys[::2]:
        found += _wrong_money(served.url, key)
    audit = served.command("doctor", "--audit")
    if audit.returncode:
        found.append(f"doctor --audit: {audit.stdout}")
    return found


def _wrong_money(url: str, key: str) -> list[str]:
    headers = {"Authorization": f"Bearer {key}"}
    found = []
    with httpx2.Client(base_url=url, timeout=PATIENCE_S, headers=headers) as http:
        replayed: dict[str, Any] = http.get("/v1/ledger/replay").json()
        if not replayed.get("same"):
            found.append(f"replay: {json.dumps(replayed)[:300]}")
        for run in http.get("/v1/runs", params={"limit": 200}).json().get("items", ()):
            proof = http.get(f"/v1/runs/{run['id']}/verification")
            if run["state"] == "CLOSED" and not proof.json().get("ok"):
                found.append(f"run {run['id']}: {proof.text[:300]}")
    return found


if __name__ == "__main__":
    main()
