"""Which logs and how many of which witnesses a reader trusts, as a small text file.

The file is the one that others' tools read too. A checkpoint is good when a log of the policy
signed it and the quorum of witnesses cosigned it. Spec: https://c2sp.org/tlog-policy
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.checkpoint import Cosignature, cosignatures
from core.errors import BadInput, BadProof
from core.signednote import COSIGNATURE, ED25519, Note, NoteKey, key_from_vkey

NONE = "none"
POLICY_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Group:
    """At least `least` of these witnesses or groups."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Keys of logs, keys of witnesses by name, groups by name, and the name of the quorum."""

    logs: tuple[NoteKey, ...]
    witnesses: Mapping[str, NoteKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE
    urls: Mapping[str, str] = field(default_factory=dict)


def reached(policy: Policy, note: Note) -> tuple[Cosignature, ...]:
    """Return the witnesses' cosignatures of a checkpoint; BadProof below the policy's quorum."""
    found = cosignatures(note, policy.witnesses.values())
    if policy.quorum != NONE:
        seen = {item.key.vkey for item in found}
        if not _witnessed(policy, policy.quorum, seen):
            raise BadProof(
                f"the quorum {policy.quorum} of witnesses did not cosign it ({len(found)} did)",
                next_step="fetch a receipt with a newer checkpoint, or ask those witnesses",
                code="quorum-missed",
            )
    return found


def parse_policy(text: str) -> Policy:
    """Read a policy file; raises BadInput naming the line that is wrong."""
    if len(text) > POLICY_BYTES_MAX:
        raise _bad(1, "the file is too long")
    build = _Build()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if words and not words[0].startswith("#"):
            try:
                build.take(words)
            except (BadProof, ValueError) as exc:
                raise _bad(number, str(exc)) from exc
    if not build.quorum:
        raise _bad(1, "a policy needs one quorum line")
    return Policy(tuple(build.logs), build.witnesses, build.groups, build.quorum, build.urls)


def format_policy(policy: Policy) -> str:
    """Return the text of a policy, which `parse_policy` reads back."""
    lines = [f"log {key.vkey}" for key in policy.logs]
    for name, key in policy.witnesses.items():
        lines.append(f"witness {name} {key.vkey} {policy.urls.get(name, '')}".rstrip())
    for name, group in policy.groups.items():
        lines.append(f"group {name} {group.least} {' '.join(group.members)}")
    return "\n".join([*lines, f"quorum {policy.quorum}"]) + "\n"


class _Build:
    """The policy as far as it was read."""

    def __init__(self) -> None:
        self.logs: list[NoteKey] = []
        self.witnesses: dict[str, NoteKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[str, str] = {}
        self.quorum = ""
        self._members: set[str] = set()

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(_fresh(vkey, ED25519, self.logs))
            case ["witness", name, vkey, *rest] if len(rest) < 2:
                key = _fresh(vkey, COSIGNATURE, list(self.witnesses.values()))
                self.witnesses[self._new(name)] = key
                self.urls.update(dict.fromkeys([name] * len(rest), "".join(rest)))
            case ["group", name, least, *members] if members:
                self.groups[self._new(name)] = self._group(least, members)
            case ["quorum", name] if not self.quorum:
                if name != NONE:
                    self._defined(name)
                self.quorum = name
            case _:
                raise ValueError("this line is none of log, witness, group and one quorum")

    def _group(self, least: str, members: list[str]) -> Group:
        for name in members:
            self._defined(name)
            if name in self._members or members.count(name) > 1:
                raise ValueError(f"{name} is a member twice")
        self._members.update(members)
        count = {"any": 1, "all": len(members)}.get(least) or int(least)
        if not 1 <= count <= len(members):
            raise ValueError("a group needs at least 1 and at most all of its members")
        return Group(count, tuple(members))

    def _new(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"the name {name} is taken")
        return name

    def _defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"{name} is not defined above")


def _fresh(vkey: str, kind: int, known: list[NoteKey]) -> NoteKey:
    key = key_from_vkey(vkey)
    if key.kind != kind:
        raise ValueError("the key is of the wrong kind: logs sign with 1, witnesses with 4")
    if any(item.public == key.public for item in known):
        raise ValueError("the key stands there twice")
    return key


def _witnessed(policy: Policy, name: str, seen: set[str]) -> bool:
    group = policy.groups.get(name)
    if group is None:
        return policy.witnesses[name].vkey in seen
    return sum(_witnessed(policy, item, seen) for item in group.members) >= group.least


def _bad(number: int, why: str) -> BadInput:
    return BadInput(
        f"line {number} of the policy: {why}",
        next_step="write it as https://c2sp.org/tlog-policy says",
        code="bad-policy",
    )
