"""Turns a built ONNX graph into checked, reproducible bytes.

The opset and IR version are pinned so that the same weights give the same file, and so the same
sha256, wherever they are converted: https://onnx.ai/onnx/repo-docs/Versioning.html.
"""

import onnx
from onnx import ModelProto, helper

OPSET = 18
_IR_VERSION = 10


def model_bytes(model: ModelProto) -> bytes:
    """Serialised `model`, stamped with the pinned versions and passed by the ONNX checker."""
    model.ir_version = _IR_VERSION
    model.producer_name = "ebenbild"
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", OPSET))
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data
