"""Takes an encoder of one's own into a models folder, after it was looked through and tried.

The file comes from anywhere, so nothing in it is believed: it must be whole, made of ONNX's own
operators, and behave as an encoder does, in a process of its own that can take neither much time
nor much memory. Format: https://github.com/onnx/onnx/blob/main/docs/IR.md.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import onnx

from core.errors import BadInput, Conflict
from fingerprint.frontends import Encoder
from fingerprint.weights import encoders
from fingerprint.weights.manifest import write_atomic
from fingerprint.weights.packages import sha256_file

BYTES_MAX = 2 * 1024**3 - 1  # what one protocol buffer can hold
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,47}")
_DOMAINS = frozenset({"", "ai.onnx"})
_WALL_SECONDS = 300


def add(models_dir: Path, file: Path, declared: Encoder) -> Encoder:
    """Try a file as the `declared` encoder and keep a copy; raises BadInput with what is wrong.

    Adding the same file under the same name again changes nothing; another file is a Conflict,
    because vectors under one name must be comparable.
    """
    _check_names(declared)
    known = encoders.installed(models_dir).get(declared.model_id)
    look_through(file)
    found = tried(file, replace(declared, sha256=sha256_file(file)))
    if known is not None and replace(known, file=found.file) != found:
        raise Conflict(
            f"There is another {declared.model_id} already.",
            next_step="Add the new file under another --version.",
            code="encoder-exists",
        )
    write_atomic(models_dir / found.file, file.read_bytes())
    encoders.keep(models_dir, found)
    return found


def look_through(file: Path) -> None:
    """Raise BadInput for a file that is no model, is not whole, or needs foreign code."""
    if not file.is_file():
        raise BadInput(f"There is no file {file.name}.", code="no-file")
    if file.stat().st_size > BYTES_MAX:
        raise _refused("The file is larger than 2 GiB.", "Export it with smaller weights.")
    try:
        model = onnx.load(str(file), load_external_data=False)
        _check_whole(model)  # first: the checker would look for the files that a model names
        _check_operators(model)
        onnx.checker.check_model(model)
    except BadInput:
        raise
    except Exception as exc:  # the parser's and the checker's errors share no base class
        raise _refused(
            f"{file.name} is no valid ONNX file: {_first_line(exc)}",
            "Export the encoder again with torch.onnx.export.",
        ) from exc


def tried(file: Path, declared: Encoder) -> Encoder:
    """The encoder as it turned out in a process of its own; raises BadInput."""
    # Without bytecode: Python takes what a bound on written bytes cut off for written whole.
    command = [sys.executable, "-B", "-m", "fingerprint.weights.trial", str(file.absolute())]
    try:
        ended = subprocess.run(
            command,
            input=json.dumps(asdict(declared)),
            capture_output=True,
            text=True,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise _refused(
            f"Trying the encoder took longer than {_WALL_SECONDS} seconds.", "Use a smaller one."
        ) from exc
    try:
        answer = json.loads(ended.stdout)
    except ValueError as exc:
        raise _refused(
            f"Trying the encoder ended its process (status {ended.returncode}).",
            "It may need too much memory; try a smaller one, or export it again.",
        ) from exc
    if "fault" in answer:
        raise _refused(answer["fault"], answer["next_step"])
    return replace(
        declared,
        dimension=int(answer["dimension"]),
        one_by_one=bool(answer["one_by_one"]),
        file=f"{declared.name}-{declared.version}-{declared.sha256[:12]}.onnx",
    )


def _check_names(declared: Encoder) -> None:
    for text in (declared.name, declared.version):
        if not _NAME.fullmatch(text):
            raise BadInput(
                f"{text!r} cannot name an encoder.",
                next_step="Use small letters, digits, dots and dashes, 48 at most.",
                code="bad-name",
            )
    if not declared.licence.strip():
        raise BadInput(
            "An encoder needs its licence.",
            next_step="Name it with --licence, as an SPDX id or in its own words.",
            code="no-licence",
        )


def _check_whole(model: onnx.ModelProto) -> None:
    external = onnx.TensorProto.EXTERNAL
    if any(tensor.data_location == external for tensor in _tensors(model.graph)):
        raise _refused(
            "The weights lie in a second file.",
            "Join them: onnx.save(onnx.load(FILE), OUT, save_as_external_data=False).",
        )


def _check_operators(model: onnx.ModelProto) -> None:
    foreign = {
        f"{node.domain}::{node.op_type}"
        for node in _nodes(model.graph)
        if node.domain not in _DOMAINS
    }
    if foreign or model.functions:
        names = ", ".join(sorted(foreign)) or "functions of its own"
        raise _refused(
            f"The graph needs more than ONNX's own operators: {names}.",
            "Export it without custom or fused operators.",
        )


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])):
                yield from _graphs(inner)


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for part in _graphs(graph):
        yield from part.node


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    for part in _graphs(graph):
        yield from part.initializer
        for sparse in part.sparse_initializer:
            yield from (sparse.values, sparse.indices)
        for node in part.node:
            for attribute in node.attribute:
                yield from (*attribute.tensors, *([attribute.t] if attribute.HasField("t") else []))


def _first_line(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0][:200]


def _refused(message: str, next_step: str) -> BadInput:
    return BadInput(message, next_step=next_step, code="encoder-refused")
