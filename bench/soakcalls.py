"""Calls of an API that its description alone tells how to make, with ids from earlier answers."""

import random
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

METHODS = ("get", "post", "patch", "delete")
# Calls that shut the callers themselves out, or that wait for the other end of a network.
LEFT_OUT = re.compile(
    r"/keys\b|/access$|/roles$|/organisation$|/log/|/registries|/webhooks|/mail-addresses"
    r"|/encoder-changes"
)
MONEY = re.compile(
    r"accrual|runs|usage|receipts|invoices|payout|submissions|clearances|complaints|pauses|ledger"
    r"|unclaimed|cuts|works|bulks|rematch|reviews"
)
KNOWN_MOST = 200
_DAYS = ("2026-08-01", "2026-11-24", "2027-01-01")
_MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")
_WORDS = ("DE", "EUR", "x", "1.5", "1000000")


@dataclass(slots=True)
class Known:
    """What answers held, by the name of its field and, for ids, by the list that they stood in."""

    _found: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def learn(self, path: str, answer: Any) -> None:
        """Keep every short text of an answer of `path`, the oldest making way."""
        listed = path.rpartition("/")[2]
        with self._lock:
            for name, one in _texts(answer, listed):
                values = self._found[f"{listed}/id" if name == "id" else name]
                if one not in values:
                    values.append(one)
                    del values[:-KNOWN_MOST]

    def some(self, rng: random.Random, name: str, listed: str = "") -> str | None:
        """A value that a field of this name had, or an id out of this list."""
        with self._lock:
            values = self._found.get(name) or self._found.get(f"{listed}/id")
            return rng.choice(values) if values else None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with what is to be sent."""

    method: str
    path: str
    told: Mapping[str, Any]

    @property
    def is_list(self) -> bool:
        return self.method == "get" and "{" not in self.path


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes requests to what an OpenAPI document describes."""

    document: Mapping[str, Any]
    known: Known

    def operations(self) -> list[Operation]:
        """All that may be called: everything is read, little is left out of what changes."""
        return [
            Operation(method, path, methods[method])
            for path, methods in self.document["paths"].items()
            for method in METHODS
            if method in methods and (method == "get" or not LEFT_OUT.search(path))
        ]

    def request(self, one: Operation, rng: random.Random) -> dict[str, Any]:
        """`url` and what else `httpx2.Client.request` takes, drawn at random."""
        made: dict[str, Any] = {"url": self._filled(one.path, rng), "headers": {}}
        if one.method == "post":
            made["headers"]["Idempotency-Key"] = f"{rng.random()}"
        asked = [each for each in one.told.get("parameters", ()) if each["in"] == "query"]
        query = {
            each["name"]: self._value(each["schema"], each["name"], rng)
            for each in asked
            if each.get("required") or rng.random() < 0.3
        }
        made["params"] = {name: value for name, value in query.items() if value is not None}
        content = one.told.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            made["json"] = self._value(content["application/json"]["schema"], "", rng)
        elif one.path == "/v1/uploads":
            made["content"] = self._report(rng)
        elif content:
            made["content"] = b"x"
        return made

    def _filled(self, path: str, rng: random.Random) -> str:
        def drawn(match: re.Match[str]) -> str:
            name, before = match[1], path[: match.start()].rstrip("/").rpartition("/")[2]
            return self._text(name, rng, before)

        return re.sub(r"\{(\w+)(?::\w+)?\}", drawn, path)

    def _value(self, schema: Mapping[str, Any], name: str, rng: random.Random) -> Any:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for either in ("anyOf", "oneOf", "allOf"):
            if either in schema:
                return self._value(rng.choice(schema[either]), name, rng)
        if "const" in schema or "enum" in schema:
            return rng.choice(schema.get("enum", [schema.get("const")]))
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            due = schema.get("required", ())
            return {
                key: self._value(inner, key, rng)
                for key, inner in schema.get("properties", {}).items()
                if key in due or rng.random() < 0.4
            }
        if kind == "array":
            inner, count = schema.get("items", {}), rng.choice((0, 1, 1, 2))
            return [self._value(inner, name.removesuffix("s"), rng) for _ in range(count)]
        if kind == "integer":
            return rng.choice((schema.get("minimum", 0), 1, 7, 1_000_000, schema.get("maximum", 2)))
        if kind in ("number", "boolean", "null"):
            return {"number": 0.5, "boolean": rng.random() < 0.5, "null": None}[kind]
        return self._text(name, rng, form=schema.get("format", ""))

    def _text(self, name: str, rng: random.Random, listed: str = "", form: str = "") -> str:
        if form in ("date", "date-time"):
            return rng.choice(_DAYS) + ("T10:00:00Z" if form == "date-time" else "")
        known = self.known.some(rng, name, listed)
        if known is not None and rng.random() < 0.9:
            return known
        return rng.choice(_MONTHS if "month" in name or "period" in name else _WORDS)

    def _report(self, rng: random.Random) -> bytes:
        """A usage report about cuts that are known."""
        lines = ["cut_id,territory,period,views,kind"]
        for _ in range(rng.choice((1, 5, 200))):
            cut, place = self.known.some(rng, "cut_id") or "x", rng.choice(("DE", "AT", "FR"))
            lines.append(f"{cut},{place},{rng.choice(_MONTHS)},{rng.randrange(1, 9999)},play")
        return "\n".join(lines).encode()


def _texts(answer: Any, name: str) -> Iterator[tuple[str, str]]:
    """(name, text) of an answer down to its leaves, of a list its first."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield from _texts(value, key)
    elif isinstance(answer, list):
        for value in answer[:50]:
            yield from _texts(value, name)
    elif isinstance(answer, str) and 0 < len(answer) < KNOWN_MOST:
        yield name, answer
