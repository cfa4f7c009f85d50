"""Every sentence that the code's errors say, read from its syntax: no list of modules to keep.

A sentence is the first argument of an error, or its `next_step`. Where that is a name, what the
name stands for is looked up: a constant, what its function puts into it, or, of a function's own
parameter, what the callers hand over. What is filled into a sentence is looked up likewise.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("core", "fingerprint", "registry", "licensing", "royalties", "api")
FILLED = "7"  # stands for whatever differs each time
_DEPTH = 4  # of callers' callers


@dataclass(slots=True)
class Module:
    """A file by its path below the root: its calls and constants, and what a name stands in."""

    path: Path
    functions: set[str] = field(default_factory=set)
    calls: dict[str, list[ast.Call]] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    inside: dict[ast.AST, ast.FunctionDef] = field(default_factory=dict)
    bases: dict[str, set[str]] = field(default_factory=dict)
    steps: list[tuple[str, ast.FunctionDef]] = field(default_factory=list)


class Code:
    """All modules of some packages."""

    def __init__(self, packages: tuple[str, ...] = PACKAGES) -> None:
        paths = (one for package in packages for one in sorted((ROOT / package).rglob("*.py")))
        self.modules = [_read(path) for path in paths]
        # Wrong use of the command line, and what a verification lacks, are no errors of that tree.
        self.errors = {"EbenbildError", "BadParameter", "Unchecked"}
        bases = [item for one in self.modules for item in one.bases.items()]
        while more := {name for name, of in bases if of & self.errors} - self.errors:
            self.errors |= more

    def said(self) -> Iterator[tuple[Path, str, str]]:
        """File, a part of an error as code, and a sentence that it may be, or "" for none known."""
        for module in self.modules:
            for name, calls in module.calls.items():
                for part in (part for call in calls for part in self._parts(name, call)):
                    for sentence in sorted(self._sentences(module, part, _DEPTH) - {""}) or [""]:
                        yield module.path, ast.unparse(part), sentence

    def found(self) -> Iterator[str]:
        """What the steps of verifications are called, and what they say that they found."""
        for module in self.modules:
            for name, check in module.steps:
                yield name
                for said in (one.value for one in ast.walk(check) if isinstance(one, ast.Return)):
                    # Some hand on what they read beside what they say.
                    found = said.elts[-1] if isinstance(said, ast.Tuple) else said
                    yield from self._sentences(module, found, _DEPTH) if found is not None else ()

    def _parts(self, name: str, call: ast.Call) -> list[ast.expr]:
        step = [word.value for word in call.keywords if word.arg == "next_step"]
        return [*call.args[:1], *step] if step or name in self.errors else []

    def _sentences(self, module: Module, node: ast.expr, depth: int) -> set[str]:
        """What an expression may say; nothing where that cannot be known from the code."""
        if isinstance(node, ast.Constant):
            return {node.value} if isinstance(node.value, str) else set()
        whole, parts = set(), list[ast.expr]()
        if isinstance(node, ast.JoinedStr):
            whole = {"".join(self._piece(module, part) for part in node.values)}
            parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.IfExp):
            parts = [node.body, node.orelse]
        elif isinstance(node, ast.BoolOp):
            parts = node.values
        elif isinstance(node, ast.Subscript):
            table = self._constant(module, _name(node.value))
            parts = table.values if isinstance(table, ast.Dict) else []
        elif isinstance(node, ast.Name) and depth:
            parts, depth = list(self._named(module, node)), depth - 1
        return whole.union(*(self._sentences(module, part, depth) for part in parts))

    def _piece(self, module: Module, part: ast.expr) -> str:
        """A piece of a text: written out, a constant that is a text, or what differs each time."""
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        known = self._constant(module, _name(inner)) or inner
        text = known.value if isinstance(known, ast.Constant) else None
        return text if isinstance(text, str) else FILLED

    def _named(self, module: Module, node: ast.Name) -> Iterator[ast.expr]:
        """What a name stands for: what is put into it, what callers hand over, or a constant."""
        function = module.inside.get(node)
        constant = self._constant(module, node.id)
        if function is None or constant is not None:
            yield from [constant] if constant is not None else []
            return
        put = [
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and any(_name(to) == node.id for to in one.targets)
        ]
        yield from put or self._handed(module, function, node.id)

    def _handed(self, module: Module, of: ast.FunctionDef, parameter: str) -> Iterator[ast.expr]:
        """What callers hand over; those in other modules count where the name is the only one."""
        only = sum(of.name in one.functions for one in self.modules) == 1
        names = [one.arg for one in of.args.args if one.arg != "self"]
        for one in self.modules if only else [module]:
            for call in one.calls.get(of.name, []):
                yield from (word.value for word in call.keywords if word.arg == parameter)
                if parameter in names:
                    yield from call.args[names.index(parameter) :][:1]

    def _constant(self, module: Module, name: str) -> ast.expr | None:
        """A constant of the module, or the only one of that name that it can have imported."""
        if name in module.constants or name.startswith("_") or not name.isupper():
            return module.constants.get(name)
        found = [one.constants[name] for one in self.modules if name in one.constants]
        return found[0] if len(found) == 1 else None


def _read(path: Path) -> Module:
    made, tree = Module(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            made.constants |= {_name(to): node.value for to in targets}
    _visit(made, tree, None)
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    for row in (one.elts for one in ast.walk(tree) if isinstance(one, ast.Tuple)):
        # A step is its name, whether its failure ends the checking, and what checks.
        if len(row) == 3 and isinstance(row[0], ast.Constant) and _name(row[2]) in functions:
            made.steps.append((str(row[0].value), functions[_name(row[2])]))
    # Or the names stand for themselves, and every function may be what checks.
    names = made.constants.get("STEPS")
    if isinstance(names, ast.Tuple):
        listed = [str(one.value) for one in names.elts if isinstance(one, ast.Constant)]
        made.steps += [(name, one) for name in listed for one in functions.values()]
    return made


def _visit(made: Module, node: ast.AST, function: ast.FunctionDef | None) -> None:
    if isinstance(node, ast.FunctionDef):
        function = node
        made.functions.add(node.name)
    elif isinstance(node, ast.ClassDef):
        made.bases[node.name] = {_name(base) for base in node.bases}
    elif isinstance(node, ast.Call):
        made.calls.setdefault(_name(node.func), []).append(node)
    elif isinstance(node, ast.Name) and function is not None:
        made.inside[node] = function
    for child in ast.iter_child_nodes(node):
        _visit(made, child, function)


def _name(node: ast.AST) -> str:
    return str(getattr(node, "id", "") or getattr(node, "attr", ""))
